"""Waiting for what is due, and nothing else: what becomes of it is written in transactions of `core.schedules`.

It sleeps until the next moment at which something is due or a change is heard of. Several at once, in any processes,
do no harm: each takes other schedules, and an occurrence has one run whoever makes it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from core.config import Settings, asyncpg_dsn
from core.db import is_away
from core.listening import listen, within
from core.schedules.schemas import CHANNEL, Outlook
from core.uow import Database, UnitOfWork
from workers.ending import end

_AT_ONCE = 100
"""Schedules a transaction: few enough that another process finds some, many enough that what every transaction costs
counts for little."""
_LONGEST_SECONDS = 15.0
"""Between two looks: a clock may have been put forward, or a guild approved, and nobody tells."""
_AHEAD_SECONDS = 0.1
"""Before what is due: what takes longer is late."""
_ELSEWHERE_SECONDS = 0.05
"""How long another process may need for what is due and was not found."""
_AWAY_SECONDS = 1.0
log = logging.getLogger(__name__)


class _PutBack(Exception):
    """The clock was, while a moment was waited for."""


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

    async def run_until_idle(self) -> Outlook:
        """All that is due at this moment of the database's clock; answers what comes after it."""
        while True:
            outlook = await self._outlook()
            if not await self._turn(outlook):
                return outlook

    async def _go_round(self) -> None:
        self._bell.clear()
        outlook = await self.run_until_idle()
        is_heard = await within(self._bell, self._seconds_until(outlook.first, ahead=_AHEAD_SECONDS))
        if outlook.due is None or outlook.due != outlook.first or is_heard:
            return
        if not self._seconds_until(outlook.due, ahead=_AHEAD_SECONDS):
            await self._claim_by(outlook.due)

    async def _claim_by(self, moment: datetime) -> None:
        """Everything is done before the moment but the commit: on a busy machine that is most of what would be late."""
        with suppress(_PutBack):
            async with self._database.unit() as unit:
                claimed = await unit.runs.claim_due(self._at_once, by=moment)
                await asyncio.sleep(min(self._seconds_until(moment), _AHEAD_SECONDS))
                if not self._is_over(moment):
                    raise _PutBack
            if claimed:
                return
        await within(self._bell, _ELSEWHERE_SECONDS)

    async def _turn(self, outlook: Outlook) -> int:
        """Of how many schedules something was done. What has ended comes first: it may pause one that is due again."""
        looked = claimed = 0
        if self._is_over(outlook.look_at):
            looked = await self._done(lambda unit: unit.runs.look_after(self._at_once))
        if self._is_over(outlook.due):
            claimed = await self._done(lambda unit: unit.runs.claim_due(self._at_once))
        return looked + claimed

    async def _outlook(self) -> Outlook:
        async with self._database.read() as unit:
            return await unit.runs.outlook()

    async def _done(self, work: Callable[[UnitOfWork], Awaitable[int]]) -> int:
        async with self._database.unit() as unit:
            return await work(unit)

    def _is_over(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self._database.clock()

    def _seconds_until(self, moment: datetime | None, *, ahead: float = 0.0) -> float:
        if moment is None:
            return _LONGEST_SECONDS
        seconds = (moment - self._database.clock()).total_seconds() - ahead
        return min(max(seconds, 0.0), _LONGEST_SECONDS)


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
