"""A year of schedules by a clock that is turned, with several processes that all look at the same moment."""

import asyncio
import random
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.catalog import CATALOG
from core.config import asyncpg_dsn
from core.db import Engines
from core.jobs.schemas import Claim
from core.jobs.states import JobState
from core.uow import Database
from tests.core.schedules.clocks import TURNINGS
from tests.fixtures.servers import Servers, fresh_database
from tests.fixtures.size import SEED, sized
from tests.workers.oracle import Expectation, Line, draw
from tests.workers.scheduled import BEGIN, Clockwork, clockwork
from workers.scheduler import Scheduler

YEAR = timedelta(days=365)
OUTAGE = (datetime(2026, 10, 23, 20, tzinfo=UTC), timedelta(days=3))
"""Over the night in which clocks go back in Europe."""
NEAR = sized(small=timedelta(hours=10), soak=timedelta(days=2))
"""About a turning of clocks nobody oversleeps anything."""
FOREVER = 10.0**6
ENDS: tuple[JobState, ...] = ("succeeded", "succeeded", "partial", "failed", "cancelled")


class Year:
    """The house with its schedules, and beside each what must become of it."""

    def __init__(self, clocks: Clockwork, processes: list[Scheduler], dice: random.Random) -> None:
        self.clocks = clocks
        self.looks = 0
        self.steps_back = 0
        self._processes = processes
        self._dice = dice
        self._expected: dict[uuid.UUID, Expectation] = {}
        self._claims: dict[uuid.UUID, Claim] = {}

    async def begin(self, schedules: int) -> None:
        for number in range(schedules):
            wanted = draw(self._dice, BEGIN, BEGIN + YEAR)
            made = await self.clocks.make(
                wanted.timing.trigger,
                name=f"number {number}",
                timing={name: getattr(wanted.timing, name) for name in wanted.timing.__struct_fields__},
                overlap=wanted.overlap,
                max_runs=wanted.max_runs,
                pause_after=100,
            )
            wanted = replace(wanted, timing=made.timing)
            self._expected[made.id] = Expectation(wanted, made.id, BEGIN, BEGIN + YEAR + timedelta(days=30))

    async def go_on(self) -> None:
        """To the next moment at which somebody looks."""
        await self._look(self._next_moment())
        if self._dice.random() < 0.7:
            await self._jobs_are_done()
        if self._dice.random() < 0.05:
            self.steps_back += 1
            await self._look(self.clocks.now - timedelta(seconds=self._dice.randint(1, 3 * 3600)))

    async def is_as_it_must_be(self) -> None:
        async with self.clocks.engines.connection() as connection:
            rows = await connection.execute(
                text(
                    "SELECT schedule_id, occurrence, state, missed, trouble ->> 'code' FROM schedule_runs "
                    "ORDER BY schedule_id, occurrence"
                )
            )
            found: dict[uuid.UUID, list[Line]] = {}
            for schedule_id, *line in rows:
                found.setdefault(schedule_id, []).append(Line(*line))
        for schedule_id, expectation in self._expected.items():
            assert found.get(schedule_id, []) == expectation.lines, (self.clocks.now, expectation.wanted)

    @property
    def runs(self) -> int:
        return sum(len(each.lines) for each in self._expected.values())

    def _next_moment(self) -> datetime:
        now = self.clocks.now
        outage, length = OUTAGE
        if now < outage <= now + timedelta(days=7):
            return outage
        if now == outage:
            return now + length
        coming = min((each.next_due for each in self._expected.values() if each.next_due), default=None)
        is_near = any(abs(now - turning) < NEAR for turning in TURNINGS)
        if coming is not None and (is_near or self._dice.random() < sized(small=0.2, soak=0.9)):
            return max(now, coming) + timedelta(seconds=self._dice.choice((0, 0, 0, 0.5, 10, 70, 4000)))
        slept = now + timedelta(hours=self._dice.uniform(1, sized(small=14, soak=5) * 24))
        return min((each - NEAR for each in TURNINGS if now < each - NEAR < slept), default=slept)

    async def _look(self, now: datetime) -> None:
        self.clocks.now = now
        self.looks += 1
        for expectation in self._expected.values():
            expectation.look(now)
        await asyncio.gather(*(each.run_until_idle() for each in self._processes))

    async def _jobs_are_done(self) -> None:
        """Some of them; others stay in hands for a while, and still others in nobody's."""
        asked = await self._asked()
        believed = {(schedule_id, at) for schedule_id, each in self._expected.items() for at in each.asked()}
        assert set(asked.values()) == believed, self.clocks.now
        async with self.clocks.database.unit() as unit:
            for _ in range(self._dice.choice((1, 3, 100))):
                claim = await unit.ledger.claim("bot", "this test", FOREVER)
                if claim is None:
                    break
                self._claims[claim.job.id] = claim
                if claim.job.id in asked:
                    schedule_id, occurrence = asked[claim.job.id]
                    self._expected[schedule_id].running.add(occurrence)
            for job_id in [each for each in self._claims if self._dice.random() < 0.6]:
                state = self._dice.choice(ENDS)
                await unit.ledger.settle(self._claims.pop(job_id), state)
                if job_id in asked:
                    schedule_id, occurrence = asked[job_id]
                    self._expected[schedule_id].end(occurrence, state)

    async def _asked(self) -> dict[uuid.UUID, tuple[uuid.UUID, datetime]]:
        async with self.clocks.engines.connection() as connection:
            rows = await connection.execute(
                text("SELECT job_id, schedule_id, occurrence FROM schedule_runs WHERE state = 'asked'")
            )
            return {job_id: (schedule_id, occurrence) for job_id, schedule_id, occurrence in rows}


@asynccontextmanager
async def year(database_url: str, processes: int, dice: random.Random) -> AsyncGenerator[Year]:
    """Each process has connections of its own."""
    async with AsyncExitStack() as stack:
        clocks = await stack.enter_async_context(clockwork(database_url))
        schedulers: list[Scheduler] = []
        for _ in range(processes):
            engines = Engines(database_url)
            stack.push_async_callback(engines.dispose)
            database = Database(engines, CATALOG, clock=lambda: clocks.now)
            schedulers.append(
                Scheduler(database, dsn=asyncpg_dsn(database_url), at_once=dice.choice((1, 3, 25)))
            )
        yield Year(clocks, schedulers, dice)


@pytest.mark.timeout(sized(small=180, soak=7200))
@pytest.mark.parametrize("processes", [2, 5])
async def test_over_a_year_every_occurrence_is_run_once_or_as_its_misfire_says(
    servers: Servers, template_database: str, processes: int
) -> None:
    for number in range(sized(small=1, soak=3)):
        dice = random.Random(f"year {SEED} {number} of {processes}")
        async with (
            fresh_database(servers, template_database) as url,
            year(url, processes, dice) as there,
        ):
            await there.begin(sized(small=4, soak=30))
            while there.clocks.now < BEGIN + YEAR:
                await there.go_on()
                if there.looks % 20 == 0:
                    await there.is_as_it_must_be()
            await there.is_as_it_must_be()
            assert there.runs > 50
