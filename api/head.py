"""HEAD wherever there is GET (RFC 9110 §9.1)."""

from typing import Any, cast

from litestar.types import ASGIApp, Receive, Scope, Send


class HeadAsGet:
    """The application sees a GET; the server, which has the request's own scope, leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = cast("dict[str, Any]", scope)
        if said.get("method") == "HEAD":
            scope = cast("Scope", {**said, "method": "GET"})
        await self._app(scope, receive, send)
