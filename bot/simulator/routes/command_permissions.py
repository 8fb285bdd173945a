"""Permissions of commands in a guild (Discord docs: Interactions > Application Commands > Permissions).

Set by people only: in their client, or by an app that acts for them with a Bearer token. A bot reads them.
"""

from bot.simulator import audit, permissions
from bot.simulator.access import Standing
from bot.simulator.command_access import CHANNEL, ROLE, USER
from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.oauth2.scopes import UPDATE_PERMISSIONS
from bot.simulator.permissions import MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_ROLES
from bot.simulator.routes.applications import require_known
from bot.simulator.routes.commands import GUILD_COMMANDS
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild

routes = Routes()

_ONE = GUILD_COMMANDS + "/{command_id}/permissions"
_MOST = 100


@routes.on("GET", GUILD_COMMANDS + "/permissions", scope=UPDATE_PERMISSIONS)
def list_permissions(call: Call) -> Answer:
    """Of the commands, and of the application, for which any are set."""
    guild, _ = _guild(call)
    book = call.world.commands
    return ok(
        [shown(call, guild, each) for each, level in book.permissions.get(guild.id, {}).items() if level]
    )


@routes.on("GET", _ONE, scope=UPDATE_PERMISSIONS)
def get_permissions(call: Call) -> Answer:
    guild, _ = _guild(call)
    target_id = _target(call, guild)
    if not call.world.commands.permissions_of(guild.id, target_id):
        raise refuse(10066)
    return ok(shown(call, guild, target_id))


@routes.on("PUT", _ONE, scope=UPDATE_PERMISSIONS, bots=False)
def edit_permissions(call: Call) -> Answer:
    """The whole set of a command, or of all commands where the application's id stands for one."""
    guild, standing = _guild(call)
    target_id = _target(call, guild)
    standing.require(MANAGE_GUILD | MANAGE_ROLES)
    _require_usable(call, standing, target_id)
    form = call.form()
    level = _read(form)
    form.settle()
    before = call.world.commands.permissions_of(guild.id, target_id)
    changed = {key for key in before.keys() | level.keys() if before.get(key) != level.get(key)}
    for entity_id, kind in changed:
        if (entity_id, kind) in level or _is_there(guild, entity_id):
            _require_manageable(standing, entity_id, kind)
    if changed:
        call.world.commands.permissions.setdefault(guild.id, {})[target_id] = level
        call.world.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", guild, shown(call, guild, target_id))
        _log(call, guild, target_id, [_change(key, before, level) for key in sorted(changed)])
    return ok(shown(call, guild, target_id))


def _guild(call: Call) -> tuple[Guild, Standing]:
    """One the caller is in and the application was added to."""
    require_known(call)
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or call.actor_id not in guild.members or not call.world.bot_in(guild):
        raise refuse(50001)
    return guild, call.standing(guild)


def _target(call: Call, guild: Guild) -> int:
    target_id = call.id("command_id")
    if target_id != call.world.application.id and call.world.commands.by_id(guild.id, target_id) is None:
        raise refuse(10063)
    return target_id


def _read(form: Form) -> dict[tuple[int, int], bool]:
    level: dict[tuple[int, int], bool] = {}
    for each in form.forms("permissions", most=_MOST) or []:
        for key in ("id", "type", "permission"):
            each.require(key)
        key = (each.snowflake("id") or 0, each.choice("type", ROLE, (ROLE, USER, CHANNEL)) or ROLE)
        if key in level:
            each.bad("id", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        level[key] = each.flag("permission", False)
    return level


def _require_usable(call: Call, standing: Standing, target_id: int) -> None:
    """Nobody changes a command that they cannot use; where, does not matter."""
    command = call.world.commands.by_id(standing.guild.id, target_id)
    if command is None or standing.is_admin:
        return
    access = call.world.commands.access(standing.guild, target_id, call.world.application.id)
    if not access.allows_person(standing.member, command, standing.permissions):
        raise refuse(50013)


def _is_there(guild: Guild, entity_id: int) -> bool:
    """What is said of somebody who left, or of what was deleted, anybody may take back."""
    known = guild.roles.keys() | guild.members.keys() | guild.channels.keys() | {guild.id - 1}
    return entity_id in known


def _require_manageable(standing: Standing, entity_id: int, kind: int) -> None:
    """The person must be able to manage what is affected. The docs say no more; read here as: roles up to one's own
    highest, members not above oneself, and channels in which one may manage channels."""
    if kind == ROLE:
        _require_role(standing, entity_id)
    elif kind == USER:
        _require_user(standing, entity_id)
    elif entity_id == standing.guild.id - 1:
        standing.require(MANAGE_CHANNELS)
    else:
        channel = standing.guild.channels.get(entity_id)
        if channel is None:
            raise refuse(10003)
        standing.require_within(channel, MANAGE_CHANNELS)


def _require_role(standing: Standing, role_id: int) -> None:
    guild = standing.guild
    role = guild.roles.get(role_id)
    if role is None:
        raise refuse(10011)
    if not standing.is_owner and permissions.rank(guild, role) > permissions.top_rank(guild, standing.member):
        raise refuse(50013)


def _require_user(standing: Standing, user_id: int) -> None:
    member = standing.guild.members.get(user_id)
    if member is None:
        raise refuse(10013)
    if member is not standing.member and not standing.outranks_member(member):
        raise refuse(50013)


def shown(call: Call, guild: Guild, target_id: int) -> JsonObject:
    level = call.world.commands.permissions_of(guild.id, target_id)
    return {
        "id": str(target_id),
        "application_id": str(call.world.application.id),
        "guild_id": str(guild.id),
        "permissions": [_shown(key, allowed) for key, allowed in level.items()],
    }


def _shown(key: tuple[int, int], allowed: bool) -> JsonObject:
    return {"id": str(key[0]), "type": key[1], "permission": allowed}


def _change(
    key: tuple[int, int], before: dict[tuple[int, int], bool], after: dict[tuple[int, int], bool]
) -> JsonObject:
    """The key is whom it is about (docs: Audit Log > Audit Log Change Exceptions)."""
    change: JsonObject = {"key": str(key[0])}
    for name, level in (("old_value", before), ("new_value", after)):
        if key in level:
            change[name] = _shown(key, level[key])
    return change


def _log(call: Call, guild: Guild, target_id: int, changed: list[JsonObject]) -> None:
    options: JsonObject = {"application_id": str(call.world.application.id)}
    audit.record(
        call, guild, audit.APPLICATION_COMMAND_PERMISSION_UPDATE, target_id, changed, options=options
    )
