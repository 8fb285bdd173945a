"""A guild with callbacks to one receiver, and those who deliver."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

from core.addresses import allowance_of
from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import Callback, CallbackDraft, Delivery, DeliveryFilter, EventType, SecretShown
from core.paging import Paging
from core.uow import Database, UnitOfWork
from tests.fixtures.patience import PATIENCE
from tests.workers.receiver import Receiver
from workers.deliveries import Deliveries
from workers.ending import end
from workers.resolving import Resolver
from workers.sending import Sender

if TYPE_CHECKING:
    from tests.workers.conftest import Road

HERE = allowance_of("127.0.0.0/8")


class Post:
    """The hands of a test."""

    def __init__(self, road: "Road", receiver: Receiver, dsn: str) -> None:
        self.road = road
        self.receiver = receiver
        self.dsn = dsn
        road.database.callback_rules = CallbackRules(allowance=HERE)

    @property
    def database(self) -> Database:
        return self.road.database

    async def callback(self, *events: EventType, path: str = "/in", url: str | None = None) -> SecretShown:
        url = url or self.receiver.url.replace("/in", path)
        return await self.do(
            lambda unit: unit.callbacks.create(
                self.road.actor, self.road.guild_id, CallbackDraft(url=url, events=events or ("job.queued",))
            )
        )

    async def do(self, work: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        async with self.database.unit() as unit:
            return await work(unit)

    async def see(self, id_: UUID) -> Callback:
        return await self.do(lambda unit: unit.callbacks.get(self.road.actor, id_))

    async def deliveries(self, id_: UUID) -> list[Delivery]:
        """The oldest first."""
        page = await self.do(
            lambda unit: unit.callbacks.deliveries(self.road.actor, id_, DeliveryFilter(), Paging(limit=200))
        )
        return list(reversed(page.items))

    async def settled(self, id_: UUID, *states: str) -> list[Delivery]:
        """As soon as the deliveries are in these states and in nobody's hands."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.free()
                found = await self.deliveries(id_)
                if [delivery.state for delivery in found] == list(states):
                    return found
                await asyncio.sleep(0.02)

    async def free(self) -> None:
        """Returns when nothing is in anybody's hands."""
        held = text("SELECT count(*) FROM callback_deliveries WHERE lease_until IS NOT NULL")
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.database.engines.connection() as connection:
                    if not await connection.scalar(held):
                        return
                await asyncio.sleep(0.02)

    async def attempted(self, id_: UUID) -> list[Delivery]:
        """As soon as the outcome of an attempt of the first one is recorded."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.deliveries(id_)
                if found[0].last_attempt_at is not None:
                    return found
                await asyncio.sleep(0.02)

    async def let_pass(self, time: timedelta) -> None:
        """The clock of due times goes on; who sleeps until one is told to look at it."""
        before = self.database.clock
        self.database.clock = lambda: before() + time
        await self.execute("SELECT pg_notify('guildwright_deliveries', '')")

    async def execute(self, statement: str) -> None:
        async with self.database.engines.writing.begin() as connection:
            await connection.execute(text(statement))

    @asynccontextmanager
    async def delivering(
        self, number: int = 1, *, seconds: float = 5.0, slots: int = 20, margin: float = 15.0
    ) -> AsyncGenerator[None]:
        """So many deliverers, for as long as the block lasts."""
        async with AsyncExitStack() as stack:
            for _ in range(number):
                resolver = Resolver(2)
                stack.callback(resolver.close)
                sender = Sender(self.database.callback_rules.allowance, resolver, timeout=seconds)
                stack.push_async_callback(sender.close)
                deliveries = Deliveries(self.database, sender, dsn=self.dsn, slots=slots, margin=margin)
                stack.push_async_callback(end, asyncio.create_task(deliveries.run()))
            yield
