"""Ordering many channels in one call (Discord docs: Guild > Modify Guild Channel Positions)."""

import copy

from bot.simulator import payloads
from bot.simulator.access import Standing
from bot.simulator.channel_forms import check_parent, read_flags, read_position
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.onboarding import require_readable
from bot.simulator.permissions import MANAGE_CHANNELS, MANAGE_ROLES, VIEW_CHANNEL
from bot.simulator.routing import DONE, Answer, Call, Routes
from bot.simulator.state import Channel, Guild

routes = Routes()


@routes.on("PATCH", "/guilds/{guild_id}/channels")
def order_channels(call: Call) -> Answer:
    """At most one channel may change its parent (40009). Positions are kept as sent; equal ones are told apart by id.

    ``lock_permissions`` copies the set of the category the channel is in after the call. Of a channel named twice every
    entry counts, in order. The audit log has no entry: Discord notes no reason for this route.
    """
    guild, standing = call.guild()
    entries = [_Entry(form, guild) for form in call.forms()]
    if not entries:
        standing.require(MANAGE_CHANNELS)
        return DONE
    edited = {entry.channel.id: copy.copy(entry.channel) for entry in entries}
    for entry in entries:
        entry.write(edited[entry.channel.id])
    moved = [each for each in edited.values() if each.parent_id != guild.channels[each.id].parent_id]
    for entry in entries:
        entry.check(edited[entry.channel.id], guild)
    entries[0].form.settle()
    if len(moved) > 1:
        raise refuse(40009)
    for entry in entries:
        entry.require(standing, edited[entry.channel.id])
    for entry in entries:
        entry.lock(edited[entry.channel.id], guild)
    for channel in edited.values():
        require_readable(guild, guild.channels[channel.id], channel.overwrites)
    _store(call, guild, edited)
    return DONE


def _store(call: Call, guild: Guild, edited: dict[int, Channel]) -> None:
    """All first, then the events, so that each shows the guild as it is after the call."""
    before = {each: payloads.channel(guild.channels[each]) for each in edited}
    guild.channels.update(edited)
    for channel_id, channel in edited.items():
        body = payloads.channel(channel)
        if body != before[channel_id]:
            call.world.emit("CHANNEL_UPDATE", guild, body)


class _Entry:
    """One line of the request."""

    def __init__(self, form: Form, guild: Guild) -> None:
        self.form = form
        self.channel = _channel(form, guild)
        self._locks = form.flag("lock_permissions", False)

    def write(self, edited: Channel) -> None:
        read_position(self.form, edited)
        edited.parent_id = self.form.snowflake("parent_id", edited.parent_id)
        if self.form.data.get("flags") is not None:
            read_flags(self.form, edited)

    def check(self, edited: Channel, guild: Guild) -> None:
        if edited.parent_id is not None and edited.parent_id != self.channel.parent_id:
            check_parent(self.form, self.channel, guild, edited.parent_id)

    def require(self, standing: Standing, edited: Channel) -> None:
        """What the docs ask of an entry depends on what it changes.

        A place takes MANAGE_CHANNELS in the guild or in the channel's category, also where the channel cannot be seen;
        a parent takes it in the channel and where it goes (else 50001); flags in the channel; locking MANAGE_ROLES in
        the channel.
        """
        if edited.parent_id != self.channel.parent_id:
            _require_move(standing, self.channel, edited.parent_id)
        elif not _may_place(standing, self.channel):
            raise refuse(50013)
        if edited.flags != self.channel.flags:
            standing.require_within(self.channel, MANAGE_CHANNELS)
        if self._locks:
            standing.require_within(self.channel, MANAGE_ROLES)

    def lock(self, edited: Channel, guild: Guild) -> None:
        if self._locks and edited.parent_id is not None:
            edited.overwrites = dict(guild.channels[edited.parent_id].overwrites)


def _may_place(standing: Standing, channel: Channel) -> bool:
    if standing.permissions & MANAGE_CHANNELS:
        return True
    parent = channel.parent_id
    return parent is not None and bool(standing.within(standing.guild.channels[parent]) & MANAGE_CHANNELS)


def _require_move(standing: Standing, channel: Channel, parent_id: int | None) -> None:
    there = standing.permissions
    if parent_id is not None:
        there = standing.within(standing.guild.channels[parent_id])
    needed = MANAGE_CHANNELS | VIEW_CHANNEL
    if standing.within(channel) & needed != needed or not there & MANAGE_CHANNELS:
        raise refuse(50001)


def _channel(form: Form, guild: Guild) -> Channel:
    form.require("id")
    channel_id = form.snowflake("id")
    form.settle()
    channel = None if channel_id is None else guild.channels.get(channel_id)
    if channel is None:
        raise refuse(10003)
    return channel
