"""Writing a channel's set of overwrites: what must hold before, and what follows from it.

Discord docs: Resources > Channel > Edit Channel Permissions, Permissions > Permission Syncing.
"""

from bot.simulator import audit, syncing
from bot.simulator.access import Standing
from bot.simulator.onboarding import require_readable
from bot.simulator.routing import Call
from bot.simulator.state import CATEGORY, Channel, Guild, Overwrite

Overwrites = dict[int, Overwrite]


def require_writable(standing: Standing, channel: Channel, new: Overwrites) -> None:
    """The actor may grant and deny what is new, and onboarding keeps the channels it needs."""
    standing.require_overwritable(channel.overwrites, new.values(), channel)
    guild = standing.guild
    require_readable(guild, channel, new)
    if channel.type == CATEGORY:
        for child in syncing.synced(guild, channel, channel.overwrites):
            require_readable(guild, child, new)


def settle_overwrites(call: Call, guild: Guild, channel: Channel, old: Overwrites) -> None:
    """After a set was written: the audit entries, and for a category the children that were synced with it."""
    if channel.overwrites == old:
        return
    audit.record_overwrites(call, guild, channel.id, old, channel.overwrites)
    if channel.type == CATEGORY:
        for child in syncing.carry(guild, channel, old):
            call.world.emit_channel("CHANNEL_UPDATE", guild, child)
