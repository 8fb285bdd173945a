"""Three ways of getting work into another task of this machine, each timed from asking to being picked up."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from arq.connections import RedisSettings, create_pool
from arq.worker import Worker, func

from core.db import Engines
from core.discord.gateway import DiscordGateway
from core.embedded import Servers
from core.jobs.spec import Catalog
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.builders.jobs import MAKE, MakePayload, Things, maker
from workers.registry import Registry
from workers.ring import RedisRing
from workers.runner import PermitWorker
from workers.running import Running
from workers.wire import connect, disconnect

Ask = Callable[[], Awaitable[None]]


class PickedUp:
    """When the last thing asked for was picked up."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._at = 0.0

    async def now(self) -> None:
        self._at = time.perf_counter()
        self._event.set()

    async def sample(self, ask: Ask, times: int) -> list[float]:
        """Asks one after the other with idle pauses between, so that every pick-up begins from rest."""
        taken: list[float] = []
        for _ in range(times):
            await asyncio.sleep(random.uniform(0.02, 0.06))
            self._event.clear()
            begun = time.perf_counter()
            await ask()
            await self._event.wait()
            taken.append(self._at - begun)
        return taken


async def bare_blpop(servers: Servers, times: int) -> list[float]:
    """What Redis itself needs."""
    asking, taking, picked = connect(servers.redis_url), connect(servers.redis_url), PickedUp()

    async def take() -> None:
        while True:
            await cast("Any", taking).blpop("bench:list", timeout=4)
            await picked.now()

    async def ask() -> None:
        await cast("Any", asking).rpush("bench:list", b"x")

    task = asyncio.create_task(take())
    try:
        return await picked.sample(ask, times)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await disconnect(asking)
        await disconnect(taking)


async def bridge(servers: Servers, times: int) -> list[float]:
    """A job row with its event and audit entry, committed, rung, claimed, and its first step intended."""
    engines, redis = Engines(servers.database_url), connect(servers.redis_url)
    database = Database(engines, Catalog([MAKE]), ring=RedisRing(redis))
    guild, things, picked = snapshot(), Things(), PickedUp()
    things.before = picked.now
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild))
    registry = Registry(Catalog([MAKE]), [cast("ModuleType", SimpleNamespace(make=maker(things)))])
    running = Running(
        database, registry, cast("DiscordGateway", things), lane="bot", holder="bench", lease_seconds=45
    )
    worker = PermitWorker(redis, running, database, slots=10)
    task = asyncio.create_task(worker.main())
    actor = owner()

    async def ask() -> None:
        async with database.unit() as unit:
            await unit.jobs.ask(actor, MAKE, MakePayload(), guild_id=guild.guild_id)

    try:
        return await picked.sample(ask, times)
    finally:
        await worker.stop()
        await task
        await disconnect(redis)
        await engines.dispose()


async def stock_arq(servers: Servers, times: int) -> list[float]:
    """ARQ with its own worker and defaults: no ledger, and a look every half second."""
    pool, picked = await create_pool(RedisSettings.from_dsn(servers.redis_url)), PickedUp()

    async def pick(ctx: dict[str, Any]) -> None:
        await picked.now()

    worker = Worker([func(pick, name="pick")], redis_pool=pool, handle_signals=False)
    task = asyncio.create_task(worker.async_run())

    async def ask() -> None:
        await pool.enqueue_job("pick")

    try:
        return await picked.sample(ask, times)
    finally:
        task.cancel()
        await asyncio.gather(task, *worker.tasks.values(), return_exceptions=True)
        await disconnect(pool)
