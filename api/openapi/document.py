"""The whole document."""

from typing import Any

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.openapi.components import Schema, components_of, reachable, ref_to, settle_directions
from api.openapi.errors import error_responses
from api.openapi.parameters import header_components, parameter_components
from api.openapi.paths import answer_type, path_item
from api.openapi.security import SCHEMES, scopes_described, security_of
from api.openapi.webhooks import webhooks
from api.operations import operation_of
from api.schemas.callback_events import CallbackEvent
from api.schemas.guild_events import GuildEvent
from api.schemas.problems import Problem

_DESCRIPTION = """\
A Discord server is infrastructure: describe it, see what would change, apply it safely, watch it, undo it.

- Whatever the bot does is a **job**: accepted with 202 and a Location, watched by `GET /api/v1/jobs/{job_id}`, with \
`Prefer: wait=N`, or by its event stream.
- Errors are RFC 9457 problem details with a stable `code` and a JSON `pointer` for each bad field. Beside those that \
stand at an operation any request may get 405 with `Allow`, 408 for a head or a body that takes too long, 414 for more \
than 8 KiB of path and query, 431 for more than 64 KiB of headers, 501 for a Transfer-Encoding other than `chunked`, \
505.
- Lists are read by `limit` and `cursor`.
- Discord's ids are strings; times are RFC 3339 in UTC.
- Within v1 changes are additive: ignore fields that you do not know. Enums in answers (`x-extensible-enum`) are open: \
expect words that are not listed here.
- A credential that was made with **scopes** may no more than they say: `x-required-scope` names the one that an \
operation needs, and without it the answer is 403 with the code `out_of_scope`. A scope holds for what stands behind \
it after a colon, too.

Scopes:

"""
_TAGS = {
    "guilds": "Discord servers that the bot is in.",
    "snapshots": "What a guild looked like, kept.",
    "templates": "Named series of versions of a document.",
    "images": "Pictures by their content, for templates to name.",
    "plans": "What it would take, before it is done; and doing it.",
    "jobs": "What was asked of the bot.",
    "schedules": "What is asked of the bot again and again, or later.",
    "announcements": "What is said in a guild, again and again: written, approved, posted.",
    "callbacks": "Your own programs that are told of what happens: see *Webhooks* for what they get.",
    "audit": "Who changed what, and through which door.",
    "auth": "Logging in with Discord and out, and access tokens.",
    "me": "Your account, its sessions and its API tokens.",
    "system": "The installation.",
    "health": "For supervisors and load balancers.",
}


def openapi_document(app: Litestar) -> Schema:
    """Made of the application's own routes; keys sorted, so that a difference is a difference."""
    shown: list[Any] = [Problem, *GuildEvent.__args__, *CallbackEvent.__args__]
    paths: dict[str, Schema] = {}
    for route in (route for route in app.routes if isinstance(route, HTTPRoute)):
        for handler in route.route_handlers:
            operation = operation_of(handler)
            if operation is None:
                continue
            shown += [
                t for t in (operation.body, answer_type(handler)) if isinstance(t, type) and t is not bytes
            ]
            method = next(iter(handler.http_methods)).lower()
            paths.setdefault(route.path_format, {})[method] = path_item(handler, operation, method)
    return _sorted(_whole(paths, shown))


def _whole(paths: dict[str, Schema], shown: list[Any]) -> Schema:
    schemas = components_of(dict.fromkeys(shown))
    settle_directions(
        schemas,
        [
            operation["requestBody"]
            for item in paths.values()
            for operation in item.values()
            if "requestBody" in operation
        ],
    )
    responses, sent = error_responses(), webhooks()
    used = reachable(schemas, [paths, responses, sent, ref_to("JobEvent"), ref_to("GuildEvent")])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Guildwright",
            "version": "1",
            "summary": "A self-hosted control plane for Discord servers.",
            "description": _DESCRIPTION + scopes_described(),
        },
        "servers": [{"url": "/", "description": "Where this document came from."}],
        "tags": [{"name": name, "description": meaning} for name, meaning in _TAGS.items()],
        "security": security_of(None, is_safe=True),
        "paths": paths,
        "webhooks": sent,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name in used},
            "responses": responses,
            "parameters": parameter_components(),
            "headers": header_components(),
            "securitySchemes": SCHEMES,
        },
    }


def as_json(document: Schema) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1) + b"\n"


def _sorted(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value, order="sorted"))
