"""Rules as they are answered, and the events, which reach bots that may manage the guild and no others.

Discord docs: Resources > Auto Moderation, Gateway Events > Auto Moderation.
"""

from bot.simulator.permissions import MANAGE_GUILD, base
from bot.simulator.shapes import JsonObject
from bot.simulator.state import AutoModerationRule, Guild
from bot.simulator.world import World


def tell(world: World, guild: Guild, name: str, data: JsonObject) -> None:
    bot = guild.members.get(world.application.bot_id)
    if bot is not None and base(guild, bot) & MANAGE_GUILD:
        world.emit(name, guild, data)


def payload(found: AutoModerationRule) -> JsonObject:
    return {
        "id": str(found.id),
        "guild_id": str(found.guild_id),
        "creator_id": str(found.creator_id),
        "name": found.name,
        "event_type": found.event_type,
        "trigger_type": found.trigger_type,
        "trigger_metadata": found.trigger_metadata,
        "actions": found.actions,
        "enabled": found.enabled,
        "exempt_roles": [str(role_id) for role_id in found.exempt_roles],
        "exempt_channels": [str(channel_id) for channel_id in found.exempt_channels],
    }
