"""Roles: create, read, order, edit, delete (Discord docs: Guild > Create Guild Role and following)."""

import copy

from bot.simulator import audit, payloads
from bot.simulator.errors import bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.membership import forget_role
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


@routes.on("PATCH", "/guilds/{guild_id}/roles")
def order_roles(call: Call) -> Answer:
    """Every role moved, and every place moved to, must be below the caller's highest role."""
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    forms = call.forms()
    wanted: dict[int, int] = {}
    for form in forms:
        role_id, position = form.snowflake("id"), form.number("position")
        if role_id is not None and role_id not in guild.roles:
            raise refuse(10011)
        if role_id is not None and position is not None:
            wanted[role_id] = position
    if forms:
        forms[0].settle()
    if wanted.get(guild.id, 0) != 0 or any(place < 1 for each, place in wanted.items() if each != guild.id):
        raise bad_field("position", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    moved = {each: place for each, place in wanted.items() if guild.roles[each].position != place}
    for role_id, place in moved.items():
        role = guild.roles[role_id]
        standing.require_above(role)
        standing.require_above(Role(id=role.id, name=role.name, position=place))
    for role_id, place in moved.items():
        role = guild.roles[role_id]
        before = payloads.role(role)
        role.position = place
        body = payloads.role(role)
        _updated(call, guild, before, body)
        audit.record(call, guild, audit.ROLE_UPDATE, role_id, audit.changes(before, body, ("position",)))
    return ok(_all(guild))


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
    forget_role(guild, role)
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
