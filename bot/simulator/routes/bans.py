"""Bans: list, read, ban, ban many, unban (Discord docs: Guild > Get Guild Bans and following)."""

from bot.simulator import audit, banning, payloads
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.permissions import BAN_MEMBERS, MANAGE_GUILD
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Ban, Guild

routes = Routes()

_ALL, _ONE = "/guilds/{guild_id}/bans", "/guilds/{guild_id}/bans/{user_id}"
_MOST_AT_ONCE = 200


@routes.on("GET", _ALL)
def list_bans(call: Call) -> Answer:
    """Ascending by user id; ``before`` takes the last ones before it and wins over ``after``."""
    guild, standing = call.guild()
    standing.require(BAN_MEMBERS)
    limit = call.number("limit", 1000, 1, 1000)
    before, after = call.snowflake("before"), call.snowflake("after") or 0
    found = [guild.bans[user_id] for user_id in sorted(guild.bans)]
    if before is not None:
        found = [ban for ban in found if ban.user_id < before][-limit:]
    else:
        found = [ban for ban in found if ban.user_id > after][:limit]
    return ok([_payload(call, ban) for ban in found])


@routes.on("GET", _ONE)
def get_ban(call: Call) -> Answer:
    guild, standing = call.guild()
    standing.require(BAN_MEMBERS)
    return ok(_payload(call, _found(call, guild)))


@routes.on("PUT", _ONE)
def create_ban(call: Call) -> Answer:
    """Of any user there is; whoever is banned already stays so, under the first reason, and nobody hears of it."""
    guild, standing = call.guild()
    standing.require(BAN_MEMBERS)
    user_id = call.id("user_id")
    form = call.form()
    seconds = banning.read_seconds(form, banning.read_days(form))
    form.settle()
    if user_id not in call.world.users:
        raise refuse(10013)
    standing.require_moderable(user_id)
    if user_id in guild.bans:
        return Answer(204, wrote=False)
    banning.ban(call, guild, user_id, seconds)
    return DONE


@routes.on("DELETE", _ONE)
def remove_ban(call: Call) -> Answer:
    """A member who ranks too high cannot be unbanned either, although there is no ban (discord-api-docs#1058)."""
    guild, standing = call.guild()
    standing.require(BAN_MEMBERS)
    call.form().settle()
    if call.id("user_id") in guild.members:
        standing.require_moderable(call.id("user_id"))
    ban = _found(call, guild)
    del guild.bans[ban.user_id]
    banning.tell(call, guild, "GUILD_BAN_REMOVE", ban.user_id)
    audit.record(call, guild, audit.MEMBER_BAN_REMOVE, ban.user_id)
    return DONE


@routes.on("POST", "/guilds/{guild_id}/bulk-ban")
def ban_many(call: Call) -> Answer:
    """Oneself is passed over and in neither list (discord-api-docs#6720); if nobody else could be banned: 500000."""
    guild, standing = call.guild()
    standing.require(BAN_MEMBERS | MANAGE_GUILD)
    form = call.form()
    asked = form.snowflake_set("user_ids", most=_MOST_AT_ONCE)
    seconds = banning.read_seconds(form)
    form.settle()
    wanted = [user_id for user_id in asked if user_id != call.actor_id]
    possible = [each for each in wanted if _may_ban(call, standing, each)]
    if wanted and not possible:
        raise refuse(500_000)
    for user_id in possible:
        banning.ban(call, guild, user_id, seconds)
    failed = [str(user_id) for user_id in wanted if user_id not in possible]
    return ok({"banned_users": [str(user_id) for user_id in possible], "failed_users": failed})


def _may_ban(call: Call, standing: Standing, user_id: int) -> bool:
    known = user_id in call.world.users and user_id not in standing.guild.bans
    return known and standing.may_moderate(user_id)


def _found(call: Call, guild: Guild) -> Ban:
    ban = guild.bans.get(call.id("user_id"))
    if ban is None:
        raise refuse(10026)
    return ban


def _payload(call: Call, ban: Ban) -> JsonObject:
    return payloads.ban(ban, call.world.users[ban.user_id])
