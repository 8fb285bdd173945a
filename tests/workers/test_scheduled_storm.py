"""Everybody at once: schedulers, workers, people who edit, pause and delete, and a guild that is suspended. Nobody
waits for somebody who waits for them."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.callbacks.schemas import CallbackDraft
from core.composition.people import People
from core.db import Engines
from core.errors import GuildwrightError
from core.guilds.options import GuildOptionsChanges
from core.notifications.choices import NotificationChanges
from core.paging import Paging
from core.schedules.schemas import Schedule, ScheduleChanges
from core.schedules.triggers import IntervalTrigger
from tests.builders.core import snowflake
from tests.fixtures.keys import keyring
from tests.fixtures.size import SEED, sized
from tests.workers.scheduled import Clockwork, clockwork

MINUTE = timedelta(minutes=1)
ROUNDS = sized(small=25, soak=300)
SCHEDULES = sized(small=12, soak=40)
OVERLAPS = ("cancel_previous", "cancel_previous", "queue", "skip")


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


class Storm:
    """`done` counts what was done by whom. Schedules whose runs fail are paused after `pause_after` of them."""

    def __init__(self, clocks: Clockwork, dice: random.Random, *, pause_after: int = 100) -> None:
        self.clocks = clocks
        self.pause_after = pause_after
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
            pause_after=self.pause_after,
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
        if what == "delete":  # what takes its place comes first: in a suspended guild nothing new is made
            await self._make(0)
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

    async def _suspend(self) -> None:
        await asyncio.sleep(0.3)
        for decision in ("suspended", "approved"):
            async with self.clocks.database.unit() as unit:
                await unit.guild_reviews.decide(self.clocks.actor, self.clocks.guild_id, decision)


async def _tell_of_everything(clocks: Clockwork) -> None:
    """To their owner, to a channel of the guild and to a program of its own."""
    await clocks.execute(f"UPDATE accounts SET discord_user_id = {snowflake()}")
    clocks.database.people = People(keyring=keyring())
    choices = NotificationChanges(job_results="all", guild_failures=True)
    async with clocks.database.unit() as unit:
        view = await unit.guilds.view(clocks.actor, clocks.guild_id)
        channel_id = next(each.id for each in view.structure.channels if each.type == "text")
        await unit.notifications.edit(clocks.actor, choices)
        changes = GuildOptionsChanges(notify_channel_id=channel_id)
        await unit.guild_options.edit(clocks.actor, clocks.guild_id, changes)
        draft = CallbackDraft(url="https://hooks.example/x", events=("job.*", "guild.*", "schedule.*"))
        await unit.callbacks.create(clocks.actor, clocks.guild_id, draft)


@pytest.mark.parametrize("is_told", [False, True], ids=["nobody is told", "everybody is told"])
@pytest.mark.timeout(sized(small=300, soak=3600))
async def test_nobody_who_writes_about_schedules_waits_in_a_circle(clocks: Clockwork, is_told: bool) -> None:
    if is_told:
        await _tell_of_everything(clocks)
    storm = Storm(clocks, random.Random(f"storm {SEED}"), pause_after=1 if is_told else 100)
    await storm.rage()
    assert len(storm.done) == 8, storm.done
    await storm.calm_down()
    if is_told:
        assert await _pauses_told(clocks) > 0
    async with clocks.database.read() as unit:
        left = (await unit.schedules.list(clocks.actor, clocks.guild_id, Paging(limit=200))).items
    for schedule in left:
        states = [run.state for run in await clocks.runs(schedule)]
        assert "asked" not in states
        assert "waiting" not in states, (schedule.state, states)
    assert await _deadlocks(clocks) == 0


async def _pauses_told(clocks: Clockwork) -> int:
    async with clocks.engines.connection() as connection:
        query = text("SELECT count(*) FROM notices WHERE line LIKE '%The schedule%'")
        return (await connection.execute(query)).scalar_one()


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
