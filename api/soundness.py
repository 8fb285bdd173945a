"""What a request must be before anything is asked of it: of bearable size, and readable as what it says it is."""

import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.access import line_of
from api.refusals import INTERNAL, Refusal, send_refusal
from api.request_id import request_id_of

TARGET_LIMIT: Final = 8192
HEAD_LIMIT: Final = 65536
"""In bytes, of the names and values of all headers."""
HEADERS_LIMIT: Final = 200
_ABSOLUTE = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
log = logging.getLogger(__name__)


class SoundRequests:
    """Refuses what no route should see, and answers for the application where it fails without an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        scope = _in_origin_form(scope)
        refusal = next((found for check in _CHECKS if (found := check(scope)) is not None), None)
        if refusal is not None:
            await send_refusal(refusal, scope, send)
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception:
            if begun:
                raise
            log.exception("Request %s: %s", request_id_of(scope), line_of(scope))
            await send_refusal(INTERNAL, scope, send)


def _in_origin_form(scope: Scope) -> Scope:
    """`GET http://host/path`, as a proxy is asked, is the same as `GET /path` (RFC 9112 §3.2.2)."""
    said = cast("dict[str, Any]", scope)
    raw: bytes = said.get("raw_path") or b""
    authority = _ABSOLUTE.match(raw)
    if authority is None:
        return scope
    raw = raw[authority.end() :] or b"/"
    return cast("Scope", {**said, "raw_path": raw, "path": unquote_to_bytes(raw).decode(errors="replace")})


def _version(scope: Scope) -> Refusal | None:
    if scope["http_version"].partition(".")[0] in {"1", "2"}:
        return None
    return Refusal(
        status=HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
        code="http_version_not_supported",
        detail="This is read as HTTP/1.1.",
    )


def _target_length(scope: Scope) -> Refusal | None:
    if len(scope["raw_path"]) + len(scope["query_string"]) <= TARGET_LIMIT:
        return None
    return Refusal(
        status=HTTPStatus.REQUEST_URI_TOO_LONG,
        code="uri_too_long",
        detail=f"A path with its query may have up to {TARGET_LIMIT:,} bytes.",
    )


def _head_length(scope: Scope) -> Refusal | None:
    headers = list(scope["headers"])
    if len(headers) <= HEADERS_LIMIT and sum(len(name) + len(value) for name, value in headers) <= HEAD_LIMIT:
        return None
    return Refusal(
        status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        code="headers_too_large",
        detail=f"A request may have up to {HEADERS_LIMIT} headers, together up to {HEAD_LIMIT:,} bytes.",
    )


def _framing(scope: Scope) -> Refusal | None:
    """Two lengths for one body: what stands before us may have believed the other one (RFC 9112 §6.1)."""
    names = {name for name, _ in scope["headers"]}
    if {b"content-length", b"transfer-encoding"} <= names:
        return _malformed("A body has a Content-Length or a Transfer-Encoding, not both.")
    return None


def _escapes(scope: Scope) -> Refusal | None:
    """A name with a replacement character in the place of what was meant must not be stored."""
    for where, raw in (("path", scope["raw_path"]), ("query", scope["query_string"])):
        if _BROKEN_ESCAPE.search(raw):
            return _malformed(f"The {where} has a `%` that two hexadecimal digits do not follow.")
        try:
            unquote_to_bytes(raw).decode()
        except UnicodeDecodeError:
            return _malformed(f"The {where} is not UTF-8.")
    return None


def _malformed(detail: str) -> Refusal:
    return Refusal(status=HTTPStatus.BAD_REQUEST, code="malformed", detail=detail)


_CHECKS: Final[tuple[Callable[[Scope], Refusal | None], ...]] = (
    _version,
    _target_length,
    _head_length,
    _framing,
    _escapes,
)
