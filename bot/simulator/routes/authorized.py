"""What the application may read and do for a person who authorised it, beyond knowing who they are."""

from bot.simulator import permissions
from bot.simulator.access import Standing
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import BITS
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.state import Guild, Member

routes = Routes()

_BYPASSES_VERIFICATION = 1 << 2
_SCREENING = "MEMBER_VERIFICATION_GATE_ENABLED"
_NEEDS = {
    "nick": "MANAGE_NICKNAMES",
    "roles": "MANAGE_ROLES",
    "mute": "MUTE_MEMBERS",
    "deaf": "DEAFEN_MEMBERS",
}


@routes.on("GET", "/users/@me/guilds/{guild_id}/member", scope="guilds.members.read", bots=False)
def get_own_member(call: Call) -> Answer:
    guild, standing = call.guild()
    body = call.world.member_payload(standing.member)
    return ok(body | {"permissions": str(permissions.base(guild, standing.member))})


@routes.on("PUT", "/guilds/{guild_id}/members/{user_id}")
def add_member(call: Call) -> Answer:
    """By the bot, with the access token of the person it lets in (docs: Guild > Add Guild Member); 204 if they are in.

    50025 is also for a token of somebody else. What a field needs is checked before; roles as when they are given.
    """
    guild, standing = call.guild()
    user_id = call.id("user_id")
    if user_id not in call.world.users:
        raise refuse(10013)
    form = call.form()
    member = _read(call, form, user_id)
    roles = form.snowflakes("roles", most=250) or []
    token = call.world.oauth2.find(form.text("access_token", "") or "")
    form.require("access_token")
    form.settle()
    if token is None or token.user_id != user_id:
        raise refuse(50025)
    if "guilds.join" not in token.scopes:
        raise refuse(50026)
    if user_id in guild.members:
        return DONE
    standing.require(BITS["CREATE_INSTANT_INVITE"])
    if user_id in guild.bans:
        raise refuse(40007)
    for key, name in _NEEDS.items():
        if form.data.get(key):
            standing.require(BITS[name])
    member.roles = _givable(guild, standing, roles)
    member.pending = _SCREENING in guild.features and not member.flags & _BYPASSES_VERIFICATION
    guild.members[user_id] = member
    body = call.world.member_payload(member)
    call.world.emit("GUILD_MEMBER_ADD", guild, body | {"guild_id": str(guild.id)})
    return ok(body, status=201)


def _read(call: Call, form: Form, user_id: int) -> Member:
    return Member(
        user_id=user_id,
        joined_at=call.world.clock.stamp(),
        nick=form.text("nick", most=32) or None,
        mute=form.flag("mute", False),
        deaf=form.flag("deaf", False),
        flags=form.whole("flags", 0) & _BYPASSES_VERIFICATION,
    )


def _givable(guild: Guild, standing: Standing, roles: list[int]) -> list[int]:
    for role_id in roles:
        role = guild.roles.get(role_id)
        if role is None or role_id == guild.id:
            raise refuse(50028)
        standing.require_above(role)
        if role.managed:
            raise refuse(50013)
    return roles
