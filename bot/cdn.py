"""Pictures from Discord's CDN, or from the simulator's: never more than we keep, never for longer than it takes."""

import aiohttp
import disnake

from bot.translate import failure_of
from core.discord.errors import AnswerLost
from core.discord.images import MAX_IMAGE_BYTES, AssetPath, Image, hash_of
from core.discord.sniffing import media_type_of

_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_CHUNK = 64 * 1024
_LARGEST = 1024
"""Side in pixels that is asked for where Discord scales (Reference › Image Formatting: a power of two up to 4096)."""
_UNSCALED = ("emojis", "stickers")


async def fetch(client: disnake.Client, path: AssetPath) -> Image | None:
    """None where there is nothing, no picture, or more than `MAX_IMAGE_BYTES`. Raises as a call to Discord does."""
    url = address_of(client, path)
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url) as answer:
            status = answer.status
            content = await _read(answer) if status == 200 else None  # noqa: PLR2004 # HTTP's own number
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        failure = failure_of(error, f"read the picture {path}")
        raise failure or error from error
    if status >= 500:  # noqa: PLR2004 # HTTP's own boundary
        raise AnswerLost(f"Discord's CDN failed with {status} when asked for the picture {path}.")
    media_type = None if content is None else media_type_of(content)
    if content is None or media_type is None:
        return None
    return Image(hash=hash_of(content), media_type=media_type, content=content)


def address_of(client: disnake.Client, path: AssetPath) -> str:
    """With the file type in which nothing of the picture is lost."""
    folder, _, rest = path.partition("/")
    name = rest.rpartition("/")[2]
    base, extension = disnake.Asset.BASE, "gif" if name.startswith("a_") else "png"
    if folder == "emojis":
        emoji = client.get_emoji(int(rest))
        extension = "gif" if emoji is not None and emoji.animated else "png"
    elif folder == "stickers":
        sticker = client.get_sticker(int(rest))
        extension = "png" if sticker is None else sticker.format.file_extension
        base = disnake.Asset.BASE_MEDIA if extension == "gif" else base
    size = "" if folder in _UNSCALED else f"?size={_LARGEST}"
    return f"{base}/{path}.{extension}{size}"


async def _read(answer: aiohttp.ClientResponse) -> bytes | None:
    """Stops reading what is too large."""
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MAX_IMAGE_BYTES:
            return None
    return bytes(content)
