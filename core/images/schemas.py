import msgspec

from core.discord.images import ImageHash, MediaType


class ImageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A stored picture without its content. `size` in bytes."""

    hash: ImageHash
    media_type: MediaType
    size: int
