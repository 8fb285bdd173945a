"""Every refusal as an HTTP answer: one table, one shape (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any, cast

from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    ValidationException,
)
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg
from litestar.types import Scope
from msgspec import UNSET
from sqlalchemy.exc import DBAPIError

from api.access import line_of
from api.arguments import arguments_of
from api.head import allowed_methods
from api.lingering import has_left
from api.msgspec_errors import code_of
from api.refusals import INTERNAL, Refusal, problem_of
from api.request_id import request_id_of
from api.schemas.problems import MEDIA_TYPE, FieldError, Problem
from core import errors as domain
from core.db import is_away
from core.errors import GuildwrightError, Invalid
from core.templates.errors import InvalidDocument

log = logging.getLogger(__name__)


class Malformed(Invalid):
    """The body is not even what its media type says."""

    code = "malformed"


class UnsupportedMedia(Invalid):
    """The body is of a media type that the operation does not read."""

    code = "unsupported_media_type"


class InvalidParameter(Invalid):
    """A query or header parameter cannot be used. `parameter` names it."""

    code = "invalid_parameter"

    def __init__(self, parameter: str, message: str, *, code: str = "invalid_parameter") -> None:
        super().__init__(message)
        self.field = FieldError(pointer="", code=code, message=message, parameter=parameter)


STATUS: dict[type[GuildwrightError], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    domain.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    domain.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    domain.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    domain.Forbidden: HTTPStatus.FORBIDDEN,
    domain.NotFound: HTTPStatus.NOT_FOUND,
    domain.Stale: HTTPStatus.CONFLICT,
    domain.Conflict: HTTPStatus.CONFLICT,
    domain.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
PRECONDITION_FAILED = "precondition_failed"
"""The code of a `Stale` that an If-Match caused: 412 and not 409."""

_OF_HTTP = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path.",
}
_LEFT = Refusal(status=HTTPStatus.BAD_REQUEST, code="malformed", detail="The body ended before it was whole.")
"""Nobody reads it: the connection is gone."""
_SYNTAX = frozenset({"syntax", "not_utf8"})
_RETRYABLE_STATES = frozenset({"40001", "40P01"})  # PostgreSQL: serialization_failure, deadlock_detected
_UNSTORABLE_STATES = frozenset({"22021", "22P05"})  # character_not_in_repertoire, untranslatable_character


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The one exception handler."""
    has_ended = isinstance(error, InternalServerException) and has_left(request.scope)
    refusal = _LEFT if has_ended else refusal_of(error, request.scope)
    request_id = request_id_of(request.scope)
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("Request %s: %s", request_id, line_of(request.scope), exc_info=error)
    return Response(
        problem_of(refusal, request_id, request.url.path),
        status_code=refusal.status,
        media_type=MEDIA_TYPE,
        headers=refusal.headers,
    )


_AWAY = Refusal(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    code=domain.Unavailable.code,
    detail="PostgreSQL does not answer right now: repeat the request in a moment.",
)


def refusal_of(error: Exception, scope: Scope) -> Refusal:
    """What nobody foresaw is a 500 that tells nothing."""
    match error:
        case ExceptionGroup(exceptions=[Exception() as only]):
            # A unit that failed while another error was passing through it.
            return refusal_of(only, scope)
        case GuildwrightError():
            return _of_domain(error)
        case ValidationException():
            return _of_parameters(error, scope)
        case HTTPException() if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _of_http(error, scope)
        case DBAPIError():
            return _of_database(error)
        case _:
            return _AWAY if is_away(error) else INTERNAL


def status_of(error: GuildwrightError) -> HTTPStatus:
    """By the nearest class in the table."""
    if error.error_code == PRECONDITION_FAILED:
        return HTTPStatus.PRECONDITION_FAILED
    if isinstance(error, InvalidDocument) and any(problem.code in _SYNTAX for problem in error.problems):
        return HTTPStatus.BAD_REQUEST
    found = (STATUS[base] for base in type(error).__mro__ if base in STATUS)
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def _of_domain(error: GuildwrightError) -> Refusal:
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return INTERNAL
    errors = (
        (error.field,) if isinstance(error, InvalidParameter) else tuple(map(field_error, error.problems))
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return Refusal(status=status, code=error.error_code, detail=error.message, errors=errors, headers=headers)


def field_error(problem: domain.Problem) -> FieldError:
    return FieldError(
        pointer=problem.pointer,
        code=problem.code,
        message=problem.message,
        line=UNSET if problem.line is None else problem.line,
        column=UNSET if problem.column is None else problem.column,
    )


def _of_parameters(error: ValidationException, scope: Scope) -> Refusal:
    """litestar's own check of path, query and header parameters; bodies are read by `api.bodies`."""
    messages = cast("list[dict[str, Any]]", error.extra or [])
    errors = tuple(
        FieldError(
            pointer="",
            code=code_of(entry["message"]),
            message=entry["message"],
            parameter=_name_on_the_wire(entry.get("key", ""), scope),
        )
        for entry in messages
    )
    first = f"{errors[0].parameter}: {errors[0].message}." if errors else error.detail
    return Refusal(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, code=InvalidParameter.code, detail=first, errors=errors
    )


def _name_on_the_wire(key: str, scope: Scope) -> str:
    """litestar names the function's argument."""
    field = arguments_of(cast("BaseRouteHandler", scope["route_handler"])).get(key)
    said = field.kwarg_definition if field is not None else None
    return (said.name if isinstance(said, ParameterKwarg) else None) or key


def _of_http(error: HTTPException, scope: Scope) -> Refusal:
    status = HTTPStatus(error.status_code)
    headers = {name.title(): value for name, value in (error.headers or {}).items()}
    detail = _SENTENCES.get(status, error.detail)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = _too_large(scope)
    if isinstance(error, MethodNotAllowedException):
        headers["Allow"] = allowed_methods(headers.get("Allow", ""))
        detail = f"This path takes {headers['Allow']}."
    return Refusal(
        status=status, code=_OF_HTTP.get(status, status.name.lower()), detail=detail, headers=headers
    )


def _too_large(scope: Scope) -> str:
    limit: int = cast("Any", scope["route_handler"]).resolve_request_max_body_size()
    return f"The body of this request may have up to {limit:,} bytes ({limit >> 20} MiB)."


def _of_database(error: DBAPIError) -> Refusal:
    if is_away(error):
        return _AWAY
    state = getattr(error.orig, "sqlstate", None)
    if state in _RETRYABLE_STATES:
        detail = "Somebody changed the same thing at the same moment: repeat the request."
        return Refusal(status=HTTPStatus.CONFLICT, code="conflict", detail=detail)
    if state in _UNSTORABLE_STATES:
        detail = "The character U+0000 cannot be stored: remove it."
        return Refusal(status=HTTPStatus.UNPROCESSABLE_ENTITY, code="invalid_character", detail=detail)
    return INTERNAL
