"""What handlers are given: who asks, and one unit of work."""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.di import Provide

from api.idempotency import Once
from api.parts import parts_of
from core.actor import Actor
from core.errors import Unauthenticated
from core.uow import UnitOfWork

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def provide_unit(request: Request[Any, Any, Any]) -> AsyncGenerator[UnitOfWork]:
    """The one generator dependency. Safe methods get a session that PostgreSQL itself refuses to let write.

    litestar closes it after the handler returned and before anything is sent, so an answer is an answer about what
    was committed. A second generator would make litestar wrap a failing commit into a group of its own.
    """
    database = parts_of(request.scope).database
    async with database.read() if request.method in _SAFE else database.unit() as unit:
        yield unit


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Whoever `api.security` found."""
    actor = request.scope.get("user")
    if not isinstance(actor, Actor):
        raise Unauthenticated("This needs an API token.")
    return actor


def provide_once(request: Request[Any, Any, Any], actor: Actor, unit: UnitOfWork) -> Once:
    return Once(request, actor, unit.idempotency)


DEPENDENCIES = {
    "unit": Provide(provide_unit),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "once": Provide(provide_once, sync_to_thread=False),
}
