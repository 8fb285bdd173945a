"""Stickers of a guild; their files are kept by :mod:`bot.simulator.images`."""

from dataclasses import dataclass

PNG, APNG, LOTTIE, GIF = 1, 2, 3, 4


@dataclass(slots=True)
class Sticker:
    """``format`` is one of the four above."""

    id: int
    guild_id: int
    name: str
    user_id: int
    tags: str = ""
    description: str | None = None
    format: int = PNG
    available: bool = True
