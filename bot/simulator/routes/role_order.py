"""Ordering many roles in one call (Discord docs: Guild > Modify Guild Role Positions)."""

from bot.simulator import audit, payloads
from bot.simulator.access import Standing
from bot.simulator.channel_forms import PLACES
from bot.simulator.errors import bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import MANAGE_ROLES
from bot.simulator.routing import Answer, Call, Routes, ok
from bot.simulator.state import Guild, Role

routes = Routes()


@routes.on("PATCH", "/guilds/{guild_id}/roles")
def order_roles(call: Call) -> Answer:
    """Every role moved, and every place moved to, must be below the caller's highest role.

    Positions are kept as sent; of equal ones the older role is the higher. A role named without a position, or with
    null, stays; one named twice goes where the later entry says. @everyone stays at 0, and no other goes there.
    """
    guild, standing = call.guild()
    standing.require(MANAGE_ROLES)
    wanted = _read(call.forms(), guild)
    moved = {each: place for each, place in wanted.items() if guild.roles[each].position != place}
    for role_id, place in moved.items():
        _require_movable(standing, guild.roles[role_id], place)
    for role_id, place in moved.items():
        role = guild.roles[role_id]
        before = payloads.role(role)
        role.position = place
        body = payloads.role(role)
        call.world.emit("GUILD_ROLE_UPDATE", guild, {"guild_id": str(guild.id), "role": body})
        audit.record(call, guild, audit.ROLE_UPDATE, role_id, audit.changes(before, body, ("position",)))
    return ok([payloads.role(role) for role in guild.roles.values()])


def _read(forms: list[Form], guild: Guild) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for form in forms:
        form.require("id")
        role_id, place = form.snowflake("id"), form.number("position", most=PLACES)
        if role_id is not None and place is not None:
            wanted[role_id] = place
    if forms:
        forms[0].settle()
    if any(each not in guild.roles for each in wanted):
        raise refuse(10011)
    if wanted.get(guild.id, 0) != 0 or any(place < 1 for each, place in wanted.items() if each != guild.id):
        raise bad_field("position", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    return wanted


def _require_movable(standing: Standing, role: Role, place: int) -> None:
    standing.require_above(role)
    standing.require_above(Role(id=role.id, name=role.name, position=place))
