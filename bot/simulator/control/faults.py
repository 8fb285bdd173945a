"""Faults on request.

``POST /_sim/faults`` → 201 ``{"id", …}``::

    {"kind": "429" | "cloudflare" | "5xx" | "slow" | "held" | "lost_answer" | "half_answer"
           | "drop"                                                // of a call
           | "op1" | "op7" | "op9" | "close" | "silent",           // of the gateway
     "method": "POST", "route": "/guilds/{guild_id}/roles",  // template, or a regex for a whole template or path
     "count": 1, "after": 0,                                 // hits, and calls (or events) let through first
     "status": 500,                                          // 5xx
     "retry_after": 1.0, "global": false, "scope": "user",   // 429 (scope: user, global, shared), cloudflare
     "delay": 1.0,                                           // slow: seconds
     "effect": false,                                        // slow, held, 5xx: true has the effect happen first
     "code": null, "resumable": false}                       // close (null: the socket is cut), op9

``cloudflare`` is the 429 of the proxy before Discord: neither ``Via`` nor JSON. ``drop`` closes the socket before the
effect, ``lost_answer`` after it, ``half_answer`` in the middle of the answer's body. ``op1`` asks clients for a
heartbeat; ``silent`` leaves connections open on which nothing arrives any more. ``held`` is an answer that comes only
when the faults are forgotten.

Those of the gateway without method and route act on all connected sessions: at once, or ``count`` times after each
``after`` events. With them they act after the effect of each call they meet. ``GET /_sim/faults`` lists what is not
spent; ``DELETE /_sim/faults`` forgets it and lets go what is held.
"""

import re
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints, reply
from bot.simulator.errors import bad_field
from bot.simulator.faults import KINDS, Fault
from bot.simulator.forms import Form
from bot.simulator.ratelimits.refusals import Scope
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World

_UNSENDABLE = (1004, 1005, 1006)
_LAST_DEFINED, _FIRST_FREE = 1014, 3000


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world, ("POST", "/faults", _add), ("GET", "/faults", _list), ("DELETE", "/faults", _clear)
    )


async def _add(world: World, request: Request) -> Response:
    form = Form(await body_of(request))
    form.require("kind")
    scope = form.word("scope", "user", get_args(Scope))
    fault = Fault(
        kind=form.word("kind", "slow", KINDS) or "slow",
        method=form.text("method"),
        route=_route(form),
        count=form.whole("count", 1, least=1),
        after=form.whole("after", 0, least=0),
        status=form.whole("status", 500, least=500, most=599),
        retry_after=_seconds(form, "retry_after"),
        scope=cast("Scope", "global" if form.flag("global", False) else scope or "user"),
        delay=_seconds(form, "delay"),
        code=_close_code(form),
        resumable=form.flag("resumable", False),
        effect=form.flag("effect", False),
    )
    at_once = fault.is_of_the_gateway and fault.after == 0
    if at_once and fault.count > 1:
        form.bad("after", "FAULT_NEEDS_EVENTS", "To act more than once it needs events to wait for.")
    form.settle()
    if at_once:
        fault.hits = 1
        world.hub.strike(fault)
    else:
        world.faults.add(fault)
    return reply(fault, 201)


async def _list(world: World, _: Request) -> object:
    return world.faults.active


async def _clear(world: World, _: Request) -> JsonObject:
    world.faults.clear()
    return {"ok": True}


def _seconds(form: Form, key: str) -> float:
    value = form.data.get(key, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_field(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return float(value)


def _route(form: Form) -> str | None:
    """A template is no less a regular expression than any other text."""
    text = form.text("route")
    if text is not None:
        try:
            re.compile(text)
        except re.error as wrong:
            form.bad("route", "REGEX_VALIDATE", f"Not a regular expression: {wrong}")
    return text


def _close_code(form: Form) -> int | None:
    """One that may stand in a close frame (RFC 6455, 7.4)."""
    code = form.number("code", least=1000, most=4999)
    if code in _UNSENDABLE or (code is not None and _LAST_DEFINED < code < _FIRST_FREE):
        form.bad("code", "CLOSE_CODE_INVALID", f"{code} cannot be sent.")
    return code
