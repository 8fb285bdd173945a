"""Which refusals an operation can really answer with, and how they look."""

from http import HTTPStatus
from typing import Any

from api.errors import STATUS
from api.examples import problem_example
from api.openapi.components import Schema, ref_to
from api.operations import Operation
from api.schemas.problems import MEDIA_TYPE

_MEANING = {
    HTTPStatus.BAD_REQUEST: (
        "malformed",
        "The body is not what its media type says; line and column are named. Or the request is no sound HTTP.",
    ),
    HTTPStatus.UNAUTHORIZED: (
        "unauthenticated",
        "No credential, or one that does not hold (any more).",
    ),
    HTTPStatus.FORBIDDEN: ("forbidden", "You may not do this; the detail names what is missing."),
    HTTPStatus.NOT_FOUND: ("not_found", "There is no such thing, or none that you may know of."),
    HTTPStatus.CONFLICT: (
        "conflict",
        "The present state does not allow it, or what you saw has changed since.",
    ),
    HTTPStatus.PRECONDITION_FAILED: (
        "precondition_failed",
        "If-Match names another state than the present one.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "too_large",
        "The body is larger than 1 MiB; a picture's: than 10 MiB.",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "unsupported_media_type",
        "The body is of a media type that is not read here.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "invalid",
        "It cannot be accepted as it stands; `errors` names the places.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "rate_limited",
        "You ask too often: `Retry-After` says how long to wait, `RateLimit` how much of each policy is left.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "internal",
        "An error of ours; our log has it under the request's id.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("unavailable", "PostgreSQL does not answer right now."),
}


def name_of(status: HTTPStatus) -> str:
    """The component's: BadRequest, NotFound, …"""
    return status.phrase.title().replace(" ", "")


def error_responses() -> dict[str, Schema]:
    """All of them, as components."""
    return {name_of(status): _response(status, code, meaning) for status, (code, meaning) in _MEANING.items()}


def statuses_of(
    operation: Operation, *, method: str, guarded: bool, scoped: bool, parameters: bool, limited: bool
) -> list[HTTPStatus]:
    """What follows from the route's form, and what the service says it refuses."""
    found = {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        *(STATUS[error] for error in operation.refuses),
    }
    if limited:
        found.add(HTTPStatus.TOO_MANY_REQUESTS)
    if guarded:
        found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}
        if method not in {"get", "head"}:
            found |= {HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN}
    if scoped:
        found.add(HTTPStatus.FORBIDDEN)
    if parameters or operation.once:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    if operation.body is not None:
        found |= {
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    if operation.once:
        found.add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if operation.conditional:
        found.add(HTTPStatus.PRECONDITION_FAILED)
    return sorted(found - {HTTPStatus(status) for status in operation.statuses})


def _response(status: HTTPStatus, code: str, meaning: str) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"schema": {"type": "string", "const": "Bearer"}}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = {"schema": {"type": "integer", "minimum": 1}}
    return {
        "description": meaning,
        "headers": headers,
        "content": {
            MEDIA_TYPE: {"schema": ref_to("Problem"), "example": problem_example(status, code, meaning)}
        },
    }
