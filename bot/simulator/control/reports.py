"""What happened: ``GET /_sim/requests`` (every REST call) and ``GET /_sim/effects`` (every accepted write, once).

Both take ``?since=n`` and answer ``{"last": n, "items": [...]}`` with the entries numbered above it, oldest first.
"""

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.wire import endpoints
from bot.simulator.errors import bad_field
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(world, ("GET", "/requests", _requests), ("GET", "/effects", _effects))


async def _requests(world: World, request: Request) -> JsonObject:
    found = world.journal.requests
    return {"last": len(found), "items": found[_since(request) :]}


async def _effects(world: World, request: Request) -> JsonObject:
    found = world.journal.effects
    return {"last": len(found), "items": found[_since(request) :]}


def _since(request: Request) -> int:
    """Entries are numbered from 1 without gaps, so the number already read is also an index."""
    raw = request.query_params.get("since", "0")
    if not raw.isdigit():
        raise bad_field("since", "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.')
    return int(raw)
