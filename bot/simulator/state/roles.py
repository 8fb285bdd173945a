"""Roles of a guild."""

from dataclasses import dataclass

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    secondary_color: int | None = None
    tertiary_color: int | None = None
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    icon: str | None = None
    unicode_emoji: str | None = None
    tags: JsonObject | None = None
    flags: int = 0
