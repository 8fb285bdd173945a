"""A human edits the guild by hand, bound by that member's own permissions.

``POST /_sim/edits`` ``{"guild_id"?, "user": id or username, "method", "path": "/channels/123", "body"?, "file"?,
"reason"?}`` → ``{"status", "body"}`` as REST would have answered that person. ``file``, a data URI, is what a sticker
is made from. Events, audit entries and effects (``via: "edit"``) follow; the REST journal does not list it. Without
``user`` the guild's owner acts (``guild_id`` is needed then).
"""

from functools import partial

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.simulator.control.wire import body_of, endpoints, guild_of, user_of
from bot.simulator.errors import Refusal
from bot.simulator.forms import Form
from bot.simulator.images import decoded_uri
from bot.simulator.multipart import FILES, Upload
from bot.simulator.routing import Call, Table, perform
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.world import World


def routes(world: World, table: Table) -> list[BaseRoute]:
    return endpoints(world, ("POST", "/edits", partial(_edit, table)))


async def _edit(table: Table, world: World, request: Request) -> JsonObject:
    form = Form(await body_of(request))
    for key in ("method", "path"):
        form.require(key)
    method, path = form.text("method", "") or "", form.text("path", "") or ""
    reason, body = form.text("reason"), form.data.get("body")
    file = decoded_uri(form, "file")
    form.settle()
    if file is not None:
        body = (as_object(body) or {}) | {FILES: [Upload(0, "file", file, "127.0.0.1")]}
    try:
        route, params = table.find(method.upper(), path)
        call = Call(
            world=world,
            actor_id=_actor(world, form),
            method=method.upper(),
            route=route,
            path=path,
            params=params,
            body=body,
            reason=reason,
        )
        answer = perform(call, via="edit")
    except Refusal as refusal:
        return {"status": refusal.status, "body": refusal.body}
    return {"status": answer.status, "body": answer.body}


def _actor(world: World, form: Form) -> int:
    if form.data.get("user") is not None:
        return user_of(world, form).id
    return guild_of(world, str(form.data.get("guild_id"))).owner_id
