"""Banning one user, for the routes that ban one and many (Discord docs: Guild > Create Guild Ban, Bulk Guild Ban)."""

from bot.simulator import audit, membership, payloads, posting
from bot.simulator.forms import Form
from bot.simulator.permissions import BAN_MEMBERS, VIEW_AUDIT_LOG, base
from bot.simulator.routing import Call
from bot.simulator.state import Ban, Guild

DELETE_SECONDS = 7 * 86_400
_DAY = 86_400


def read_seconds(form: Form, default: int = 0) -> int:
    """How far back messages are deleted."""
    return form.whole("delete_message_seconds", default, least=0, most=DELETE_SECONDS)


def read_days(form: Form) -> int:
    """The same said the older way, in seconds."""
    return form.whole("delete_message_days", 0, least=0, most=7) * _DAY


def ban(call: Call, guild: Guild, user_id: int, seconds: int) -> None:
    """Member or not: GUILD_BAN_ADD, then who is a member goes, then what they wrote in the last ``seconds``."""
    guild.bans[user_id] = Ban(user_id, call.reason)
    tell(call, guild, "GUILD_BAN_ADD", user_id)
    membership.remove(call.world, guild, user_id)
    if seconds:
        posting.purge(call.world, guild, user_id, call.world.clock.now() - seconds)
    audit.record(call, guild, audit.MEMBER_BAN_ADD, user_id)


def tell(call: Call, guild: Guild, name: str, user_id: int) -> None:
    """Only bots with BAN_MEMBERS or VIEW_AUDIT_LOG hear of bans (Discord docs: Gateway Events > Guild Ban Add)."""
    bot = guild.members.get(call.world.application.bot_id)
    if bot is not None and base(guild, bot) & (BAN_MEMBERS | VIEW_AUDIT_LOG):
        user = payloads.user(call.world.users[user_id])
        call.world.emit(name, guild, {"guild_id": str(guild.id), "user": user})
