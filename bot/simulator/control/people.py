"""People: users, and members who join a guild, change and leave.

``POST /_sim/users`` ``{"username", "global_name"?, "bot"?, "email"?}`` → 201 user · ``PATCH /_sim/users/{id or
username}`` ``{"direct_messages": bool}`` (whether they take any) · ``GET /_sim/users/{id or username}/messages`` (what
they and the bot have in their direct messages, oldest first) · ``POST /_sim/guilds/{id}/members`` ``{"user": id or
username (made if unknown), "roles": [ids or names], "nick"?}`` → 201 member, or 403 (40007) for who is banned ·
``DELETE /_sim/guilds/{id}/members/{user id}`` (leaves).
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.simulator import direct, membership, payloads, posting
from bot.simulator.control.wire import body_of, endpoints, guild_in, reply
from bot.simulator.errors import Refusal, refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Member, Role, User
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world,
        ("POST", "/users", _create_user),
        ("PATCH", "/users/{user}", _change_user),
        ("GET", "/users/{user}/messages", _read_messages),
        ("POST", "/guilds/{guild_id}/members", _join),
        ("DELETE", "/guilds/{guild_id}/members/{user_id}", _leave),
    )


async def _create_user(world: World, request: Request) -> Response:
    form = Form(await body_of(request))
    form.require("username")
    username = form.text("username", "", least=1, most=32) or ""
    bot, global_name, email = form.flag("bot", False), form.text("global_name"), form.text("email")
    form.settle()
    if world.user_named(username) is not None:
        raise Refusal(409, 0, "That username is taken")
    user = world.add_user(username, bot=bot, global_name=global_name)
    user.email = email
    return reply(payloads.user(user), 201)


async def _change_user(world: World, request: Request) -> JsonObject:
    user = _user_in(world, request)
    form = Form(await body_of(request))
    taken = form.flag("direct_messages", not user.closed)
    form.settle()
    user.closed = not taken
    return payloads.user(user) | {"direct_messages": taken}


async def _read_messages(world: World, request: Request) -> list[JsonObject]:
    room = direct.find_room(world, _user_in(world, request).id)
    if room is None:
        return []
    return [posting.payload(world, message) for message in direct.channel_of(room).messages.values()]


def _user_in(world: World, request: Request) -> User:
    user = world.user_named(str(request.path_params["user"]))
    if user is None:
        raise refuse(10013)
    return user


async def _join(world: World, request: Request) -> Response:
    guild = guild_in(world, request)
    form = Form(await body_of(request))
    form.require("user")
    form.settle()
    name = str(form.data["user"])
    roles = [_role(guild, str(each)) for each in form.items("roles", most=250) or []]
    nick = form.text("nick", most=32)
    form.settle()
    user = world.user_named(name) or world.add_user(name)
    if user.id in guild.members:
        raise Refusal(409, 0, "Already a member")
    if user.id in guild.bans:
        raise refuse(40007)
    member = Member(user.id, world.clock.stamp(), [role.id for role in roles], nick)
    guild.members[user.id] = member
    body = world.member_payload(member)
    world.emit("GUILD_MEMBER_ADD", guild, body | {"guild_id": str(guild.id)})
    return reply(body, 201)


async def _leave(world: World, request: Request) -> JsonObject:
    guild = guild_in(world, request)
    raw = str(request.path_params["user_id"])
    member = guild.members.get(int(raw)) if raw.isdigit() else None
    if member is None:
        raise refuse(10007)
    if member.user_id in (guild.owner_id, world.application.bot_id):
        raise Refusal(409, 0, "The owner cannot leave; the bot leaves through /bot")
    membership.remove(world, guild, member.user_id)
    return {"ok": True}


def _role(guild: Guild, text: str) -> Role:
    role = guild.roles.get(int(text)) if text.isdigit() else None
    role = role or next((each for each in guild.roles.values() if each.name == text), None)
    if role is None:
        raise refuse(10011)
    return role
