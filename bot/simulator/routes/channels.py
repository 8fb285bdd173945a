"""Channels: create, read, edit, delete."""

import copy

from bot.simulator import audit, payloads, syncing
from bot.simulator.channel_forms import read_name, read_overwrites, read_parent, read_settings
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import MANAGE_CHANNELS, MANAGE_ROLES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject, words
from bot.simulator.state import ANNOUNCEMENT, CATEGORY, CHANNEL_TYPES, STAGE, TEXT, Channel, Guild, Overwrite

routes = Routes()

CHANNEL_LIMIT = 500
_POINTERS = words(
    "system_channel_id afk_channel_id safety_alerts_channel_id rules_channel_id public_updates_channel_id"
)
_NEEDS_FEATURE = {ANNOUNCEMENT: "NEWS", STAGE: "COMMUNITY"}


@routes.on("GET", "/guilds/{guild_id}/channels")
def list_channels(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok([payloads.channel(channel) for channel in guild.channels.values()])


@routes.on("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    _, channel, _ = call.channel()
    return ok(payloads.channel(channel))


@routes.on("POST", "/guilds/{guild_id}/channels")
def create_channel(call: Call) -> Answer:
    """Without overwrites of its own (none or an empty list) a channel in a category starts synced with it."""
    guild, standing = call.guild()
    form = call.form()
    form.require("name")
    kind = form.choice("type", TEXT, _creatable(guild)) or TEXT
    channel = Channel(id=call.world.mint(), guild_id=guild.id, type=kind, name="", position=_bottom(guild))
    read_name(form, channel)
    read_settings(form, channel, guild, call.world)
    channel.flags = 0  # flags are a matter of editing
    read_parent(form, channel, guild)
    overwrites = read_overwrites(form, guild, call.world)
    form.settle()
    if len(guild.channels) >= CHANNEL_LIMIT:
        raise refuse(30013)
    parent = None if channel.parent_id is None else guild.channels[channel.parent_id]
    if parent is None:
        standing.require(MANAGE_CHANNELS)
    else:
        standing.require_within(parent, MANAGE_CHANNELS)
    if overwrites:
        standing.require_overwritable({}, overwrites.values(), None)
        channel.overwrites = overwrites
    elif parent is not None:
        channel.overwrites = dict(parent.overwrites)
    call.world.add_channel(guild, channel)
    body = payloads.channel(channel)
    call.world.emit("CHANNEL_CREATE", guild, body)
    keys = (
        "name",
        "type",
        "permission_overwrites",
        "nsfw",
        "rate_limit_per_user",
        "topic",
        "bitrate",
        "user_limit",
    )
    audit.record(call, guild, audit.CHANNEL_CREATE, channel.id, audit.changes({}, body, keys))
    return ok(body, status=201, channel_id=channel.id)


@routes.on("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Answer:
    """``permission_overwrites`` replaces the whole set and needs MANAGE_ROLES in the channel."""
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_CHANNELS)
    form = call.form()
    edited = copy.copy(channel)
    _read_type(form, edited, guild)
    read_name(form, edited)
    read_settings(form, edited, guild, call.world)
    read_parent(form, edited, guild)
    overwrites = read_overwrites(form, guild, call.world)
    form.settle()
    if overwrites is not None:
        standing.require_within(channel, MANAGE_ROLES)
        standing.require_overwritable(channel.overwrites, overwrites.values(), channel)
        edited.overwrites = overwrites
    if edited.parent_id != channel.parent_id and edited.parent_id is not None:
        standing.require_within(guild.channels[edited.parent_id], MANAGE_CHANNELS)
    before, old = payloads.channel(channel), channel.overwrites
    guild.channels[channel.id] = edited
    body = payloads.channel(edited)
    if body != before:
        call.world.emit("CHANNEL_UPDATE", guild, body)
    audit.record(
        call, guild, audit.CHANNEL_UPDATE, channel.id, audit.changes(before, body, audit.CHANNEL_KEYS)
    )
    settle_overwrites(call, guild, edited, old)
    return ok(body)


def settle_overwrites(call: Call, guild: Guild, channel: Channel, old: dict[int, Overwrite]) -> None:
    """After a set was written: the audit entries, and for a category the children that were synced with it."""
    if channel.overwrites == old:
        return
    audit.record_overwrites(call, guild, channel.id, old, channel.overwrites)
    if channel.type == CATEGORY:
        for child in syncing.carry(guild, channel, old):
            call.world.emit_channel("CHANNEL_UPDATE", guild, child)


@routes.on("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> Answer:
    """A deleted category leaves its children without one; pointers of the guild to the channel are cleared."""
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_CHANNELS)
    if "COMMUNITY" in guild.features and channel.id in (
        guild.rules_channel_id,
        guild.public_updates_channel_id,
    ):
        raise refuse(50074)
    body = payloads.channel(channel)
    orphans = guild.children(channel.id)
    for child in orphans:
        child.parent_id = None
    call.world.drop_channel(guild, channel)
    call.world.emit("CHANNEL_DELETE", guild, body)
    for child in orphans:
        call.world.emit_channel("CHANNEL_UPDATE", guild, child)
    _clear_pointers(call, guild, channel.id)
    audit.record(call, guild, audit.CHANNEL_DELETE, channel.id, _obituary(body))
    return ok(body)


def _clear_pointers(call: Call, guild: Guild, channel_id: int) -> None:
    cleared = [name for name in _POINTERS if getattr(guild, name) == channel_id]
    for name in cleared:
        setattr(guild, name, None)
    if cleared:
        call.world.emit("GUILD_UPDATE", guild, payloads.guild(guild))


def _obituary(body: JsonObject) -> list[JsonObject]:
    keys = ("name", "type", "permission_overwrites", "nsfw", "rate_limit_per_user")
    return audit.changes(body, {}, keys)


def _creatable(guild: Guild) -> tuple[int, ...]:
    return tuple(
        kind for kind in CHANNEL_TYPES if kind not in _NEEDS_FEATURE or _NEEDS_FEATURE[kind] in guild.features
    )


def _read_type(form: Form, channel: Channel, guild: Guild) -> None:
    """Only text and announcement channels convert, into each other, where the guild has NEWS."""
    if "type" not in form:
        return
    allowed = {channel.type}
    if channel.type in (TEXT, ANNOUNCEMENT) and "NEWS" in guild.features:
        allowed = {TEXT, ANNOUNCEMENT}
    kind = form.choice("type", channel.type, sorted(allowed))
    channel.type = channel.type if kind is None else kind


def _bottom(guild: Guild) -> int:
    return max((channel.position for channel in guild.channels.values()), default=-1) + 1
