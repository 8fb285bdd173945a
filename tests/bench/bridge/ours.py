"""`python -m tests.bench.bridge.ours blpop|leg|ledger REDIS_URL DATABASE_URL`: what stands beside the peers, measured
by the same orders as they are.

`blpop` is the floor: what Redis itself needs. `leg` is our ring and our worker without the ledger, where a permit is
the job. `ledger` is the whole of it, from a job's row to its settling.
"""

import asyncio
import itertools
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import msgspec
from arq.connections import ArqRedis

from core.clock import utc_now
from core.db import Engines
from core.discord.gateway import DiscordGateway
from core.discord.permissions import Permission
from core.jobs.ring import Rung
from core.jobs.schemas import ANY_CLAIM, ClaimTerms
from core.jobs.spec import Catalog, JobSpec
from core.jobs.states import Lane
from core.uow import Database
from tests.bench.peers.orders import Peer, Work, serve
from tests.builders.core import owner, powers, snapshot
from workers.registry import JobContext, Registry, runs
from workers.ring import RedisRing
from workers.runner import PermitWorker
from workers.running import Running
from workers.wire import connect

LANE: Lane = "bot"
GUILDS = 10
_LIST = "bench:list"


class Blpop:
    def __init__(self, redis_url: str, work: Work) -> None:
        self._asking, self._taking, self._work = connect(redis_url), connect(redis_url), work

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        takers = [asyncio.create_task(self._take()) for _ in range(slots)]
        try:
            yield
        finally:
            for taker in takers:
                taker.cancel()
            await asyncio.gather(*takers, return_exceptions=True)

    async def ask(self, seconds: float) -> None:
        await cast("Any", self._asking).rpush(_LIST, str(seconds))

    async def _take(self) -> None:
        while True:
            found = await cast("Any", self._taking).blpop(_LIST, timeout=4)
            if found is not None:
                await self._work(float(found[1]))


class Permits:
    """Stands for `Running`: a permit is worth one piece of work."""

    terms: ClaimTerms = ANY_CLAIM
    lane: Lane = LANE

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self.is_draining = False

    @property
    def claims_now(self) -> bool:
        return not self.is_draining

    def drain(self) -> None:
        self.is_draining = True

    async def run_until_none(self) -> int:
        await self._work()
        return 1


class NoLedger:
    """Stands for `Database`: nothing is ever claimable, so that the worker has its permits and nothing else."""

    clock = staticmethod(utc_now)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Any]:
        yield SimpleNamespace(ledger=self)

    async def outlook(self, *_: object, **__: object) -> tuple[int, datetime | None]:
        return 0, None


class Leg:
    def __init__(self, redis_url: str, work: Work) -> None:
        self._redis, self._work, self._seconds = connect(redis_url), work, 0.0
        self._ring = RedisRing(self._redis)

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        running = cast("Running", Permits(lambda: self._work(self._seconds)))
        worker = PermitWorker(self._redis, running, cast("Database", NoLedger()), slots=slots)
        async with _at_work(worker):
            yield

    async def ask(self, seconds: float) -> None:
        self._seconds = seconds
        await self._ring(Rung(lane=LANE, job_id=uuid4(), dispatch=1))


class WorkPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="bench.work"):
    seconds: float


class WorkResult(msgspec.Struct, frozen=True, tag_field="kind", tag="bench.work"):
    pass


WORK = JobSpec(kind="bench.work", payload=WorkPayload, result=WorkResult, bits=int(Permission.MANAGE_GUILD))


class Ledgered:
    """Jobs of several guilds, because one guild has only some of the slots."""

    def __init__(self, redis: ArqRedis, database: Database, guilds: list[str], work: Work) -> None:
        self._redis, self._database = redis, database
        self._guilds = itertools.cycle(guilds)
        self._actor = owner()

        @runs(WORK)
        async def run(job: JobContext, payload: WorkPayload) -> WorkResult:
            await work(payload.seconds)
            return WorkResult()

        self._registry = Registry(Catalog([WORK]), [cast("ModuleType", SimpleNamespace(run=run))])

    @asynccontextmanager
    async def working(self, slots: int) -> AsyncGenerator[None]:
        gateway = cast("DiscordGateway", None)
        running = Running(self._database, self._registry, gateway, lane=LANE, holder="bench")
        async with _at_work(PermitWorker(self._redis, running, self._database, slots=slots)):
            yield

    async def ask(self, seconds: float) -> None:
        async with self._database.unit() as unit:
            payload = WorkPayload(seconds=seconds)
            await unit.jobs.ask(self._actor, WORK, payload, guild_id=next(self._guilds))


@asynccontextmanager
async def _at_work(worker: PermitWorker) -> AsyncGenerator[None]:
    task = asyncio.create_task(worker.main())
    try:
        yield
    finally:
        await worker.stop()
        await task


async def _ledgered(redis_url: str, database_url: str, work: Work) -> Ledgered:
    redis = connect(redis_url)
    database = Database(Engines(database_url), Catalog([WORK]), ring=RedisRing(redis))
    guilds = [snapshot() for _ in range(GUILDS)]
    for guild in guilds:
        async with database.unit() as unit:
            await unit.guilds.store(guild, powers(guild), vouched=True)
    return Ledgered(redis, database, [guild.guild_id for guild in guilds], work)


async def make(work: Work) -> Peer:
    name, redis_url, database_url = sys.argv[1:]
    match name:
        case "blpop":
            return Blpop(redis_url, work)
        case "leg":
            return Leg(redis_url, work)
        case "ledger":
            return await _ledgered(redis_url, database_url, work)
        case _:
            raise SystemExit(f"There is no {name}.")


if __name__ == "__main__":
    asyncio.run(serve(make))
