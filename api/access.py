"""One line for each request: who asked for what, how it was answered, and how long that took."""

import logging
import time
from typing import Any, Final, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.clients import client_of
from api.lingering import has_left
from api.request_id import request_id_of

QUIET: Final = ("/health", "/metrics")
"""What machines ask all day; heard at the level `debug`."""
log = logging.getLogger(__name__)


def line_of(scope: Scope) -> str:
    """What was asked for, as it may stand in a log: the path as it came over the wire, so that nobody writes lines of
    their own, and without the query, where a login's code stands."""
    said = cast("dict[str, Any]", scope)
    return f"{client_of(scope)} {said['method']} {said['raw_path'].decode('latin-1')}"


class AccessLog:
    """The address is the client's own where a trusted proxy tells it (`api.clients`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        level = logging.DEBUG if scope["path"].startswith(QUIET) else logging.INFO
        if not log.isEnabledFor(level):
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start" and not has_left(scope):
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            milliseconds = (time.perf_counter() - begun) * 1000
            answer = status or ("left" if has_left(scope) else "unanswered")
            log.log(level, "%s %s %.0f ms %s", line_of(scope), answer, milliseconds, request_id_of(scope))
