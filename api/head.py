"""HEAD wherever there is GET (RFC 9110 §9.1)."""

from functools import cache
from typing import Any, cast

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def allowed_methods(methods: str) -> str:
    """litestar's list in our order, with the HEAD that goes with every GET."""
    named = {method.strip() for method in methods.split(",")} - {""}
    return ", ".join(sorted(named | ({"HEAD"} if "GET" in named else set())))


class HeadAsGet:
    """The application sees a GET; the server, which has the request's own scope, leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = cast("dict[str, Any]", scope)
        if said.get("method") == "HEAD":
            scope = cast("Scope", {**said, "method": "GET"})
        await self._app(
            scope, receive, _telling_all(scope, send) if said.get("method") == "OPTIONS" else send
        )


def _telling_all(scope: Scope, send: Send) -> Send:
    """litestar's own answer to OPTIONS knows only the last controller of a path."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start" and "path_template" in scope:
            methods = _methods_of(scope["litestar_app"], scope["path_template"])
            headers = [
                (name, methods.encode() if name.lower() == b"allow" else value)
                for name, value in message["headers"]
            ]
            message = {**message, "headers": headers}
        await send(message)

    return tell


@cache
def _methods_of(app: Litestar, path: str) -> str:
    routes = (route for route in app.routes if isinstance(route, HTTPRoute) and route.path_format == path)
    return allowed_methods(",".join(method for route in routes for method in route.methods))
