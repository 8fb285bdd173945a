"""Scheduled events as they are answered, and which of a guild's are to come or under way.

Nobody here is interested in an event, so the number of those who are is always 0. Discord docs: Resources > Guild
Scheduled Event.
"""

from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, ScheduledEvent
from bot.simulator.state.scheduled_events import CANCELED, EXTERNAL

MOST = 100
_GUILD_ONLY = 2


def folder(event_id: int) -> str:
    """Where its cover is kept."""
    return f"guild-events/{event_id}"


def open_events(guild: Guild) -> list[ScheduledEvent]:
    return [each for each in guild.scheduled_events.values() if not each.is_over]


def listed(guild: Guild) -> list[JsonObject]:
    return [payload(each) for each in open_events(guild)]


def payload(found: ScheduledEvent, *, with_count: bool = False) -> JsonObject:
    body: JsonObject = {
        "id": str(found.id),
        "guild_id": str(found.guild_id),
        "channel_id": None if found.channel_id is None else str(found.channel_id),
        "creator_id": str(found.creator_id),
        "name": found.name,
        "description": found.description,
        "image": found.image,
        "scheduled_start_time": found.starts,
        "scheduled_end_time": found.ends,
        "privacy_level": _GUILD_ONLY,
        "status": found.status,
        "entity_type": found.entity_type,
        "entity_id": None,
        "entity_metadata": {"location": found.location} if found.entity_type == EXTERNAL else None,
        "recurrence_rule": found.recurrence,
        "guild_scheduled_event_exceptions": [],
    }
    return body | ({"user_count": 0} if with_count else {})


def forget_channel(guild: Guild, channel_id: int) -> list[ScheduledEvent]:
    """What was to take place in a channel that is gone does not; the docs are silent about it."""
    gone = [each for each in guild.scheduled_events.values() if each.channel_id == channel_id]
    for event in gone:
        del guild.scheduled_events[event.id]
        if not event.is_over:
            event.status = CANCELED
    return gone
