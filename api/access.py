"""One line for each request: who asked for what, how it was answered, and how long that took."""

import logging
import time
from typing import Any, Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.clients import client_of
from api.lingering import has_left
from api.parts import parts_of
from api.request_id import request_id_of

QUIET: Final = ("/health", "/metrics")
"""What machines ask all day; heard at the level `debug`."""
UNMATCHED: Final = "unmatched"
"""In the place of a route, where there is none."""
_ROUTE = "guildwright_route"
_LINE = "%s %s %.0f ms %s"
log = logging.getLogger(__name__)


def line_of(scope: Scope) -> str:
    """What was asked for, as it may stand in a log: the path as it came over the wire, so that nobody writes lines of
    their own, and without the query, where a login's code stands."""
    said = cast("dict[str, Any]", scope)
    return f"{client_of(scope)} {said['method']} {said['raw_path'].decode('latin-1')}"


class Routes:
    """Around the router: which route a request found is known to those further out as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["state"][_ROUTE] = cast("dict[str, Any]", scope).get("path_template", UNMATCHED)
            await send(message)

        await self._app(scope, receive, note)


class AccessLog:
    """The address is the client's own where a trusted proxy tells it. What is logged is counted, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        begun, status, answered = time.perf_counter(), 0, 0.0

        async def note(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start" and not has_left(scope):
                status, answered = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            ended = time.perf_counter()
            said = str(status or ("left" if has_left(scope) else "unanswered"))
            method, route = cast("dict[str, Any]", scope)["method"], scope["state"].get(_ROUTE, UNMATCHED)
            parts_of(scope).measures.answered(method, route, said, (answered or ended) - begun)
            level = logging.DEBUG if scope["path"].startswith(QUIET) else logging.INFO
            if log.isEnabledFor(level):
                log.log(level, _LINE, line_of(scope), said, (ended - begun) * 1000, request_id_of(scope))
