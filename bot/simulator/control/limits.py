"""The table of rate limits.

``GET /_sim/limits`` → the table (see :class:`bot.simulator.ratelimits.LimitTable`). ``PUT /_sim/limits``
``{"profile": "free" | "discord", …}`` replaces it by the profile's, with the keys that are given in its place; what was
counted is forgotten. A file of the same JSON is what ``--limits`` reads.
"""

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints
from bot.simulator.errors import bad_field
from bot.simulator.ratelimits import read_table
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(world, ("GET", "/limits", _read), ("PUT", "/limits", _replace))


async def _read(world: World, _: Request) -> object:
    return world.limits.table


async def _replace(world: World, request: Request) -> object:
    body = await body_of(request)
    try:
        world.limits.table = read_table(body)
    except ValueError as wrong:
        raise bad_field("table", "TABLE_INVALID", str(wrong)) from None
    world.bans.clear()
    return world.limits.table
