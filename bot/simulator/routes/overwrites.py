"""Single permission overwrites of a channel (Discord docs: Channel > Edit Channel Permissions and following)."""

from bot.simulator.errors import refuse
from bot.simulator.overwrite_forms import OVERWRITE_LIMIT, read_overwrite
from bot.simulator.overwriting import require_writable, settle_overwrites
from bot.simulator.permissions import MANAGE_ROLES
from bot.simulator.routing import DONE, Answer, Call, Routes
from bot.simulator.state import Channel, Guild, Overwrite

routes = Routes()

_TEMPLATE = "/channels/{channel_id}/permissions/{overwrite_id}"


@routes.on("PUT", _TEMPLATE)
def put_overwrite(call: Call) -> Answer:
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_ROLES)
    form = call.form()
    overwrite = read_overwrite(form, call.id("overwrite_id"), guild, call.world)
    form.settle()
    if overwrite.id not in channel.overwrites and len(channel.overwrites) >= OVERWRITE_LIMIT:
        raise refuse(30060)
    new = channel.overwrites | {overwrite.id: overwrite}
    require_writable(standing, channel, new)
    _write(call, guild, channel, new)
    return DONE


@routes.on("DELETE", _TEMPLATE)
def delete_overwrite(call: Call) -> Answer:
    guild, channel, standing = call.channel()
    standing.require_within(channel, MANAGE_ROLES)
    overwrite_id = call.id("overwrite_id")
    if overwrite_id not in channel.overwrites:
        raise refuse(10009)
    new = {key: each for key, each in channel.overwrites.items() if key != overwrite_id}
    require_writable(standing, channel, new)
    _write(call, guild, channel, new)
    return DONE


def _write(call: Call, guild: Guild, channel: Channel, new: dict[int, Overwrite]) -> None:
    old, channel.overwrites = channel.overwrites, new
    if new != old:
        call.world.emit_channel("CHANNEL_UPDATE", guild, channel)
    settle_overwrites(call, guild, channel, old)
