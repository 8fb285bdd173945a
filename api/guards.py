"""Who may come in at all. Whether they may do it is decided by the services, which get the actor (law 8)."""

from typing import Any, cast

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from api.security import actor_of, is_options
from core.errors import Unauthenticated


async def anyone(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """No credential is needed."""


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A credential that holds is needed."""
    if not is_options(connection.scope) and actor_of(connection.scope) is None:
        raise Unauthenticated("This needs an API token (`Authorization: Bearer gwt_…`) or a session.")


DECLARATIONS = frozenset({anyone, signed_in})


def guards_of(handler: BaseRouteHandler) -> frozenset[object]:
    """Its own and those of what it is part of."""
    return frozenset(cast("Any", handler).resolve_guards())


def require_declarations(app: Litestar) -> None:
    """Deny by default (law 10). Raises `RuntimeError` naming the routes that do not say who may come in."""
    silent = sorted(
        f"{method} {route.path}"
        for route in app.routes
        for handler in (route.route_handlers if isinstance(route, HTTPRoute) else (route.route_handler,))
        if not guards_of(handler) & DECLARATIONS
        for method in getattr(handler, "http_methods", ("*",))
        if method != "OPTIONS"
    )
    if silent:
        raise RuntimeError(f"These routes declare no permission: {', '.join(silent)}.")
