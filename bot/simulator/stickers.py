"""A guild's own stickers: how many there may be, what their files may be, and telling of them.

Discord docs: Resources > Sticker.
"""

import struct

import msgspec

from bot.simulator import payloads
from bot.simulator.errors import refuse
from bot.simulator.image_sizes import size_of
from bot.simulator.images import Image, kind_of
from bot.simulator.shapes import as_object
from bot.simulator.state import Guild
from bot.simulator.state.stickers import APNG, GIF, LOTTIE, PNG
from bot.simulator.world import World

_SLOTS = (5, 15, 30, 60)  # by premium tier
_LARGEST = 512 * 1024
_WIDEST = 320
_LOTTIE_FEATURES = {"VERIFIED", "PARTNERED"}
_LOTTIE_KEYS = {"v", "fr", "ip", "op", "layers"}
_PNG_HEAD = 8


def path(sticker_id: int) -> str:
    """Where its file is kept."""
    return f"stickers/{sticker_id}"


def slots(guild: Guild) -> int:
    """The feature MORE_STICKERS gives as many as the highest tier (docs: Guild Features, and reported)."""
    return _SLOTS[-1 if "MORE_STICKERS" in guild.features else guild.premium_tier]


def tell(world: World, guild: Guild) -> None:
    """The whole list, as Discord sends it whatever has changed."""
    listed = [payloads.sticker(each) for each in guild.stickers.values()]
    world.emit("GUILD_STICKERS_UPDATE", guild, {"guild_id": str(guild.id), "stickers": listed})


def read_file(content: bytes, guild: Guild) -> tuple[int, Image]:
    """The format and the file, or 50045 and 50046; for a Lottie animation the guild needs a feature, for which 50046
    stands too: the docs name no code."""
    if len(content) > _LARGEST:
        raise refuse(50045)
    kind = kind_of(content)
    if kind in ("image/png", "image/gif"):
        width, height = size_of(content) or (_WIDEST + 1, 0)
        if max(width, height) > _WIDEST:
            raise refuse(50046)
        moving = APNG if _is_animated(content) else PNG
        return GIF if kind == "image/gif" else moving, Image(content, kind)
    if not content.lstrip().startswith(b"{") or not _LOTTIE_FEATURES & set(guild.features):
        raise refuse(50046)
    _require_lottie(content)
    return LOTTIE, Image(content, "application/json")


def _is_animated(png: bytes) -> bool:
    """An acTL chunk before the first IDAT (APNG specification)."""
    at = _PNG_HEAD
    while at + _PNG_HEAD <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind in (b"acTL", b"IDAT"):
            return kind == b"acTL"
        at += 12 + length
    return False


def _require_lottie(content: bytes) -> None:
    try:
        found = as_object(msgspec.json.decode(content))
    except msgspec.DecodeError:
        found = None
    if found is None or not found.keys() >= _LOTTIE_KEYS:
        raise refuse(170_001)
