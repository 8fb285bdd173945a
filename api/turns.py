"""Requests with one Idempotency-Key take turns before they hold anything.

In PostgreSQL, where they would meet otherwise (and do, when different processes serve them), each of those that wait
for the first holds a connection meanwhile: a few dozen of them would keep everybody else from writing.
"""

import asyncio
from typing import TypeAlias
from uuid import UUID
from weakref import WeakValueDictionary

from litestar.datastructures import Headers
from litestar.types import ASGIApp, Receive, Scope, Send

from api.idempotency import HEADER
from api.security import actor_of

Whose: TypeAlias = tuple[UUID | None, str, str]


class TakeTurns:
    """Around each route that takes the header. A request's turn ends when its transaction has, and it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns: WeakValueDictionary[Whose, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, actor = Headers.from_scope(scope).get(HEADER), actor_of(scope)
        if key is None or actor is None:
            await self._app(scope, receive, send)
            return
        async with self._turn((actor.account_id, scope["path"], key)):
            await self._app(scope, receive, send)

    def _turn(self, whose: Whose) -> asyncio.Lock:
        turn = self._turns.get(whose)
        if turn is None:
            turn = self._turns[whose] = asyncio.Lock()
        return turn
