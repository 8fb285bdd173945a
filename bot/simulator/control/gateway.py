"""The gateway's sessions, its settings, and outages of guilds.

``GET /_sim/gateway`` → ``{"connected", "sessions": [...], "settings": {...}, "token"}``; the token is another after the
daily session starts are used up. ``PATCH /_sim/gateway`` replaces settings (see
:class:`bot.simulator.gateway.settings.GatewaySettings`); connections and sessions keep those they began with.
``POST /_sim/guilds/{id}/outage`` ``{"available": false}`` makes a guild unavailable to the gateway, ``true`` brings it
back: GUILD_DELETE with ``unavailable``, then GUILD_CREATE. Of REST in an outage nothing is documented: it goes on, and
what it changes is seen when the guild is back (a fault of kind ``5xx`` makes it fail as well).
"""

import msgspec
from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints, guild_in
from bot.simulator.errors import bad_field
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world,
        ("GET", "/gateway", _read),
        ("PATCH", "/gateway", _edit),
        ("POST", "/guilds/{guild_id}/outage", _set_available),
    )


def sessions_of(world: World) -> JsonObject:
    return {
        "connected": len(world.hub.connected()),
        "sessions": [
            {
                "id": session.id,
                "connected": session.line is not None,
                "seq": session.seq,
                "intents": session.intents,
                "shard": list(session.shard),
                "heartbeats": session.heartbeats,
            }
            for session in world.hub.sessions.values()
        ],
    }


async def _read(world: World, _: Request) -> JsonObject:
    settings: JsonObject = msgspec.to_builtins(world.gateway)
    return sessions_of(world) | {"settings": settings, "token": world.token}


async def _edit(world: World, request: Request) -> JsonObject:
    body = await body_of(request)
    try:
        world.gateway = world.gateway.edited(body)
    except msgspec.ValidationError as wrong:
        raise bad_field("settings", "SETTINGS_INVALID", str(wrong)) from None
    return await _read(world, request)


async def _set_available(world: World, request: Request) -> JsonObject:
    guild = guild_in(world, request)
    form = Form(await body_of(request))
    form.require("available")
    available = form.flag("available", True)
    form.settle()
    world.set_available(guild, available)
    return {"available": world.is_available(guild)}
