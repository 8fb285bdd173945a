"""The scheduled events of a spec, read as REST reads them, but for channels by name or key and for times gone by."""

from datetime import UTC, datetime, timedelta

from bot.simulator import scheduled_events
from bot.simulator.forms import Form
from bot.simulator.scheduled_event_forms import read_event
from bot.simulator.shapes import JsonObject
from bot.simulator.spec_pictures import SpecPictures
from bot.simulator.state import STAGE, Channel, Guild, ScheduledEvent
from bot.simulator.state.scheduled_events import EXTERNAL, IN_STAGE, IN_VOICE
from bot.simulator.world import World

_LONG_AGO = 0.0
_LASTS = timedelta(hours=2)


def read_scheduled_events(
    spec: Form, world: World, guild: Guild, channels: dict[str, Channel], pictures: SpecPictures
) -> None:
    """The guild's owner has made them."""
    for form in spec.forms("scheduled_events", most=scheduled_events.MOST) or []:
        form.require("name")
        body = _defaults(world) | form.data
        name = body.pop("channel", None)
        if name is not None and (channel := _channel(form, str(name), channels)) is not None:
            kind = IN_STAGE if channel.type == STAGE else IN_VOICE
            body |= {"entity_type": kind, "channel_id": str(channel.id), "entity_metadata": None}
        if body.get("location") is not None:
            body["entity_metadata"] = {"location": body["location"]}
        event = ScheduledEvent(id=world.mint(), guild_id=guild.id, creator_id=guild.owner_id)
        read_event(Form(body, form.errors, form.path), event, guild, _LONG_AGO)
        event.status = form.whole("status", event.status)
        event.image = pictures.read(form, "image", scheduled_events.folder(event.id))
        guild.scheduled_events[event.id] = event


def _defaults(world: World) -> JsonObject:
    """From this time tomorrow for two hours, somewhere else."""
    starts = datetime.fromtimestamp(world.clock.now(), UTC).replace(microsecond=0) + timedelta(days=1)
    return {
        "entity_type": EXTERNAL,
        "entity_metadata": {"location": "Elsewhere"},
        "scheduled_start_time": starts.isoformat(),
        "scheduled_end_time": (starts + _LASTS).isoformat(),
    }


def _channel(form: Form, name: str, channels: dict[str, Channel]) -> Channel | None:
    channel = channels.get(name)
    if channel is None:
        form.bad("channel", "SPEC_UNKNOWN", f"No channel {name!r} in this spec")
    return channel
