"""What handlers are given: who asks, and one unit of work."""

from collections.abc import AsyncGenerator
from typing import Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency, Provide

from api.idempotency import AnswerOnce
from api.parts import parts_of
from api.security import actor_of
from core.actor import Actor
from core.errors import Unauthenticated
from core.uow import UnitOfWork

Unit: TypeAlias = NamedDependency[UnitOfWork]
Asker: TypeAlias = NamedDependency[Actor]
Once: TypeAlias = NamedDependency[AnswerOnce]
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
    actor = actor_of(request.scope)
    if actor is None:
        raise Unauthenticated("This needs an API token or a session.")
    return actor


def provide_once(request: Request[Any, Any, Any], actor: Asker, unit: Unit) -> AnswerOnce:
    return AnswerOnce(request, actor, unit.idempotency)


DEPENDENCIES = {
    "unit": Provide(provide_unit),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "once": Provide(provide_once, sync_to_thread=False),
}
