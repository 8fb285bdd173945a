"""Discord's native templates: a snapshot under a code."""

from dataclasses import dataclass

from bot.simulator.shapes import JsonObject


@dataclass(slots=True)
class GuildTemplate:
    """``source`` is the serialized guild as it was at the last sync."""

    code: str
    name: str
    description: str | None
    creator_id: int
    created_at: str
    updated_at: str
    source: JsonObject
    usage_count: int = 0
