"""Scheduled events of a guild; their covers are kept by :mod:`bot.simulator.images`."""

from dataclasses import dataclass

from bot.simulator.shapes import JsonObject

IN_STAGE, IN_VOICE, EXTERNAL = 1, 2, 3
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4


@dataclass(slots=True)
class ScheduledEvent:
    """Times are ISO 8601 in UTC. ``recurrence`` is kept in the shape it is answered in."""

    id: int
    guild_id: int
    creator_id: int
    name: str = ""
    entity_type: int = EXTERNAL
    starts: str = ""
    ends: str | None = None
    status: int = SCHEDULED
    description: str | None = None
    channel_id: int | None = None
    location: str | None = None
    image: str | None = None
    recurrence: JsonObject | None = None

    @property
    def is_over(self) -> bool:
        return self.status in (COMPLETED, CANCELED)
