"""Reading an event from a form (Discord docs: Guild Scheduled Event > Create and Modify, Field Requirements).

The docs name few codes for what is wrong in a form; those of times and states are as clients report them.
"""

from bot.simulator.forms import Form
from bot.simulator.recurrence_forms import read_recurrence
from bot.simulator.state import STAGE, VOICE, Guild, ScheduledEvent
from bot.simulator.state.scheduled_events import (
    ACTIVE,
    CANCELED,
    COMPLETED,
    EXTERNAL,
    IN_STAGE,
    IN_VOICE,
    SCHEDULED,
)
from bot.simulator.timestamps import read_timestamp, seconds

_CHANNEL_TYPES = {IN_STAGE: STAGE, IN_VOICE: VOICE}
_GUILD_ONLY = (2,)
_NAME, _DESCRIPTION, _LOCATION = (1, 100), 1000, (1, 100)
_NEXT: dict[int, tuple[int, ...]] = {SCHEDULED: (ACTIVE, CANCELED), ACTIVE: (COMPLETED,)}


def require_new(form: Form) -> None:
    for key in ("name", "privacy_level", "scheduled_start_time", "entity_type"):
        form.require(key)


def read_event(form: Form, event: ScheduledEvent, guild: Guild, now: float) -> None:
    """``now`` is in seconds since the epoch; only a start that is sent must lie ahead of it."""
    event.name = form.text("name", event.name, least=_NAME[0], most=_NAME[1]) or event.name
    event.description = form.text("description", event.description, most=_DESCRIPTION) or None
    form.choice("privacy_level", None, _GUILD_ONLY)
    event.entity_type = (
        form.choice("entity_type", event.entity_type, (IN_STAGE, IN_VOICE, EXTERNAL)) or event.entity_type
    )
    event.recurrence = read_recurrence(form, "recurrence_rule", event.recurrence)
    _read_times(form, event, now)
    _read_place(form, event, guild)


def read_status(form: Form, event: ScheduledEvent) -> None:
    """SCHEDULED → ACTIVE → COMPLETED, or SCHEDULED → CANCELED."""
    status = form.choice("status", None, (SCHEDULED, ACTIVE, COMPLETED, CANCELED)) or event.status
    if status != event.status and status not in _NEXT[event.status]:
        form.bad("status", "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION", "Invalid status transition")
    else:
        event.status = status


def _read_times(form: Form, event: ScheduledEvent, now: float) -> None:
    starts = read_timestamp(form, "scheduled_start_time", event.starts)
    if "scheduled_start_time" in form and starts and starts != event.starts and seconds(starts) < now:
        form.bad(
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        )
    if "scheduled_start_time" in form and form.data["scheduled_start_time"] is None:
        form.require("scheduled_start_time")
    event.starts = starts or event.starts
    event.ends = read_timestamp(form, "scheduled_end_time", event.ends)
    if event.ends and event.starts and seconds(event.ends) <= seconds(event.starts):
        form.bad(
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
            "Cannot schedule the end of an event before its start.",
        )


def _read_place(form: Form, event: ScheduledEvent, guild: Guild) -> None:
    """An external event has a location and an end, one in a channel a channel of its type and nothing else."""
    event.channel_id = form.snowflake("channel_id", event.channel_id)
    metadata = form.form("entity_metadata")
    if event.entity_type != EXTERNAL:
        event.location = None
        channel = guild.channels.get(event.channel_id or 0)
        if event.channel_id is None:
            form.bad("channel_id", "BASE_TYPE_REQUIRED", "This field is required")
        elif channel is None or channel.type != _CHANNEL_TYPES[event.entity_type]:
            form.bad("channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", "Invalid channel for this event")
        return
    if metadata is not None:
        metadata.require("location")
        event.location = metadata.text("location", None, least=_LOCATION[0], most=_LOCATION[1])
    elif event.location is None or "entity_metadata" in form:
        form.bad("entity_metadata", "BASE_TYPE_REQUIRED", "This field is required")
    if event.channel_id is not None:
        form.bad("channel_id", "GUILD_SCHEDULED_EVENT_CHANNEL_INVALID", "External events have no channel")
    if event.ends is None:
        form.bad("scheduled_end_time", "BASE_TYPE_REQUIRED", "This field is required")
