"""Which permission a bot needs to be sent an event, beside the intent (Discord docs: Events > Gateway Events)."""

from bot.simulator import permissions
from bot.simulator.permissions import BAN_MEMBERS, MANAGE_CHANNELS, MANAGE_GUILD, VIEW_AUDIT_LOG, VIEW_CHANNEL
from bot.simulator.shapes import JsonObject, as_int, words
from bot.simulator.state import Guild, Member

# Of several bits any one will do.
_IN_GUILD: dict[str, int] = {
    "GUILD_AUDIT_LOG_ENTRY_CREATE": VIEW_AUDIT_LOG,
    "GUILD_BAN_ADD": BAN_MEMBERS | VIEW_AUDIT_LOG,
    "GUILD_BAN_REMOVE": BAN_MEMBERS | VIEW_AUDIT_LOG,
    "AUTO_MODERATION_RULE_CREATE": MANAGE_GUILD,
    "AUTO_MODERATION_RULE_UPDATE": MANAGE_GUILD,
    "AUTO_MODERATION_RULE_DELETE": MANAGE_GUILD,
    "AUTO_MODERATION_ACTION_EXECUTION": MANAGE_GUILD,
}
_IN_CHANNEL: dict[str, int] = {
    "INVITE_CREATE": MANAGE_CHANNELS,
    "INVITE_DELETE": MANAGE_CHANNELS,
    **dict.fromkeys(
        words(
            "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK MESSAGE_REACTION_ADD "
            "MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI TYPING_START "
            "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE"
        ),
        VIEW_CHANNEL,
    ),
}


def may_hear(name: str, data: JsonObject, guild: Guild, bot: Member, now: float) -> bool:
    """Whether the bot is sent an event of this guild; what is no channel of it (a thread) is not judged here."""
    if (bits := _IN_GUILD.get(name)) is not None:
        return bool(permissions.base(guild, bot) & bits)
    if (bits := _IN_CHANNEL.get(name)) is None:
        return True
    channel = guild.channels.get(as_int(data.get("channel_id")) or 0)
    if channel is None:
        return bits == VIEW_CHANNEL or bool(permissions.base(guild, bot) & bits)
    return bool(permissions.in_channel(guild, bot, channel, now) & bits)
