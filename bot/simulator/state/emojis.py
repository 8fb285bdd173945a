"""Custom emojis of a guild; their images are kept by :mod:`bot.simulator.images`."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Emoji:
    """``roles`` limits who may use it; empty means everybody."""

    id: int
    name: str
    user_id: int
    roles: list[int] = field(default_factory=list[int])
    animated: bool = False
    managed: bool = False
    available: bool = True
