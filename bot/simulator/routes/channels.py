"""Channels: create, read, edit, delete (Discord docs: Guild > Create Guild Channel, Channel > Modify Channel)."""

import copy

from bot.simulator import audit, direct, payloads, references, scheduled_events
from bot.simulator.access import Standing
from bot.simulator.channel_forms import SPOILER, read_name, read_parent, read_settings, read_type
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.overwrite_forms import read_overwrites
from bot.simulator.overwriting import require_writable, settle_overwrites
from bot.simulator.permissions import MANAGE_CHANNELS, MANAGE_ROLES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import ANNOUNCEMENT, CHANNEL_TYPES, STAGE, TEXT, Channel, Guild, Overwrite

routes = Routes()

CHANNEL_LIMIT = 500
_NEEDS_FEATURE = {ANNOUNCEMENT: "NEWS", STAGE: "COMMUNITY"}
_BIRTH_KEYS = words("name type permission_overwrites nsfw rate_limit_per_user topic bitrate user_limit")
_DEATH_KEYS = words("name type permission_overwrites nsfw rate_limit_per_user")


@routes.on("GET", "/guilds/{guild_id}/channels")
def list_channels(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok([payloads.channel(channel) for channel in guild.channels.values()])


@routes.on("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    guild, channel, _ = call.channel(direct=True)
    return ok(direct.payload(call.world, guild) if guild.is_room else payloads.channel(channel))


@routes.on("POST", "/guilds/{guild_id}/channels")
def create_channel(call: Call) -> Answer:
    """Without overwrites of its own (none or an empty list) a channel in a category starts synced with it.

    Without a position it comes in below all others. Of its flags only that of a spoiler channel can be set at once, as
    client libraries report.
    """
    guild, standing = call.guild()
    form = call.form()
    form.require("name")
    kind = form.choice("type", TEXT, _creatable(guild)) or TEXT
    channel = Channel(id=call.world.mint(), guild_id=guild.id, type=kind, name="", position=_bottom(guild))
    read_name(form, channel)
    read_settings(form, channel, guild, call.world)
    channel.flags &= SPOILER
    read_parent(form, channel, guild)
    overwrites = read_overwrites(form, guild, call.world)
    form.settle()
    _require_creatable(standing, channel)
    if len(guild.channels) >= CHANNEL_LIMIT:
        raise refuse(30013)
    if overwrites:
        standing.require_overwritable({}, overwrites.values(), None)
        channel.overwrites = overwrites
    elif channel.parent_id is not None:
        channel.overwrites = dict(guild.channels[channel.parent_id].overwrites)
    call.world.add_channel(guild, channel)
    body = payloads.channel(channel)
    call.world.emit("CHANNEL_CREATE", guild, body)
    audit.record(call, guild, audit.CHANNEL_CREATE, channel.id, audit.changes({}, body, _BIRTH_KEYS))
    return ok(body, status=201, channel_id=channel.id)


def _require_creatable(standing: Standing, channel: Channel) -> None:
    """MANAGE_CHANNELS where the channel comes in: in its category, or else in the guild."""
    if channel.parent_id is None:
        standing.require(MANAGE_CHANNELS)
    else:
        standing.require_within(standing.guild.channels[channel.parent_id], MANAGE_CHANNELS)


@routes.on("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Answer:
    """``permission_overwrites`` replaces the whole set and needs MANAGE_ROLES in the channel.

    A channel that changes its category keeps its own set. Where nothing changes, nothing is told.
    """
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_CHANNELS)
    form = call.form()
    edited, overwrites = _read(form, channel, guild, call)
    form.settle()
    if overwrites is not None:
        standing.require_within(channel, MANAGE_ROLES)
        require_writable(standing, channel, overwrites)
        edited.overwrites = channel.overwrites if overwrites == channel.overwrites else overwrites
    if edited.parent_id != channel.parent_id and edited.parent_id is not None:
        standing.require_within(guild.channels[edited.parent_id], MANAGE_CHANNELS)
    before, old = payloads.channel(channel), channel.overwrites
    guild.channels[channel.id] = edited
    body = payloads.channel(edited)
    if body != before:
        call.world.emit("CHANNEL_UPDATE", guild, body)
    changed = audit.changes(before, body, audit.CHANNEL_KEYS)
    audit.record(call, guild, audit.CHANNEL_UPDATE, channel.id, changed)
    settle_overwrites(call, guild, edited, old)
    return ok(body)


def _read(
    form: Form, channel: Channel, guild: Guild, call: Call
) -> tuple[Channel, dict[int, Overwrite] | None]:
    """The channel as the form wants it, its overwrites apart: these need a permission of their own."""
    edited = copy.copy(channel)
    read_type(form, edited, guild)
    read_name(form, edited)
    read_settings(form, edited, guild, call.world)
    read_parent(form, edited, guild)
    return edited, read_overwrites(form, guild, call.world)


@routes.on("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> Answer:
    """A deleted category leaves its children without one; whatever else named the channel lets go of it."""
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_CHANNELS)
    if _is_needed(guild, channel):
        raise refuse(50074)
    body = payloads.channel(channel)
    orphans = guild.children(channel.id)
    for child in orphans:
        child.parent_id = None
    call.world.drop_channel(guild, channel)
    references.forget_channel(guild, channel.id)
    cancelled = scheduled_events.forget_channel(guild, channel.id)
    call.world.emit("CHANNEL_DELETE", guild, body)
    for event in cancelled:
        call.world.emit("GUILD_SCHEDULED_EVENT_DELETE", guild, scheduled_events.payload(event))
    for child in orphans:
        call.world.emit_channel("CHANNEL_UPDATE", guild, child)
    if references.clear_pointers(guild, channel.id):
        call.world.emit("GUILD_UPDATE", guild, payloads.guild(guild))
    gone: list[JsonObject] = audit.changes(body, {}, _DEATH_KEYS)
    audit.record(call, guild, audit.CHANNEL_DELETE, channel.id, gone)
    return ok(body)


def _is_needed(guild: Guild, channel: Channel) -> bool:
    """Community guilds keep their rules and updates channels."""
    needed = (guild.rules_channel_id, guild.public_updates_channel_id)
    return "COMMUNITY" in guild.features and channel.id in needed


def _creatable(guild: Guild) -> tuple[int, ...]:
    return tuple(
        kind for kind in CHANNEL_TYPES if kind not in _NEEDS_FEATURE or _NEEDS_FEATURE[kind] in guild.features
    )


def _bottom(guild: Guild) -> int:
    return max((channel.position for channel in guild.channels.values()), default=-1) + 1
