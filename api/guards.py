"""Who may come in at all, and with what credential. Whether the account may do it is decided by the services, which
get the actor and ask for the same right (law 8)."""

from typing import Any, cast

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from api.security import actor_of, is_options
from core.actor import Actor
from core.errors import Unauthenticated


async def anyone(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """No credential is needed."""


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A credential that holds is needed, whatever it was made for."""
    if not is_options(connection.scope) and actor_of(connection.scope) is None:
        raise Unauthenticated(
            "This needs an API token (`Authorization: Bearer gwt_…`), an access token or a session."
        )


class Needs(msgspec.Struct, frozen=True):
    """A credential that holds and was made for this right. `by_kind`: for one of those that stand behind it after a
    colon will do, and the service knows which."""

    right: str
    by_kind: bool = False

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        await signed_in(connection, handler)
        actor = actor_of(connection.scope)
        if actor is not None and not (self.by_kind and _has_some(actor, self.right)):
            actor.require_scope(self.right)


def needs(right: str) -> Needs:
    return Needs(right)


def needs_kind(right: str) -> Needs:
    """For a route whose body says which kind of the right it is about."""
    return Needs(right, by_kind=True)


def needed_by(handler: BaseRouteHandler) -> Needs | None:
    """None for what is anyone's, or of anybody who is somebody."""
    return next((guard for guard in guards_of(handler) if isinstance(guard, Needs)), None)


def is_guarded(handler: BaseRouteHandler) -> bool:
    return anyone not in guards_of(handler)


def guards_of(handler: BaseRouteHandler) -> frozenset[object]:
    """Its own and those of what it is part of."""
    return frozenset(cast("Any", handler).resolve_guards())


def require_declarations(app: Litestar) -> None:
    """Deny by default (law 10). Raises `RuntimeError` naming the routes that do not say who may come in."""
    silent = sorted(
        f"{method} {route.path}"
        for route in app.routes
        for handler in (route.route_handlers if isinstance(route, HTTPRoute) else (route.route_handler,))
        if not any(map(_is_declaration, guards_of(handler)))
        for method in getattr(handler, "http_methods", ("*",))
        if method != "OPTIONS"
    )
    if silent:
        raise RuntimeError(f"These routes declare no permission: {', '.join(silent)}.")


def _is_declaration(guard: object) -> bool:
    return guard in {anyone, signed_in} or isinstance(guard, Needs)


def _has_some(actor: Actor, right: str) -> bool:
    return any(scope.startswith(f"{right}:") for scope in actor.scopes or ())
