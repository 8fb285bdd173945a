"""How the control surface speaks: JSON in and out, refusals as ``{"message", "errors"?}`` with a fitting status."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_object, too_wide
from bot.simulator.state import Guild, User
from bot.simulator.world import World

Endpoint: TypeAlias = Callable[[World, Request], Awaitable[object]]


def reply(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def endpoints(world: World, *found: tuple[str, str, Endpoint]) -> list[BaseRoute]:
    """Routes from (method, path, endpoint); an endpoint returns the body, or a whole response."""
    return [_route(world, method, path, endpoint) for method, path, endpoint in found]


def _route(world: World, method: str, path: str, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        try:
            found = await endpoint(world, request)
        except Refusal as refusal:
            return reply(refusal.body, refusal.status)
        return found if isinstance(found, Response) else reply(found)

    return Route(path, answer, methods=[method])


async def body_of(request: Request) -> JsonObject:
    content = await request.body()
    if not content:
        return {}
    try:
        decoded: object = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise refuse(50109) from None
    if too_wide(decoded):
        raise refuse(50109)
    found = as_object(decoded)
    if found is None:
        raise bad_field("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    return found


def guild_in(world: World, request: Request) -> Guild:
    """The guild in the path."""
    return guild_of(world, str(request.path_params["guild_id"]))


def guild_of(world: World, text: str) -> Guild:
    guild = world.guilds.get(int(text)) if text.isdigit() else None
    if guild is None:
        raise refuse(10004)
    return guild


def user_of(world: World, form: Form, key: str = "user") -> User:
    """A user by id or username."""
    raw = form.data.get(key)
    found = None if raw is None else world.user_named(str(raw))
    if found is None:
        raise refuse(10013)
    return found
