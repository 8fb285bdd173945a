"""Ordering many channels in one call (Discord docs: Guild > Modify Guild Channel Positions)."""

from bot.simulator import payloads
from bot.simulator.access import Standing
from bot.simulator.channel_forms import check_parent
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import MANAGE_CHANNELS, MANAGE_ROLES
from bot.simulator.routing import DONE, Answer, Call, Routes
from bot.simulator.state import Channel, Guild

routes = Routes()


@routes.on("PATCH", "/guilds/{guild_id}/channels")
def order_channels(call: Call) -> Answer:
    """Positions need MANAGE_CHANNELS in the guild only, also for channels the caller cannot see.

    At most one entry may change a parent (40009). ``lock_permissions`` copies the set of the category the channel is in
    after the call and needs MANAGE_ROLES. Positions are kept as sent; equal ones are told apart by id.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_CHANNELS)
    entries = [_Entry(form, guild) for form in call.forms()]
    for entry in entries:
        entry.check(guild)
    if entries:
        entries[0].form.settle()
    if sum(entry.moves for entry in entries) > 1:
        raise refuse(40009)
    for entry in entries:
        entry.require(standing)
    before = [payloads.channel(entry.channel) for entry in entries]
    for entry in entries:
        entry.apply()
    for entry in entries:
        entry.lock(guild)
    for entry, old in zip(entries, before, strict=True):
        body = payloads.channel(entry.channel)
        if body != old:
            call.world.emit("CHANNEL_UPDATE", guild, body)
    return DONE


class _Entry:
    """One line of the request."""

    def __init__(self, form: Form, guild: Guild) -> None:
        self.form = form
        self.channel = _channel(form, guild)
        self.parent_id = form.snowflake("parent_id", self.channel.parent_id)
        self.moves = self.parent_id != self.channel.parent_id
        self._position = form.number("position", least=0)
        self._locks = form.flag("lock_permissions", False)

    def check(self, guild: Guild) -> None:
        if self.moves and self.parent_id is not None:
            check_parent(self.form, self.channel, guild, self.parent_id)

    def require(self, standing: Standing) -> None:
        if self.moves:
            standing.require_within(self.channel, MANAGE_CHANNELS)
            if self.parent_id is not None:
                standing.require_within(standing.guild.channels[self.parent_id], MANAGE_CHANNELS)
        if self._locks:
            standing.require_within(self.channel, MANAGE_ROLES)

    def apply(self) -> None:
        self.channel.parent_id = self.parent_id
        if self._position is not None:
            self.channel.position = self._position

    def lock(self, guild: Guild) -> None:
        if self._locks and self.channel.parent_id is not None:
            self.channel.overwrites = dict(guild.channels[self.channel.parent_id].overwrites)


def _channel(form: Form, guild: Guild) -> Channel:
    channel_id = form.snowflake("id")
    form.settle()
    channel = None if channel_id is None else guild.channels.get(channel_id)
    if channel is None:
        raise refuse(10003)
    return channel
