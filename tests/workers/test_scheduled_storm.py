"""Everybody at once: schedulers, workers, people who edit, pause and delete, and a guild that is suspended. Nobody
waits for somebody who waits for them."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.db import Engines
from core.errors import GuildwrightError
from core.paging import Paging
from core.schedules.schemas import Schedule, ScheduleChanges
from core.schedules.triggers import IntervalTrigger
from tests.fixtures.size import SEED, sized
from tests.workers.scheduled import Clockwork, clockwork

MINUTE = timedelta(minutes=1)
ROUNDS = sized(small=25, soak=2_000)
SCHEDULES = sized(small=12, soak=40)
OVERLAPS = ("cancel_previous", "cancel_previous", "queue", "skip")


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


class Storm:
    """`done` counts what was done by whom."""

    def __init__(self, clocks: Clockwork, dice: random.Random) -> None:
        self.clocks = clocks
        self.dice = dice
        self.schedules: list[Schedule] = []
        self.done: dict[str, int] = {}
        self._is_over = False

    async def rage(self) -> None:
        for number in range(SCHEDULES):
            await self._make(number)
        callers = (self._look, self._look, self._look, self._work, self._work, self._change, self._change)
        async with asyncio.TaskGroup() as group:
            for number, caller in enumerate((*callers, self._suspend)):
                group.create_task(self._again_and_again(caller, number))
            for _ in range(ROUNDS):
                self.clocks.now += MINUTE
                await asyncio.gather(*(self.clocks.scheduler().run_until_idle() for _ in range(2)))
            self._is_over = True

    async def calm_down(self) -> None:
        """Until nothing is left to be done."""
        while await self.clocks.settle():
            await self.clocks.scheduler().run_until_idle()

    async def _again_and_again(self, work: Callable[[], Awaitable[object]], number: int) -> None:
        name = f"{work.__name__} {number}"
        while not self._is_over:
            try:
                await work()
            except GuildwrightError:  # it was deleted, is paused, has ended, is somebody else's turn
                await asyncio.sleep(0)
            else:
                self.done[name] = self.done.get(name, 0) + 1

    async def _make(self, number: int) -> None:
        made = await self.clocks.make(
            IntervalTrigger(every_seconds=60),
            name=f"number {number}",
            overlap=self.dice.choice(OVERLAPS),
            pause_after=100,
        )
        self.schedules.append(made)

    async def _look(self) -> None:
        await self.clocks.scheduler(at_once=self.dice.choice((2, 100))).run_until_idle()
        await asyncio.sleep(0.01)

    async def _work(self) -> None:
        async with self.clocks.database.unit() as unit:
            claim = await unit.ledger.claim("bot", "this storm", 600)
        await asyncio.sleep(0.01)
        if claim is not None:
            async with self.clocks.database.unit() as unit:
                await unit.ledger.settle(claim, self.dice.choice(("succeeded", "failed", "cancelled")))

    async def _change(self) -> None:
        schedule = self.dice.choice(self.schedules)
        what, actor = (
            self.dice.choice(("edit", "pause", "resume", "resume", "run", "delete")),
            self.clocks.actor,
        )
        async with self.clocks.database.unit() as unit:
            match what:
                case "edit":
                    every = IntervalTrigger(every_seconds=self.dice.choice((30, 60, 90)))
                    await unit.schedules.edit(actor, schedule.id, ScheduleChanges(trigger=every))
                case "pause":
                    await unit.schedules.pause(actor, schedule.id)
                case "resume":
                    await unit.schedules.resume(actor, schedule.id)
                case "run":
                    await unit.schedules.run_now(actor, schedule.id)
                case _:
                    await unit.schedules.delete(actor, schedule.id)
        if what == "delete":
            self.schedules.remove(schedule)
            await self._make(0)

    async def _suspend(self) -> None:
        await asyncio.sleep(0.3)
        for decision in ("suspended", "approved"):
            async with self.clocks.database.unit() as unit:
                await unit.guild_reviews.decide(self.clocks.actor, self.clocks.guild_id, decision)


@pytest.mark.timeout(sized(small=300, soak=3600))
async def test_nobody_who_writes_about_schedules_waits_in_a_circle(clocks: Clockwork) -> None:
    storm = Storm(clocks, random.Random(f"storm {SEED}"))
    await storm.rage()
    assert len(storm.done) == 8, storm.done
    await storm.calm_down()
    async with clocks.database.read() as unit:
        left = (await unit.schedules.list(clocks.actor, clocks.guild_id, Paging(limit=200))).items
    for schedule in left:
        states = [run.state for run in await clocks.runs(schedule)]
        assert "asked" not in states
        assert "waiting" not in states, (schedule.state, states)
    assert await _deadlocks(clocks) == 0


async def _deadlocks(clocks: Clockwork) -> int:
    """As PostgreSQL has counted them, once all connections are closed that may have met one."""
    await clocks.engines.dispose()
    engines = Engines(clocks.database_url)
    try:
        async with engines.connection() as connection:
            counted = await connection.execute(
                text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
            return counted.scalar_one()
    finally:
        await engines.dispose()
