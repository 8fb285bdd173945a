"""Who may come in at all. Whether they may do it is decided by the services, which get the actor (law 8)."""

from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from core.errors import Unauthenticated


def anyone(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """No credential is needed."""


def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A credential that holds is needed."""
    if connection.scope.get("method") != "OPTIONS" and connection.scope.get("user") is None:
        raise Unauthenticated("This needs an API token: send `Authorization: Bearer gwt_…`.")


DECLARATIONS = frozenset({anyone, signed_in})


def require_declarations(app: Litestar) -> None:
    """Deny by default (law 10). Raises `RuntimeError` naming the routes that do not say who may come in."""
    silent = sorted(
        f"{method} {route.path}"
        for route in app.routes
        for handler in (route.route_handlers if isinstance(route, HTTPRoute) else (route.route_handler,))
        if not DECLARATIONS.intersection(handler.resolve_guards())
        for method in getattr(handler, "http_methods", ("*",))
        if method != "OPTIONS"
    )
    if silent:
        raise RuntimeError(f"These routes declare no permission: {', '.join(silent)}.")
