"""Occurrences become runs, and runs jobs, by a clock that these tests turn."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.errors import Conflict, Forbidden
from core.schedules.payloads import CaptureScheduled
from core.schedules.schemas import ScheduleChanges
from core.schedules.states import Overlap
from core.schedules.timing import Misfire
from core.schedules.triggers import IntervalTrigger, OnceTrigger
from tests.workers.scheduled import BEGIN, Clockwork, clockwork


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def states(clocks: Clockwork, schedule: object) -> list[str]:
    return [run.state for run in await clocks.runs(schedule)]  # pyright: ignore[reportArgumentType]


async def test_what_is_due_becomes_a_job_and_the_next_time_is_written(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    await clocks.pass_time(seconds=59)
    assert await clocks.runs(schedule) == []
    await clocks.pass_time(seconds=1)
    [run] = await clocks.runs(schedule)
    assert (run.occurrence, run.asked_at, run.state) == (clocks.now, clocks.now, "asked")
    assert str(run.job_id) in dict(await clocks.jobs())
    seen = await clocks.see(schedule)
    assert seen.next is not None
    assert seen.next.at == clocks.now + timedelta(minutes=1)
    assert seen.runs == 1


async def test_a_run_ends_as_its_job_does(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    await clocks.pass_time(seconds=60)
    await clocks.settle()
    [run] = await clocks.runs(schedule)
    assert (run.state, run.ended_at) == ("succeeded", clocks.now)


async def test_a_single_moment_is_run_once_and_then_it_has_ended(clocks: Clockwork) -> None:
    schedule = await clocks.make(OnceTrigger(run_at=BEGIN + timedelta(hours=1)))
    await clocks.pass_time(hours=1)
    assert (await clocks.see(schedule)).state == "ended"
    await clocks.settle()
    await clocks.pass_time(days=1)
    assert await states(clocks, schedule) == ["succeeded"]


async def test_after_so_many_runs_it_has_ended(clocks: Clockwork) -> None:
    schedule = await clocks.make(max_runs=2)
    for _ in range(5):
        await clocks.pass_time(seconds=60)
        await clocks.settle()
    assert len(await clocks.runs(schedule)) == 2
    assert (await clocks.see(schedule)).state == "ended"


@pytest.mark.parametrize(
    ("misfire", "ended", "missed"),
    [
        ("skip", ["skipped"], [179]),
        ("run_once", ["asked"], [179]),
        ("run_all", ["asked", "waiting", "waiting"], [177, 0, 0]),
    ],
)
async def test_an_outage_of_three_hours(
    clocks: Clockwork, misfire: Misfire, ended: list[str], missed: list[int]
) -> None:
    schedule = await clocks.make(timing={"misfire": misfire, "misfire_limit": 3, "grace_seconds": 20})
    await clocks.pass_time(hours=3, seconds=30)
    assert [(run.state, run.missed) for run in await clocks.runs(schedule)] == list(
        zip(ended, missed, strict=True)
    )
    seen = await clocks.see(schedule)
    assert seen.next is not None
    assert seen.next.at == BEGIN + timedelta(hours=3, minutes=1)


@pytest.mark.parametrize(
    ("overlap", "while_open", "afterwards"),
    [
        ("skip", ["asked", "skipped"], ["succeeded", "skipped"]),
        ("queue", ["asked", "waiting"], ["succeeded", "succeeded"]),
        ("cancel_previous", ["cancelled", "asked"], ["cancelled", "succeeded"]),
    ],
)
async def test_an_occurrence_that_finds_the_last_one_open(
    clocks: Clockwork, overlap: Overlap, while_open: list[str], afterwards: list[str]
) -> None:
    schedule = await clocks.make(overlap=overlap)
    await clocks.pass_time(seconds=60)
    await clocks.pass_time(seconds=60)
    assert await states(clocks, schedule) == while_open
    for _ in range(2):
        await clocks.settle()
        await clocks.pass_time(seconds=1)
    assert await states(clocks, schedule) == afterwards


async def test_a_run_that_is_called_off_while_it_is_done_is_waited_for(clocks: Clockwork) -> None:
    schedule = await clocks.make(overlap="cancel_previous")
    await clocks.pass_time(seconds=60)
    async with clocks.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "these tests", 600)
    assert claim is not None
    await clocks.pass_time(seconds=60)
    assert await states(clocks, schedule) == ["asked", "waiting"]
    async with clocks.database.unit() as unit:
        await unit.ledger.settle(claim, "cancelled")
    await clocks.pass_time(seconds=1)
    assert await states(clocks, schedule) == ["cancelled", "asked"]


async def test_a_clock_that_was_put_back_keeps_nobody_waiting_whose_turn_has_come(clocks: Clockwork) -> None:
    schedule = await clocks.make(overlap="queue")
    for _ in range(2):
        await clocks.pass_time(seconds=60)
    await clocks.settle()
    await clocks.pass_time(hours=-1)
    assert await states(clocks, schedule) == ["succeeded", "asked"]


async def test_runs_that_fail_one_after_the_other_pause_it(clocks: Clockwork) -> None:
    schedule = await clocks.make(pause_after=2)
    for _ in range(3):
        await clocks.pass_time(seconds=60)
        await clocks.settle("failed")
    await clocks.pass_time(seconds=1)
    seen = await clocks.see(schedule)
    assert (seen.state, seen.failures, seen.next) == ("paused", 2, None)
    assert seen.pause is not None
    assert (seen.pause.code, seen.pause.reason) == ("failing", "The last 2 runs failed.")
    assert await states(clocks, schedule) == ["failed", "failed"]


async def test_one_that_ends_well_between_them_begins_the_count_anew(clocks: Clockwork) -> None:
    schedule = await clocks.make(pause_after=2)
    for state in ("failed", "succeeded", "failed"):
        await clocks.pass_time(seconds=60)
        await clocks.settle(state)
    await clocks.pass_time(seconds=1)
    assert (await clocks.see(schedule)).state == "active"


async def test_resumed_it_goes_on_from_then(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, schedule.id, "holidays")
    await clocks.pass_time(hours=5, seconds=30)
    async with clocks.database.unit() as unit:
        resumed = await unit.schedules.resume(clocks.actor, schedule.id)
    assert resumed.next is not None
    assert resumed.next.at == BEGIN + timedelta(hours=5, minutes=1)
    await clocks.pass_time(seconds=30)
    assert await states(clocks, schedule) == ["asked"]


async def test_run_by_hand_it_is_run_beside_its_times(clocks: Clockwork) -> None:
    schedule = await clocks.make(IntervalTrigger(every_seconds=3600))
    async with clocks.database.unit() as unit:
        run = await unit.schedules.run_now(clocks.actor, schedule.id)
    assert (run.state, run.by_hand, run.occurrence) == ("asked", True, BEGIN)
    async with clocks.database.unit() as unit:
        with pytest.raises(Conflict, match="skips what overlaps"):
            await unit.schedules.run_now(clocks.actor, schedule.id)
    await clocks.settle()
    await clocks.pass_time(hours=1)
    assert await states(clocks, schedule) == ["succeeded", "asked"]


async def test_a_change_of_its_times_holds_from_then(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    async with clocks.database.unit() as unit:
        changes = ScheduleChanges(trigger=IntervalTrigger(every_seconds=600))
        await unit.schedules.edit(clocks.actor, schedule.id, changes)
    await clocks.pass_time(seconds=599)
    assert await clocks.runs(schedule) == []
    await clocks.pass_time(seconds=1)
    assert len(await clocks.runs(schedule)) == 1


async def test_in_a_suspended_guild_nothing_is_run_and_then_it_is_as_missed(clocks: Clockwork) -> None:
    schedule = await clocks.make(timing={"misfire": "run_once"})
    async with clocks.database.unit() as unit:
        await unit.guild_reviews.decide(clocks.actor, clocks.guild_id, "suspended")
    await clocks.pass_time(hours=1, seconds=5)
    assert await clocks.runs(schedule) == []
    async with clocks.database.unit() as unit:
        await unit.guild_reviews.decide(clocks.actor, clocks.guild_id, "approved")
    await clocks.pass_time(seconds=1)
    [run] = await clocks.runs(schedule)
    assert (run.state, run.missed, run.occurrence) == ("asked", 59, BEGIN + timedelta(hours=1))


async def test_deleted_it_is_run_no_more(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    async with clocks.database.unit() as unit:
        await unit.schedules.delete(clocks.actor, schedule.id)
    before = await clocks.jobs()
    await clocks.pass_time(hours=1)
    assert await clocks.jobs() == before


async def test_an_owner_who_is_none_any_more_pauses_it_with_a_reason(clocks: Clockwork) -> None:
    schedule = await clocks.make()
    await clocks.execute("UPDATE accounts SET is_owner = false")
    await clocks.pass_time(seconds=60)
    seen = await clocks.see(schedule)
    assert seen.state == "paused"
    assert seen.pause is not None
    assert seen.pause.code == "authority_lost"
    [run] = await clocks.runs(schedule)
    assert run.state == "refused"
    assert run.trouble is not None
    assert run.trouble.code == "authority_lost"
    assert replace(seen, state="active").next is None


async def test_a_credential_that_may_less_has_a_schedule_of_its_own_account_do_no_more(
    clocks: Clockwork,
) -> None:
    schedule = await clocks.make()
    narrow = replace(clocks.actor, scopes=("schedules:read", "schedules:write"))
    changes = ScheduleChanges(payload=CaptureScheduled())
    async with clocks.database.unit() as unit:
        with pytest.raises(Forbidden, match="snapshots:write"):
            await unit.schedules.edit(narrow, schedule.id, changes)
    assert (await clocks.see(schedule)).payload == schedule.payload
    allowed = replace(narrow, scopes=(*(narrow.scopes or ()), "snapshots:write"))
    async with clocks.database.unit() as unit:
        edited = await unit.schedules.edit(allowed, schedule.id, changes)
    assert edited.actor.scopes == allowed.scopes
