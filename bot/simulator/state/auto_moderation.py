"""AutoMod rules."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class AutoModerationRule:
    """``trigger_metadata`` and ``actions`` are kept in the shape they are answered in."""

    id: int
    guild_id: int
    creator_id: int
    name: str
    event_type: int
    trigger_type: int
    trigger_metadata: JsonObject = field(default_factory=dict[str, object])
    actions: list[JsonObject] = field(default_factory=list[JsonObject])
    enabled: bool = False
    exempt_roles: list[int] = field(default_factory=list[int])
    exempt_channels: list[int] = field(default_factory=list[int])
