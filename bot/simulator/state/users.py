"""Accounts."""

from dataclasses import dataclass


@dataclass(slots=True)
class User:
    """``avatar`` and ``banner`` are image hashes (see :mod:`bot.simulator.images`). Who is ``closed`` takes no direct
    messages."""

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    public_flags: int = 0
    avatar: str | None = None
    banner: str | None = None
    accent_color: int | None = None
    email: str | None = None
    closed: bool = False
