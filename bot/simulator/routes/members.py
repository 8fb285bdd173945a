"""Members: reading, searching, editing, and single roles given or taken."""

import copy

from bot.simulator import audit, profiles
from bot.simulator.access import Standing
from bot.simulator.errors import bad_field, refuse
from bot.simulator.member_forms import read_member, read_nick, refuse_voice, require_edit
from bot.simulator.permissions import MANAGE_ROLES, base
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Member, Role

routes = Routes()


@routes.on("GET", "/guilds/{guild_id}/members")
def list_members(call: Call) -> Answer:
    """Ascending by user id."""
    guild, _ = call.guild()
    limit, after = call.number("limit", 1, 1, 1000), call.snowflake("after") or 0
    found = sorted(
        (each for each in guild.members.values() if each.user_id > after), key=lambda each: each.user_id
    )
    return ok([call.world.member_payload(member) for member in found[:limit]])


@routes.on("GET", "/guilds/{guild_id}/members/search")
def search_members(call: Call) -> Answer:
    """By the beginning of username or nickname."""
    guild, _ = call.guild()
    if "query" not in call.query:
        raise bad_field("query", "BASE_TYPE_REQUIRED", "This field is required")
    limit, query = call.number("limit", 1, 1, 1000), call.query["query"].lower()
    users = call.world.users
    found = [
        member
        for member in guild.members.values()
        if users[member.user_id].username.lower().startswith(query)
        or (member.nick or "").lower().startswith(query)
    ]
    return ok([call.world.member_payload(member) for member in found[:limit]])


@routes.on("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok(call.world.member_payload(_found(call, guild)))


@routes.on("PATCH", "/guilds/{guild_id}/members/@me")
def edit_own_member(call: Call) -> Answer:
    """The biography is shown to oneself alone."""
    guild, standing = call.guild()
    form = call.form()
    edited = copy.copy(standing.member)
    edited.nick = read_nick(form, edited)
    edited.bio = form.text("bio", edited.bio, most=190) or None
    pictures = profiles.read_pictures(form)
    form.settle()
    require_edit(standing, standing.member, edited)
    profiles.keep_pictures(call.world.images, pictures, edited, edited.user_id, guild.id)
    body = _write(call, guild, standing.member, edited)
    return ok(body | {"bio": edited.bio or "", "permissions": str(base(guild, edited))})


@routes.on("PATCH", "/guilds/{guild_id}/members/{user_id}")
def edit_member(call: Call) -> Answer:
    """``roles`` is the whole set, and only what differs must be below the caller."""
    guild, standing = call.guild()
    member = _found(call, guild)
    form = call.form()
    edited = read_member(form, member, call.world.clock.now())
    roles = form.snowflakes("roles", most=350)
    form.settle()
    if "roles" in form:
        edited.roles = _wanted_roles(standing, guild, member, roles or [])
    require_edit(standing, member, edited)
    refuse_voice(form, standing)
    return ok(_write(call, guild, member, edited))


def _wanted_roles(standing: Standing, guild: Guild, member: Member, wanted: list[int]) -> list[int]:
    for role_id in wanted:
        if role_id not in guild.roles or role_id == guild.id:
            raise refuse(50028)
    changed = set(wanted) ^ set(member.roles)
    if changed:
        standing.require(MANAGE_ROLES)
    for role_id in changed:
        _require_givable(standing, guild.roles[role_id])
    return wanted


def _require_givable(standing: Standing, role: Role) -> None:
    """Roles of integrations are theirs to give."""
    standing.require_above(role)
    if role.managed:
        raise refuse(50013)


@routes.on("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def add_role(call: Call) -> Answer:
    guild, member, role = _membership(call)
    if role.id in member.roles:
        return DONE
    edited = copy.copy(member)
    edited.roles = [*member.roles, role.id]
    _write(call, guild, member, edited)
    return DONE


@routes.on("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
def remove_role(call: Call) -> Answer:
    guild, member, role = _membership(call)
    if role.id not in member.roles:
        return DONE
    edited = copy.copy(member)
    edited.roles = [each for each in member.roles if each != role.id]
    _write(call, guild, member, edited)
    return DONE


def _membership(call: Call) -> tuple[Guild, Member, Role]:
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    member = _found(call, guild)
    role = guild.roles.get(call.id("role_id"))
    if role is None or role.id == guild.id:
        raise refuse(10011)
    _require_givable(standing, role)
    return guild, member, role


def _found(call: Call, guild: Guild) -> Member:
    member = guild.members.get(call.id("user_id"))
    if member is None:
        raise refuse(10007)
    return member


def _write(call: Call, guild: Guild, member: Member, edited: Member) -> JsonObject:
    """Store, tell, and log: roles and the rest are two kinds of audit entry."""
    before = call.world.member_payload(member)
    guild.members[member.user_id] = edited
    body = call.world.member_payload(edited)
    if body != before:
        call.world.emit("GUILD_MEMBER_UPDATE", guild, body | {"guild_id": str(guild.id)})
    changed = audit.changes(before, body, audit.MEMBER_KEYS)
    audit.record(call, guild, audit.MEMBER_UPDATE, member.user_id, changed)
    _log_roles(call, guild, member, edited)
    return body


def _log_roles(call: Call, guild: Guild, member: Member, edited: Member) -> None:
    added = [_brief(guild.roles[each]) for each in edited.roles if each not in member.roles]
    removed = [
        _brief(guild.roles[each]) for each in member.roles if each not in edited.roles and each in guild.roles
    ]
    changed: list[JsonObject] = []
    if added:
        changed.append({"key": "$add", "new_value": added})
    if removed:
        changed.append({"key": "$remove", "new_value": removed})
    if changed:
        audit.record(call, guild, audit.MEMBER_ROLE_UPDATE, member.user_id, changed)


def _brief(role: Role) -> JsonObject:
    return {"id": str(role.id), "name": role.name}
