"""Roles: create, read, edit, delete (Discord docs: Guild > Create Guild Role and following)."""

import copy

from bot.simulator import audit, emojis, payloads, references
from bot.simulator.errors import refuse
from bot.simulator.membership import forget_role
from bot.simulator.permissions import MANAGE_ROLES
from bot.simulator.role_forms import RoleForm
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Role

routes = Routes()

ROLE_LIMIT = 250


@routes.on("GET", "/guilds/{guild_id}/roles")
def list_roles(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok(_all(guild))


@routes.on("GET", "/guilds/{guild_id}/roles/member-counts")
def count_role_members(call: Call) -> Answer:
    """Every role but @everyone, also those nobody has."""
    guild, _ = call.guild()
    counts = {str(role_id): 0 for role_id in guild.roles if role_id != guild.id}
    for member in guild.members.values():
        for role_id in member.roles:
            counts[str(role_id)] += 1
    return ok(counts)


@routes.on("GET", "/guilds/{guild_id}/roles/{role_id}")
def get_role(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok(payloads.role(_found(call, guild)))


@routes.on("POST", "/guilds/{guild_id}/roles")
def create_role(call: Call) -> Answer:
    """A new role comes in at position 1, beside whatever is there; without ``permissions`` it has @everyone's.

    Nobody documents what becomes of the others. Clients that read positions from later events report that they stay
    (discord.js has kept "raw" positions with ties since 2019, discord.py stopped lifting them), so they stay.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    form = call.form()
    role = Role(id=call.world.mint(), name="new role", permissions=guild.roles[guild.id].permissions)
    said = RoleForm(form, role, guild)
    form.settle()
    said.require_features()
    if form.data.get("permissions") is not None:
        standing.require_grantable(0, role.permissions)
    if len(guild.roles) >= ROLE_LIMIT:
        raise refuse(30005)
    said.keep_icon(call.world.images)
    guild.roles[role.id] = role
    body = payloads.role(role)
    call.world.emit("GUILD_ROLE_CREATE", guild, {"guild_id": str(guild.id), "role": body})
    audit.record(call, guild, audit.ROLE_CREATE, role.id, audit.changes({}, body, audit.ROLE_KEYS))
    return ok(body, role_id=role.id)


@routes.on("PATCH", "/guilds/{guild_id}/roles/{role_id}")
def edit_role(call: Call) -> Answer:
    """@everyone takes permissions only.

    Of a managed role everything may be edited: the docs say that it cannot be given by hand, and nothing more.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    role = _found(call, guild)
    standing.require_above(role)
    form = call.form()
    edited = copy.copy(role)
    said = RoleForm(form, edited, guild)
    form.settle()
    said.require_features()
    standing.require_grantable(role.permissions, edited.permissions)
    said.keep_icon(call.world.images)
    before = payloads.role(role)
    guild.roles[role.id] = edited
    body = payloads.role(edited)
    _updated(call, guild, before, body)
    audit.record(call, guild, audit.ROLE_UPDATE, role.id, audit.changes(before, body, audit.ROLE_KEYS))
    return ok(body)


@routes.on("DELETE", "/guilds/{guild_id}/roles/{role_id}")
def delete_role(call: Call) -> Answer:
    """Takes the role's overwrites and everyone's membership with it; the others keep their positions.

    The one event, unless an emoji was limited to it, is GUILD_ROLE_DELETE: Discord documents no CHANNEL_UPDATE or
    GUILD_MEMBER_UPDATE for it, so a client's cache keeps references to a role that is gone, and must cope.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    role = _found(call, guild)
    if role.id == guild.id or role.managed:
        raise refuse(50028)
    standing.require_above(role)
    forget_role(guild, role)
    references.forget_role(guild, role.id)
    call.world.emit("GUILD_ROLE_DELETE", guild, {"guild_id": str(guild.id), "role_id": str(role.id)})
    emojis.forget_role(call.world, guild, role.id)
    gone = audit.changes(payloads.role(role), {}, audit.ROLE_KEYS)
    audit.record(call, guild, audit.ROLE_DELETE, role.id, gone)
    return DONE


def _all(guild: Guild) -> list[JsonObject]:
    return [payloads.role(role) for role in guild.roles.values()]


def _found(call: Call, guild: Guild) -> Role:
    role = guild.roles.get(call.id("role_id"))
    if role is None:
        raise refuse(10011)
    return role


def _updated(call: Call, guild: Guild, before: JsonObject, body: JsonObject) -> None:
    if body != before:
        call.world.emit("GUILD_ROLE_UPDATE", guild, {"guild_id": str(guild.id), "role": body})
