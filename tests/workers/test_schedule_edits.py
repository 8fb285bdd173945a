"""What an edit, a pause or a run by hand makes of an occurrence whose moment has come and that waits for its jitter."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from core.schedules.schemas import Schedule, ScheduleChanges
from core.schedules.timing import Occurrence
from core.schedules.triggers import CronTrigger, IntervalTrigger
from tests.workers.scheduled import BEGIN, Clockwork, clockwork

HOUR = timedelta(hours=1)
HOURLY = CronTrigger(expression="0 * * * *")


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def waiting(clocks: Clockwork) -> tuple[Schedule, Occurrence]:
    """An hourly one, between its moment and that at which it is due."""
    schedule = await clocks.make(HOURLY, timing={"jitter_seconds": 3000})
    assert schedule.next is not None
    clocks.now = schedule.next.at + (schedule.next.due_at - schedule.next.at) / 2
    return schedule, schedule.next


async def edit(clocks: Clockwork, schedule: Schedule, changes: ScheduleChanges) -> Schedule:
    async with clocks.database.unit() as unit:
        return await unit.schedules.edit(clocks.actor, schedule.id, changes)


async def occurrences(clocks: Clockwork, schedule: Schedule) -> list[datetime]:
    return [run.occurrence for run in await clocks.runs(schedule)]


@pytest.mark.parametrize(
    "changes",
    [
        ScheduleChanges(ends_at=BEGIN + 10 * HOUR),
        ScheduleChanges(jitter_seconds=3500),
        ScheduleChanges(jitter_seconds=0),
        ScheduleChanges(trigger=CronTrigger(expression="0,30 * * * *"), jitter_seconds=1700),
    ],
    ids=["its end", "more jitter", "no jitter", "more often"],
)
async def test_one_that_waits_is_run_where_the_other_times_name_its_moment_as_well(
    clocks: Clockwork, changes: ScheduleChanges
) -> None:
    schedule, pending = await waiting(clocks)
    edited = await edit(clocks, schedule, changes)
    assert edited.next is not None
    assert edited.next.at == pending.at
    clocks.now = max(clocks.now, edited.next.due_at)
    await clocks.scheduler().run_until_idle()
    assert await occurrences(clocks, schedule) == [pending.at]


@pytest.mark.parametrize(
    "changes",
    [
        ScheduleChanges(trigger=CronTrigger(expression="59 * * * *")),
        ScheduleChanges(trigger=IntervalTrigger(every_seconds=7200)),
        ScheduleChanges(starts_at=BEGIN + 5 * HOUR),
    ],
    ids=["another minute", "another kind", "a later start"],
)
async def test_one_that_waits_is_not_run_where_the_other_times_leave_its_moment_out(
    clocks: Clockwork, changes: ScheduleChanges
) -> None:
    schedule, pending = await waiting(clocks)
    edited = await edit(clocks, schedule, changes)
    assert edited.next is not None
    assert edited.next.at > clocks.now
    clocks.now = edited.next.due_at
    await clocks.scheduler().run_until_idle()
    assert await occurrences(clocks, schedule) == [edited.next.at]
    assert edited.next.at != pending.at


async def test_the_first_of_the_other_times_comes_next_where_nothing_waits(clocks: Clockwork) -> None:
    schedule = await clocks.make(HOURLY)
    edited = await edit(clocks, schedule, ScheduleChanges(trigger=CronTrigger(expression="0,30 * * * *")))
    assert edited.next is not None
    assert edited.next.at == BEGIN + HOUR / 2


async def test_one_that_waits_outlives_a_pause_that_is_over_before_it_is_due(clocks: Clockwork) -> None:
    schedule, pending = await waiting(clocks)
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, schedule.id)
    clocks.now += (pending.due_at - clocks.now) / 2
    async with clocks.database.unit() as unit:
        assert (await unit.schedules.resume(clocks.actor, schedule.id)).next == pending
    clocks.now = pending.due_at
    await clocks.scheduler().run_until_idle()
    assert await occurrences(clocks, schedule) == [pending.at]


async def test_one_that_became_due_during_a_pause_is_not_made_up_for(clocks: Clockwork) -> None:
    schedule, pending = await waiting(clocks)
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, schedule.id)
    clocks.now = pending.due_at
    async with clocks.database.unit() as unit:
        resumed = await unit.schedules.resume(clocks.actor, schedule.id)
    assert resumed.next is not None
    assert resumed.next.at == pending.at + HOUR


async def test_the_last_run_that_it_may_have_ends_it_also_by_hand(clocks: Clockwork) -> None:
    schedule = await clocks.make(max_runs=2)
    await clocks.pass_time(seconds=60)
    await clocks.settle()
    async with clocks.database.unit() as unit:
        await unit.schedules.run_now(clocks.actor, schedule.id)
    seen = await clocks.see(schedule)
    assert (seen.state, seen.next, seen.runs) == ("ended", None, 2)
    await clocks.pass_time(hours=1)
    assert len(await clocks.runs(schedule)) == 2
