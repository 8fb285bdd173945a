"""Roles: create, read, edit, delete (Discord docs: Guild > Create Guild Role and following)."""

import copy

from bot.simulator import audit, payloads, references
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import ALL, MANAGE_ROLES
from bot.simulator.routing import DONE, Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Role

routes = Routes()

ROLE_LIMIT = 250
_COLOR = (1 << 24) - 1


@routes.on("GET", "/guilds/{guild_id}/roles")
def list_roles(call: Call) -> Answer:
    guild, _ = call.guild()
    return ok(_all(guild))


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
    _read(form, role, guild)
    form.settle()
    if "permissions" in form:
        standing.require_grantable(0, role.permissions)
    if len(guild.roles) >= ROLE_LIMIT:
        raise refuse(30005)
    guild.roles[role.id] = role
    body = payloads.role(role)
    call.world.emit("GUILD_ROLE_CREATE", guild, {"guild_id": str(guild.id), "role": body})
    audit.record(call, guild, audit.ROLE_CREATE, role.id, audit.changes({}, body, audit.ROLE_KEYS))
    return ok(body, role_id=role.id)


@routes.on("PATCH", "/guilds/{guild_id}/roles/{role_id}")
def edit_role(call: Call) -> Answer:
    """@everyone takes permissions only; a managed role keeps its name."""
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    role = _found(call, guild)
    standing.require_above(role)
    form = call.form()
    edited = copy.copy(role)
    if role.id == guild.id:
        edited.permissions = form.bits("permissions", role.permissions) & ALL
    else:
        _read(form, edited, guild)
    form.settle()
    standing.require_grantable(role.permissions, edited.permissions)
    if role.managed and edited.name != role.name:
        raise refuse(50028)
    before = payloads.role(role)
    guild.roles[role.id] = edited
    body = payloads.role(edited)
    _updated(call, guild, before, body)
    audit.record(call, guild, audit.ROLE_UPDATE, role.id, audit.changes(before, body, audit.ROLE_KEYS))
    return ok(body)


@routes.on("DELETE", "/guilds/{guild_id}/roles/{role_id}")
def delete_role(call: Call) -> Answer:
    """Takes the role's overwrites and everyone's membership with it; the others keep their positions.

    The one event is GUILD_ROLE_DELETE: Discord documents no CHANNEL_UPDATE or GUILD_MEMBER_UPDATE for it, so a client's
    cache keeps references to a role that is gone, and must cope.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    role = _found(call, guild)
    if role.id == guild.id or role.managed:
        raise refuse(50028)
    standing.require_above(role)
    del guild.roles[role.id]
    for channel in guild.channels.values():
        if role.id in channel.overwrites:
            channel.overwrites = {key: each for key, each in channel.overwrites.items() if key != role.id}
    for member in guild.members.values():
        if role.id in member.roles:
            member.roles.remove(role.id)
    references.forget_role(guild, role.id)
    call.world.emit("GUILD_ROLE_DELETE", guild, {"guild_id": str(guild.id), "role_id": str(role.id)})
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


def _read(form: Form, role: Role, guild: Guild) -> None:
    name = form.text("name", role.name, least=1, most=100)
    role.name = role.name if name is None else name.strip() or role.name
    role.permissions = form.bits("permissions", role.permissions) & ALL
    _read_colors(form, role, guild)
    role.hoist = form.flag("hoist", role.hoist)
    role.mentionable = form.flag("mentionable", role.mentionable)
    if form.data.get("icon") is not None or form.data.get("unicode_emoji") is not None:
        _require_feature(form, guild, "ROLE_ICONS", "unicode_emoji")
    role.unicode_emoji = form.text("unicode_emoji", role.unicode_emoji, most=100)


def _read_colors(form: Form, role: Role, guild: Guild) -> None:
    """``color`` is the older form of ``colors.primary_color``; gradients need ENHANCED_ROLE_COLORS."""
    if "color" in form:
        role.color = form.whole("color", role.color, least=0, most=_COLOR)
        role.secondary_color = role.tertiary_color = None
    colors = form.form("colors")
    if colors is None:
        return
    role.color = colors.whole("primary_color", role.color, least=0, most=_COLOR)
    role.secondary_color = colors.number("secondary_color", None, least=0, most=_COLOR)
    role.tertiary_color = colors.number("tertiary_color", None, least=0, most=_COLOR)
    if role.secondary_color is not None or role.tertiary_color is not None:
        _require_feature(form, guild, "ENHANCED_ROLE_COLORS", "colors")


def _require_feature(form: Form, guild: Guild, feature: str, field: str) -> None:
    if feature not in guild.features:
        form.bad(field, "GUILD_FEATURE_MISSING", f"This guild does not have the {feature} feature")
