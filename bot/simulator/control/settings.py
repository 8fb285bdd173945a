"""Reset and clock.

``POST /_sim/reset`` · ``GET /_sim/state`` · ``GET|POST /_sim/clock`` ``{"offset": seconds}`` or
``{"advance": seconds}``.
"""

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.gateway import sessions_of
from bot.simulator.control.wire import body_of, endpoints
from bot.simulator.errors import bad_field
from bot.simulator.routes.applications import application
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world,
        ("POST", "/reset", _reset),
        ("GET", "/state", _state),
        ("GET", "/clock", _read_clock),
        ("POST", "/clock", _set_clock),
    )


async def _reset(world: World, _: Request) -> JsonObject:
    world.reset()
    return {"ok": True}


async def _state(world: World, _: Request) -> JsonObject:
    return {
        "application": application(world),
        "profile": world.limits.profile,
        "guilds": [
            {
                "id": str(guild.id),
                "name": guild.name,
                "bot_in": world.bot_in(guild),
                "roles": len(guild.roles),
                "channels": len(guild.channels),
                "members": len(guild.members),
            }
            for guild in world.guilds.values()
        ],
        "users": {user.username: str(user.id) for user in world.users.values()},
        "requests": len(world.journal.requests),
        "effects": len(world.journal.effects),
        "faults": len(world.faults.active),
        "clock": _clock(world),
        "gateway": sessions_of(world),
    }


async def _read_clock(world: World, _: Request) -> JsonObject:
    return _clock(world)


async def _set_clock(world: World, request: Request) -> JsonObject:
    body = await body_of(request)
    for key in ("offset", "advance"):
        value = body.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise bad_field(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
        world.clock.offset = value + (world.clock.offset if key == "advance" else 0.0)
    return _clock(world)


def _clock(world: World) -> JsonObject:
    return {"offset": world.clock.offset, "now": world.clock.stamp()}
