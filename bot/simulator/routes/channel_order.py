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
    entries = [(form, _channel(form, guild)) for form in call.forms()]
    movers = [(form, channel) for form, channel in entries if _moves(form, channel)]
    positions = {
        channel.id: form.whole("position", channel.position, least=0)
        for form, channel in entries
        if form.data.get("position") is not None
    }
    for form, channel in movers:
        parent_id = form.snowflake("parent_id")
        if parent_id is not None:
            check_parent(form, channel, guild, parent_id)
    locked = [channel for form, channel in entries if form.flag("lock_permissions", False)]
    if entries:
        entries[0][0].settle()
    if len(movers) > 1:
        raise refuse(40009)
    _check_powers(standing, guild, movers, locked)
    before = {channel.id: payloads.channel(channel) for _, channel in entries}
    for form, channel in movers:
        channel.parent_id = form.snowflake("parent_id")
    for channel_id, position in positions.items():
        guild.channels[channel_id].position = position
    for channel in locked:
        if channel.parent_id is not None:
            channel.overwrites = dict(guild.channels[channel.parent_id].overwrites)
    for channel_id, old in before.items():
        body = payloads.channel(guild.channels[channel_id])
        if body != old:
            call.world.emit("CHANNEL_UPDATE", guild, body)
    return DONE


def _channel(form: Form, guild: Guild) -> Channel:
    channel_id = form.snowflake("id")
    form.settle()
    channel = None if channel_id is None else guild.channels.get(channel_id)
    if channel is None:
        raise refuse(10003)
    return channel


def _moves(form: Form, channel: Channel) -> bool:
    return "parent_id" in form and form.snowflake("parent_id") != channel.parent_id


def _check_powers(
    standing: Standing, guild: Guild, movers: list[tuple[Form, Channel]], locked: list[Channel]
) -> None:
    for form, channel in movers:
        standing.require_within(channel, MANAGE_CHANNELS)
        parent_id = form.snowflake("parent_id")
        if parent_id is not None:
            standing.require_within(guild.channels[parent_id], MANAGE_CHANNELS)
    for channel in locked:
        standing.require_within(channel, MANAGE_ROLES)
