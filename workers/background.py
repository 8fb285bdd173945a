"""The worker of the background lane: jobs that need no gateway, done also while the bot is away.

It is the bot's worker without the bot: it claims, holds and settles as that one does, and wakes as it does. Several at
once, in any processes, share the lane.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from arq.connections import ArqRedis

from core.catalog import CATALOG
from core.config import Settings, asyncpg_dsn
from core.supervision import keep_going
from core.uow import Database
from workers.ending import end
from workers.jobs import MODULES
from workers.registry import Registry
from workers.runner import PermitWorker
from workers.running import Running

SLOTS = 2
"""Its jobs have much to delete and nobody waits for them: the API keeps its connections for people."""

_LOOK_SECONDS = 60.0
"""Of a job in the hands of somebody who died nobody asks when it goes on."""


@asynccontextmanager
async def working(
    settings: Settings, database: Database, redis: ArqRedis | None, *, holder: str
) -> AsyncGenerator[None]:
    """For as long as the block lasts; then running jobs end, or are handed back. What keeps it from working ends no
    process that does other things as well: it begins anew. Raises `RuntimeError` where a kind has no function."""
    running = Running(
        database,
        Registry(CATALOG, MODULES),
        None,
        lane="background",
        holder=holder,
        lease_seconds=settings.lease_seconds,
    )
    dsn = asyncpg_dsn(settings.database_url or "")
    worker = PermitWorker(redis, running, database, slots=SLOTS, dsn=dsn, unhurried=_LOOK_SECONDS)
    task = asyncio.create_task(keep_going("The background worker", worker.main))
    try:
        yield
    finally:
        await worker.stop()
        await end(task)
