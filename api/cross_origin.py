"""Cross-origin requests (the Fetch standard's CORS protocol): none, but for the origins that a setting names."""

from http import HTTPStatus
from typing import Any, Final, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api import events, idempotency, request_id
from api.parts import parts_of

ANY: Final = "*"
_METHODS = "DELETE, GET, HEAD, PATCH, POST, PUT"
_SENT = ", ".join(
    (
        "Authorization",
        "Content-Type",
        idempotency.HEADER,
        "If-Match",
        "If-None-Match",
        events.HEADER,
        "Prefer",
        "X-CSRF-Token",
        request_id.HEADER,
    )
)
_SHOWN = ", ".join(
    (
        "Allow",
        "ETag",
        "Location",
        "Preference-Applied",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        request_id.HEADER,
    )
)
_PREFLIGHT = {
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": _SENT,
    "Access-Control-Max-Age": "600",
}


class CrossOrigin:
    """Answers what browsers ask before they send, and tells them who may read an answer. To an origin that is not
    named nothing is told, which is what makes the browser refuse."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origins = parts_of(scope).door.origins
        if not origins:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        told = _told_to(headers.get(b"origin", b"").decode("latin-1"), origins)
        is_preflight = (
            cast("dict[str, Any]", scope).get("method") == "OPTIONS"
            and b"access-control-request-method" in headers
        )
        if told and is_preflight:
            said = _raw({**told, **_PREFLIGHT, "Vary": "Origin"})
            await send({"type": "http.response.start", "status": int(HTTPStatus.NO_CONTENT), "headers": said})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        shown = {"Access-Control-Expose-Headers": _SHOWN} if told else {}
        await self._app(scope, receive, _adding(_raw({**told, **shown, "Vary": "Origin"}), send))


def _told_to(origin: str, origins: frozenset[str]) -> dict[str, str]:
    """Cookies only where the origin itself is named: with `*` they would be anybody's to use."""
    if origin in origins - {ANY}:
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    if origin and ANY in origins:
        return {"Access-Control-Allow-Origin": ANY}
    return {}


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _adding(further: list[tuple[bytes, bytes]], send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *further]}
        await send(message)

    return add
