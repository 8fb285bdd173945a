"""Scheduled events of a guild: list, read, create, edit, delete (Discord docs: Resources > Guild Scheduled Event)."""

import copy

from bot.simulator import audit, scheduled_events
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.images import LARGE, read_image
from bot.simulator.permissions import (
    CONNECT,
    CREATE_EVENTS,
    MANAGE_CHANNELS,
    MANAGE_EVENTS,
    MOVE_MEMBERS,
    MUTE_MEMBERS,
    VIEW_CHANNEL,
)
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.scheduled_event_forms import read_event, read_status, require_new
from bot.simulator.scheduled_events import payload
from bot.simulator.shapes import words
from bot.simulator.state import Guild, ScheduledEvent
from bot.simulator.state.scheduled_events import IN_STAGE, IN_VOICE

routes = Routes()

_ALL = "/guilds/{guild_id}/scheduled-events"
_ONE = _ALL + "/{guild_scheduled_event_id}"
_KEYS = words(
    "name description scheduled_start_time scheduled_end_time privacy_level status entity_type channel_id location "
    "image_hash recurrence_rule"
)
_NEEDED = {IN_STAGE: MANAGE_CHANNELS | MUTE_MEMBERS | MOVE_MEMBERS, IN_VOICE: CONNECT}


@routes.on("GET", _ALL)
def list_events(call: Call) -> Answer:
    """Those to come and under way, but for what takes place in channels the caller cannot see."""
    guild, standing = call.guild()
    found = [each for each in scheduled_events.open_events(guild) if _is_seen(each, guild, standing)]
    return ok([payload(each, with_count=_counted(call)) for each in found])


@routes.on("GET", _ONE)
def get_event(call: Call) -> Answer:
    guild, standing = call.guild()
    event = _found(call, guild)
    if not _is_seen(event, guild, standing):
        raise refuse(50001)
    return ok(payload(event, with_count=_counted(call)))


@routes.on("POST", _ALL)
def create_event(call: Call) -> Answer:
    guild, standing = call.guild()
    event = ScheduledEvent(id=call.world.mint(), guild_id=guild.id, creator_id=call.actor_id)
    form = call.form()
    require_new(form)
    read_event(form, event, guild, call.world.clock.now())
    image = read_image(form, "image", most=LARGE)
    form.settle()
    _require(standing, guild, event, CREATE_EVENTS)
    if len(scheduled_events.open_events(guild)) >= scheduled_events.MOST:
        raise refuse(30038)
    event.image = call.world.images.keep(image, scheduled_events.folder(event.id), still=True)
    guild.scheduled_events[event.id] = event
    body = payload(event)
    call.world.emit("GUILD_SCHEDULED_EVENT_CREATE", guild, body)
    _record(call, guild, audit.SCHEDULED_EVENT_CREATE, None, event)
    return ok(body, guild_scheduled_event_id=event.id)


@routes.on("PATCH", _ONE)
def edit_event(call: Call) -> Answer:
    """Also starts, ends and cancels it; what is over stays as it is."""
    guild, standing = call.guild()
    event = _found(call, guild)
    _require_manage(standing, guild, event)
    if event.is_over:
        raise refuse(180_000)
    form = call.form()
    edited = copy.copy(event)
    _read_changes(form, edited, guild, call.world.clock.now())
    image = read_image(form, "image", most=LARGE) if "image" in form else None
    form.settle()
    _require_manage(standing, guild, edited)
    if "image" in form:
        edited.image = call.world.images.keep(image, scheduled_events.folder(event.id), still=True)
    guild.scheduled_events[event.id] = edited
    body = payload(edited)
    if body != payload(event):
        call.world.emit("GUILD_SCHEDULED_EVENT_UPDATE", guild, body)
    _record(call, guild, audit.SCHEDULED_EVENT_UPDATE, event, edited)
    return ok(body)


@routes.on("DELETE", _ONE)
def delete_event(call: Call) -> Answer:
    guild, standing = call.guild()
    event = _found(call, guild)
    _require_manage(standing, guild, event)
    del guild.scheduled_events[event.id]
    call.world.emit("GUILD_SCHEDULED_EVENT_DELETE", guild, payload(event))
    _record(call, guild, audit.SCHEDULED_EVENT_DELETE, event, None)
    return DONE


def _found(call: Call, guild: Guild) -> ScheduledEvent:
    event = guild.scheduled_events.get(call.id("guild_scheduled_event_id"))
    if event is None:
        raise refuse(10070)
    return event


def _counted(call: Call) -> bool:
    return call.query.get("with_user_count") in ("true", "True", "1")


def _read_changes(form: Form, event: ScheduledEvent, guild: Guild, now: float) -> None:
    for key in ("name", "privacy_level"):
        if key in form:
            form.require(key)
    read_event(form, event, guild, now)
    read_status(form, event)


def _held(standing: Standing, guild: Guild, event: ScheduledEvent) -> int:
    """Of an event in a channel what is held there counts."""
    channel = guild.channels.get(event.channel_id or 0)
    return standing.permissions if channel is None else standing.within(channel)


def _is_seen(event: ScheduledEvent, guild: Guild, standing: Standing) -> bool:
    return event.channel_id is None or bool(_held(standing, guild, event) & VIEW_CHANNEL)


def _require(standing: Standing, guild: Guild, event: ScheduledEvent, sufficient: int) -> None:
    """Any of the sufficient bits, and whatever the event's kind needs (docs: Permissions > Bitwise Permission Flags,
    Guild Scheduled Event > Permission Requirements)."""
    held, needed = _held(standing, guild, event), _NEEDED.get(event.entity_type, 0)
    if not held & sufficient or held & needed != needed:
        raise refuse(50013)


def _require_manage(standing: Standing, guild: Guild, event: ScheduledEvent) -> None:
    """One's own events need the permission to make them only."""
    own = event.creator_id == standing.member.user_id
    _require(standing, guild, event, MANAGE_EVENTS | (CREATE_EVENTS if own else 0))


def _record(
    call: Call, guild: Guild, action: int, before: ScheduledEvent | None, after: ScheduledEvent | None
) -> None:
    changed = audit.changes(_facts(before), _facts(after), _KEYS)
    target = before or after
    audit.record(call, guild, action, None if target is None else target.id, changed)


def _facts(event: ScheduledEvent | None) -> dict[str, object]:
    if event is None:
        return {}
    return payload(event) | {"location": event.location, "image_hash": event.image}
