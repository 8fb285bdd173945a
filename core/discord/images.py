"""Pictures: named by what is in them, wherever Discord keeps them.

Discord names a picture by a path of its CDN (Reference › Image Formatting › CDN Endpoints); the same picture has
another path in each guild, and Discord may re-encode what it is given. So a document names pictures by the hash of the
bytes that we hold, and a snapshot tells which of its paths hold which.
"""

import hashlib
from typing import Annotated, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Meta

ImageHash: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="A picture by its content: 'sha256:' and 64 hexadecimal digits, as captures and uploads name it.",
    ),
]
AssetPath: TypeAlias = str
"""`icons/{guild_id}/{hash}`, `emojis/{id}`, … : a CDN path without its file type."""
MediaType: TypeAlias = Literal[
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/json"
]
GuildPicture: TypeAlias = Literal["icon", "banner", "splash", "discovery_splash"]

MAX_IMAGE_BYTES = 10 * 1024 * 1024
"""Of what is stored at all; Discord's own limits are tighter for most kinds."""

_GUILD_FOLDERS: dict[GuildPicture, str] = {
    "icon": "icons",
    "banner": "banners",
    "splash": "splashes",
    "discovery_splash": "discovery-splashes",
}


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`application/json` is a Lottie sticker."""

    hash: ImageHash
    media_type: MediaType
    content: bytes


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a stored picture without its content; `size` in bytes."""

    media_type: MediaType
    size: int


class Images(Protocol):
    """Where pictures are taken from."""

    async def find(self, image_hash: ImageHash) -> Image | None: ...


def hash_of(content: bytes) -> ImageHash:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def guild_picture(guild_id: str, which: GuildPicture, name: str) -> AssetPath:
    return f"{_GUILD_FOLDERS[which]}/{guild_id}/{name}"


def role_icon(role_id: str, name: str) -> AssetPath:
    return f"role-icons/{role_id}/{name}"


def emoji_image(emoji_id: str) -> AssetPath:
    return f"emojis/{emoji_id}"


def sticker_image(sticker_id: str) -> AssetPath:
    return f"stickers/{sticker_id}"


def webhook_avatar(webhook_id: str, name: str) -> AssetPath:
    return f"avatars/{webhook_id}/{name}"


def event_image(event_id: str, name: str) -> AssetPath:
    return f"guild-events/{event_id}/{name}"
