"""Waiting for what is due, and nothing else: what becomes of it is written in transactions of `core.schedules`.

It sleeps until the next moment at which something is due or a change is heard of. Several at once, in any processes,
do no harm: each takes other schedules, and an occurrence has one run whoever makes it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from core.config import Settings, asyncpg_dsn
from core.db import is_away
from core.listening import listen, within
from core.schedules.schemas import CHANNEL
from core.uow import Database, UnitOfWork
from workers.ending import end

_AT_ONCE = 100
"""Schedules a transaction: few enough that another process finds some, many enough that what every transaction costs
counts for little."""
_LONGEST_SECONDS = 5.0
"""Between two looks: a clock may have been put forward, or a guild approved, and nobody tells."""
_AWAY_SECONDS = 1.0
log = logging.getLogger(__name__)


class Scheduler:
    def __init__(self, database: Database, *, dsn: str, at_once: int = _AT_ONCE) -> None:
        self._database = database
        self._dsn = dsn
        self._at_once = at_once
        self._bell = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        listening = asyncio.create_task(
            listen(self._dsn, CHANNEL, lambda _: self._bell.set(), connected=self._bell.set)
        )
        try:
            while True:
                try:
                    await self._go_round()
                except Exception as error:
                    _tell(error)
                    await asyncio.sleep(_AWAY_SECONDS)
        finally:
            await end(listening)

    async def run_until_idle(self) -> None:
        """All that is due at this moment of the database's clock."""
        while await self._turn():
            pass

    async def _go_round(self) -> None:
        self._bell.clear()
        await self.run_until_idle()
        await within(self._bell, await self._seconds_to_sleep())

    async def _turn(self) -> int:
        """Of how many schedules something was done. What has ended comes first: it may pause one that is due again."""
        looked = await self._done(lambda unit: unit.runs.look_after(self._at_once))
        claimed = await self._done(lambda unit: unit.runs.claim_due(self._at_once))
        return looked + claimed

    async def _done(self, work: Callable[[UnitOfWork], Awaitable[int]]) -> int:
        async with self._database.unit() as unit:
            return await work(unit)

    async def _seconds_to_sleep(self) -> float:
        async with self._database.read() as unit:
            due = await unit.runs.next_look()
        return seconds_until(due, self._database.clock())


def seconds_until(due: datetime | None, now: datetime) -> float:
    if due is None:
        return _LONGEST_SECONDS
    return min(max((due - now).total_seconds(), 0.0), _LONGEST_SECONDS)


def _tell(error: Exception) -> None:
    if is_away(error):
        log.warning("Schedules wait: PostgreSQL is away (%s).", error)
    else:
        log.error("Schedules ended in an error of ours", exc_info=error)


@asynccontextmanager
async def scheduling(settings: Settings, database: Database) -> AsyncGenerator[None]:
    """For as long as the block lasts."""
    scheduler = Scheduler(database, dsn=asyncpg_dsn(settings.database_url or ""))
    task = asyncio.create_task(scheduler.run())
    try:
        yield
    finally:
        await end(task)
