"""Members who are put out, and whoever leaves (Discord docs: Guild > Remove Guild Member, User > Leave Guild)."""

from bot.simulator import audit, membership
from bot.simulator.errors import refuse
from bot.simulator.permissions import KICK_MEMBERS
from bot.simulator.routing import DONE, Answer, Call, Routes

routes = Routes()


@routes.on("DELETE", "/guilds/{guild_id}/members/{user_id}")
def kick_member(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(KICK_MEMBERS)
    user_id = call.id("user_id")
    if user_id not in guild.members:
        raise refuse(10007)
    standing.require_moderable(user_id)
    membership.remove(call.world, guild, user_id)
    audit.record(call, guild, audit.MEMBER_KICK, user_id)
    return DONE


@routes.on("DELETE", "/users/@me/guilds/{guild_id}")
def leave_guild(call: Call) -> Answer:
    """An owner cannot leave. Leaving is not in the audit log."""
    guild, standing = call.guild()
    if standing.is_owner:
        raise refuse(50055)
    membership.remove(call.world, guild, call.actor_id)
    return DONE
