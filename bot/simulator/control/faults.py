"""Faults on request.

``POST /_sim/faults`` → 201 ``{"id", …}``::

    {"kind": "429" | "5xx" | "slow" | "lost_answer" | "drop" | "op7" | "op9" | "close",
     "method": "POST", "route": "/guilds/{guild_id}/roles",  // template, or a regex for a whole template or path
     "count": 1, "after": 0,                                 // hits, and calls (or events) let through first
     "status": 500,                                          // 5xx
     "retry_after": 1.0, "global": false, "scope": "user",   // 429
     "delay": 1.0,                                           // slow: seconds
     "effect": false,                                        // slow, 5xx: true has the effect happen first
     "code": null, "resumable": false}                       // close (null: the socket is cut), op9

``op7``, ``op9`` and ``close`` without method and route act on all connected sessions, at once or after ``after`` more
events; with them they act after the effect of each call they meet. ``GET /_sim/faults`` lists what is not spent;
``DELETE /_sim/faults`` forgets it.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints, reply
from bot.simulator.errors import bad_field
from bot.simulator.faults import GATEWAY_KINDS, KINDS, Fault
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world, ("POST", "/faults", _add), ("GET", "/faults", _list), ("DELETE", "/faults", _clear)
    )


async def _add(world: World, request: Request) -> Response:
    form = Form(await body_of(request))
    form.require("kind")
    fault = Fault(
        kind=form.word("kind", "slow", KINDS) or "slow",
        method=form.text("method"),
        route=form.text("route"),
        count=form.whole("count", 1, least=1),
        after=form.whole("after", 0, least=0),
        status=form.whole("status", 500, least=500, most=599),
        retry_after=_seconds(form, "retry_after"),
        is_global=form.flag("global", False),
        scope=form.text("scope") or "user",
        delay=_seconds(form, "delay"),
        code=form.number("code", least=1000, most=4999),
        resumable=form.flag("resumable", False),
        effect=form.flag("effect", False),
    )
    form.settle()
    if fault.kind in GATEWAY_KINDS and fault.method is None and fault.route is None:
        world.hub.after_events(fault.after, lambda: world.hub.strike(fault))
    else:
        world.faults.add(fault)
    return reply(fault, 201)


async def _list(world: World, _: Request) -> object:
    return world.faults.active


async def _clear(world: World, _: Request) -> JsonObject:
    world.faults.clear()
    world.hub.forget_countdowns()
    return {"ok": True}


def _seconds(form: Form, key: str) -> float:
    value = form.data.get(key, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_field(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return float(value)
