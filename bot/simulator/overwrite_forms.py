"""Reading permission overwrites from a form (Discord docs: Resources > Channel > Overwrite Object)."""

from bot.simulator.errors import refuse
from bot.simulator.forms import Form
from bot.simulator.permissions import ALL
from bot.simulator.state import Guild, Overwrite
from bot.simulator.world import World

OVERWRITE_LIMIT = 1000
_AT_ONCE = 100


def read_overwrites(form: Form, guild: Guild, world: World) -> dict[int, Overwrite] | None:
    """The whole set (null: an empty one), or None when the form has none; of two for one target the later counts."""
    forms = form.forms("permission_overwrites", most=_AT_ONCE)
    if forms is None:
        return {} if "permission_overwrites" in form and form.data["permission_overwrites"] is None else None
    found: dict[int, Overwrite] = {}
    for each in forms:
        each.require("id")
        overwrite_id = each.snowflake("id")
        if overwrite_id is not None:
            found[overwrite_id] = read_overwrite(each, overwrite_id, guild, world)
    return found


def read_overwrite(form: Form, overwrite_id: int, guild: Guild, world: World) -> Overwrite:
    """Without a type it is what its id names; bits Discord does not know are dropped.

    One whose id names nobody of its type is refused with 10009; which code Discord has for that is not documented.
    """
    kind = form.choice("type", None, (0, 1))
    if kind is None:
        kind = 0 if overwrite_id in guild.roles else 1
    if overwrite_id not in (guild.roles if kind == 0 else world.users):
        raise refuse(10009)
    return Overwrite(overwrite_id, kind, form.bits("allow", 0) & ALL, form.bits("deny", 0) & ALL)
