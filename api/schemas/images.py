"""Pictures as HTTP shows them."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from core.discord.images import ImageHash
from core.images import schemas as core

MediaType: TypeAlias = Literal[
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/json"
]


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A stored picture. `application/json` is a Lottie animation, as stickers may be."""

    hash: ImageHash
    media_type: Annotated[MediaType, Meta(description="By what stands in the bytes.")]
    size: Annotated[int, Meta(description="In bytes.")]


def image_of(info: core.ImageInfo) -> Image:
    return Image(hash=info.hash, media_type=info.media_type, size=info.size)
