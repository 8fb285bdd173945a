"""Reset, clock and the application's portal page.

``POST /_sim/reset`` · ``GET /_sim/state`` · ``GET|POST /_sim/clock`` ``{"offset": seconds}`` or
``{"advance": seconds}`` · ``PATCH /_sim/application`` ``{"flags": int, "intents": [names], "owner": user,
"name": text}`` where intents name the privileged ones that are enabled: presences, members, message_content.
"""

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.gateway import sessions_of
from bot.simulator.control.wire import body_of, endpoints, user_of
from bot.simulator.errors import bad_field
from bot.simulator.forms import Form
from bot.simulator.routes.applications import application
from bot.simulator.shapes import JsonObject
from bot.simulator.world import World

_INTENTS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
_ALL_INTENT_FLAGS = sum(1 << bit for bit in (12, 13, 14, 15, 18, 19))


def routes(world: World) -> list[BaseRoute]:
    return endpoints(
        world,
        ("POST", "/reset", _reset),
        ("GET", "/state", _state),
        ("GET", "/clock", _read_clock),
        ("POST", "/clock", _set_clock),
        ("PATCH", "/application", _edit_application),
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


async def _edit_application(world: World, request: Request) -> JsonObject:
    form = Form(await body_of(request))
    app = world.application
    flags = _with_intents(form, form.whole("flags", app.flags))
    name = form.text("name", app.name)
    form.settle()
    if "owner" in form:
        app.owner_id = user_of(world, form, "owner").id
    app.flags, app.name = flags, name or app.name
    return application(world)


def _with_intents(form: Form, flags: int) -> int:
    names = form.items("intents", most=len(_INTENTS))
    if names is None:
        return flags
    flags &= ~_ALL_INTENT_FLAGS
    for name in map(str, names):
        if name in _INTENTS:
            flags |= _INTENTS[name]
        else:
            form.bad_choice("intents", tuple(_INTENTS))
    return flags
