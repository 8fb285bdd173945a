"""The end of what was done for a time is a schedule like any other, but for whose it is, by a clock that these tests
turn."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.actions.undo import BanDone, UndoPayload
from core.errors import GuildwrightError, Invalid
from core.schedules.schemas import ScheduleChanges
from core.schedules.triggers import IntervalTrigger, OnceTrigger
from tests.fixtures.patience import PATIENCE
from tests.workers.ending import (
    ADA,
    DAY,
    KEN,
    LEASE,
    ask,
    claimed,
    decide,
    do,
    end_of,
    given,
    grant,
    holding,
    must_end,
    somebody_waits,
    take,
    undo_jobs,
)
from tests.workers.scheduled import BEGIN, Clockwork, clockwork


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def test_whoever_asked_may_have_gone_it_ends_all_the_same(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA))
    await clocks.execute("DELETE FROM api_tokens", "DELETE FROM accounts")
    await clocks.pass_time(days=1)
    [undo] = await undo_jobs(clocks)
    assert undo.state == "queued"
    assert (await must_end(clocks, job)).pause is None


async def test_in_a_suspended_guild_it_ends_when_that_is_over(clocks: Clockwork) -> None:
    await do(clocks, grant(ADA), given(ADA))
    await decide(clocks, "suspended")
    await clocks.pass_time(days=3)
    assert await undo_jobs(clocks) == []
    await decide(clocks, "approved")
    await clocks.pass_time(seconds=5)
    [undo] = await undo_jobs(clocks)
    assert undo.state == "queued"


async def test_an_end_that_is_called_off_with_its_guild_comes_when_that_is_over(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA))
    await clocks.pass_time(days=1)
    await decide(clocks, "suspended")
    await clocks.pass_time(seconds=5)
    assert [undo.state for undo in await undo_jobs(clocks)] == ["cancelled"]
    await decide(clocks, "approved")
    await clocks.pass_time(seconds=5)
    assert [undo.state for undo in await undo_jobs(clocks)] == ["cancelled", "queued"]
    assert [run.state for run in await clocks.runs(await must_end(clocks, job))] == ["cancelled", "asked"]


async def test_a_job_that_ends_while_its_guild_is_suspended_waits_for_nobody_who_waits_for_it(
    clocks: Clockwork,
) -> None:
    """Whoever suspends holds the guild and wants the job; whoever settles that holds it and writes of the guild."""
    job = await ask(clocks, grant(ADA))
    claim = await claimed(clocks)
    await take(clocks, claim, given(ADA))
    async with clocks.database.unit() as unit:
        await unit.ledger.renew(claim, LEASE)
        suspended = asyncio.create_task(decide(clocks, "suspended"))
        async with asyncio.timeout(PATIENCE):
            while not await somebody_waits(clocks):  # noqa: ASYNC110 - PostgreSQL has no event for it
                await asyncio.sleep(0.01)
        await unit.ledger.settle(claim, "succeeded")
    await suspended
    await must_end(clocks, job)


async def test_an_end_that_a_person_calls_off_stays_called_off(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA))
    await clocks.pass_time(days=1)
    [undo] = await undo_jobs(clocks)
    async with clocks.database.unit() as unit:
        await unit.jobs.cancel(clocks.actor, undo.id)
    await clocks.pass_time(days=1)
    assert len(await undo_jobs(clocks)) == 1
    assert (await must_end(clocks, job)).state == "ended"


async def test_a_paused_end_does_not_come_and_a_resumed_one_does(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA))
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, job.id)
    async with clocks.database.unit() as unit:
        await unit.schedules.resume(clocks.actor, job.id)
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, job.id)
    await clocks.pass_time(days=2)
    assert await undo_jobs(clocks) == []
    async with clocks.database.unit() as unit:
        run = await unit.schedules.run_now(clocks.actor, job.id)
    assert [undo.id for undo in await undo_jobs(clocks)] == [run.job_id]


async def test_an_end_can_be_moved_and_named_and_nothing_else_of_it_changed(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA))
    later = OnceTrigger(run_at=BEGIN + timedelta(days=3))
    async with clocks.database.unit() as unit:
        moved = await unit.schedules.edit(
            clocks.actor, job.id, ScheduleChanges(name="Ada's week", trigger=later)
        )
    assert moved.next is not None
    assert moved.next.at == later.run_at
    assert (await holding(clocks, ADA))[ADA].ends_at == later.run_at
    other = UndoPayload(job_id=job.id, act=BanDone(member_ids=(KEN,)))
    for changes in (
        ScheduleChanges(payload=other),
        ScheduleChanges(trigger=IntervalTrigger(every_seconds=60)),
        ScheduleChanges(max_runs=2),
    ):
        with pytest.raises(Invalid):
            async with clocks.database.unit() as unit:
                await unit.schedules.edit(clocks.actor, job.id, changes)
    await clocks.pass_time(days=2)
    assert await undo_jobs(clocks) == []
    await clocks.pass_time(days=1)
    assert len(await undo_jobs(clocks)) == 1


async def test_nobody_makes_a_schedule_that_takes_something_back(clocks: Clockwork) -> None:
    payload = UndoPayload(job_id=uuid.UUID(int=7), act=BanDone(member_ids=(ADA,)))
    with pytest.raises(Invalid) as refused:
        await clocks.make(OnceTrigger(run_at=BEGIN + timedelta(hours=1)), payload)
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/payload/kind", "ours")]
    schedule = await clocks.make()
    with pytest.raises(Invalid):
        async with clocks.database.unit() as unit:
            await unit.schedules.edit(clocks.actor, schedule.id, ScheduleChanges(payload=payload))


async def test_ends_leave_people_all_their_schedules(
    clocks: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.schedules.service.MOST_IN_GUILD", 1)
    await do(clocks, grant(ADA), given(ADA))
    await clocks.make()
    with pytest.raises(GuildwrightError, match="has 1 schedules"):
        await clocks.make()


async def test_an_end_that_came_is_forgotten_with_the_jobs_of_its_time(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA, seconds=300 * DAY), given(ADA))
    other = await do(clocks, grant(KEN), given(KEN))
    async with clocks.database.unit() as unit:
        await unit.schedules.pause(clocks.actor, other.id)
    await clocks.pass_time(days=300)
    mine = await clocks.make(OnceTrigger(run_at=clocks.now + timedelta(hours=1)))
    await clocks.settle()
    await clocks.pass_time(hours=1)
    async with clocks.database.unit() as unit:
        await unit.undos.delete_old(timedelta(days=30))
    assert (await must_end(clocks, job)).state == "ended"
    clocks.now += timedelta(days=31)
    async with clocks.database.unit() as unit:
        await unit.undos.delete_old(timedelta(days=30))
    assert await end_of(clocks, job) is None
    assert (await must_end(clocks, other)).state == "paused"
    assert (await clocks.see(mine)).state == "ended"


async def test_a_token_that_was_revoked_since_asked_for_what_ends_all_the_same(clocks: Clockwork) -> None:
    """Who asked may be any program: what it may do by then is nobody's concern."""
    gone = replace(clocks.actor, kind="token", token_id=uuid.UUID(int=9))
    job = await do(clocks, grant(ADA), given(ADA), actor=gone)
    await clocks.pass_time(days=1)
    assert [undo.state for undo in await undo_jobs(clocks)] == ["queued"]
    assert (await must_end(clocks, job)).state == "ended"
