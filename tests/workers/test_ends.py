"""What was done for a time has an end from the moment at which it is known to be done, by a clock that these tests
turn."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.actions.payloads import Action, MemberBan, RoleGrant, RoleRevoke
from core.actions.undo import GrantDone, Undone, UndoOutcome, UndoPayload
from core.audit.schemas import AuditFilter
from core.jobs.states import JobState
from core.paging import Paging
from tests.workers.ending import (
    ADA,
    DAY,
    KEN,
    ROLE,
    Steps,
    ask,
    claimed,
    do,
    end_of,
    given,
    grant,
    holding,
    must_end,
    take,
    undo_jobs,
)
from tests.workers.scheduled import BEGIN, Clockwork, clockwork


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def test_it_is_written_with_the_end_of_the_job_and_becomes_a_job_of_ours_on_time(
    clocks: Clockwork,
) -> None:
    job = await do(clocks, grant(ADA, KEN), given(ADA, KEN))
    schedule = await must_end(clocks, job)
    assert schedule.payload == UndoPayload(job_id=job.id, act=GrantDone(role_id=ROLE, member_ids=(ADA, KEN)))
    assert schedule.next is not None
    assert schedule.next.at == BEGIN + timedelta(days=1)
    assert schedule.actor.account_id == clocks.actor.account_id
    async with clocks.database.read() as unit:
        listed = await unit.schedules.list(clocks.actor, clocks.guild_id, Paging())
        [entry] = (
            await unit.audit.list(
                clocks.actor, AuditFilter(action="schedule.create"), Paging(), guild_id=clocks.guild_id
            )
        ).items
    assert [each.id for each in listed.items] == [job.id]
    assert (entry.job_id, entry.actor.name) == (job.id, f"guildwright for {clocks.actor.name}")
    await clocks.pass_time(seconds=DAY - 1)
    assert await undo_jobs(clocks) == []
    await clocks.pass_time(seconds=1)
    [undo] = await undo_jobs(clocks)
    assert (undo.actor.kind, undo.actor.via, undo.actor.name) == (
        "system",
        "schedule",
        f"guildwright for {clocks.actor.name}",
    )
    [run] = await clocks.runs(schedule)
    assert (run.job_id, run.state, run.occurrence) == (undo.id, "asked", BEGIN + timedelta(days=1))


async def test_a_moment_is_that_moment_however_long_the_job_took(clocks: Clockwork) -> None:
    until = BEGIN + timedelta(hours=1)
    await ask(clocks, RoleGrant(role_id=ROLE, member_ids=(ADA,), until=until))
    claim = await claimed(clocks)
    assert claim.job.expires_at == until
    await take(clocks, claim, given(ADA))
    clocks.now += timedelta(hours=2)
    async with clocks.database.unit() as unit:
        await unit.ledger.settle(claim, "succeeded")
    await clocks.pass_time(seconds=0)
    assert len(await undo_jobs(clocks)) == 1


@pytest.mark.parametrize(
    ("action", "expires_in"),
    [
        (MemberBan(member_ids=(ADA,), until=BEGIN + timedelta(minutes=10)), timedelta(minutes=10)),
        (MemberBan(member_ids=(ADA,), until=BEGIN + timedelta(days=10)), timedelta(hours=1)),
        (MemberBan(member_ids=(ADA,), expires_in=600), timedelta(hours=1)),
        (grant(ADA), None),
    ],
)
async def test_what_is_not_begun_before_its_end_is_not_begun(
    clocks: Clockwork, action: Action, expires_in: timedelta | None
) -> None:
    job = await ask(clocks, action)
    assert job.expires_at == (None if expires_in is None else BEGIN + expires_in)


@pytest.mark.parametrize("state", ["partial", "failed", "dead", "cancelled"])
async def test_however_the_job_ends_what_it_did_or_may_have_done_ends(
    clocks: Clockwork, state: JobState
) -> None:
    steps: Steps = [("grant:7", "failed", "unknown_member"), *given(ADA), (f"grant:{KEN}", "intended", None)]
    job = await do(clocks, grant("7", ADA, KEN), steps, state=state)
    schedule = await must_end(clocks, job)
    assert schedule.payload == UndoPayload(job_id=job.id, act=GrantDone(role_id=ROLE, member_ids=(ADA, KEN)))
    assert set(await holding(clocks, "7", ADA, KEN)) == {ADA, KEN}


async def test_a_job_that_is_called_off_while_it_waits_ends_what_it_had_done(clocks: Clockwork) -> None:
    job = await ask(clocks, grant(ADA, KEN))
    claim = await claimed(clocks)
    await take(clocks, claim, given(ADA))
    async with clocks.database.unit() as unit:
        await unit.ledger.wait(claim, "rate_limit", clocks.now + timedelta(hours=1), burn=False)
    async with clocks.database.unit() as unit:
        assert (await unit.jobs.cancel(clocks.actor, job.id)).state == "cancelled"
    assert set(await holding(clocks, ADA, KEN)) == {ADA}
    await must_end(clocks, job)


async def test_a_job_that_did_nothing_has_no_end(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), [(f"grant:{ADA}", "failed", "bot_may_not")], state="failed")
    assert await end_of(clocks, job) is None
    job = await do(clocks, grant(ADA, seconds=None), given(ADA))
    assert await end_of(clocks, job) is None


async def test_a_settle_that_is_taken_back_leaves_no_end(clocks: Clockwork) -> None:
    job = await ask(clocks, grant(ADA))
    claim = await claimed(clocks)
    await take(clocks, claim, given(ADA))
    with pytest.raises(RuntimeError):
        async with clocks.database.unit() as unit:
            await unit.ledger.settle(claim, "succeeded")
            raise RuntimeError
    assert await end_of(clocks, job) is None
    async with clocks.database.unit() as unit:
        await unit.ledger.settle(claim, "succeeded")
    await must_end(clocks, job)


async def test_each_member_is_one_schedules_the_one_that_ends_last(clocks: Clockwork) -> None:
    first = await do(clocks, grant(ADA, KEN), given(ADA, KEN))
    longer = await do(clocks, grant(ADA, seconds=2 * DAY), given(ADA, new=False))
    assert {who: each.schedule_id for who, each in (await holding(clocks, ADA, KEN)).items()} == {
        ADA: longer.id,
        KEN: first.id,
    }
    await do(clocks, grant(ADA, seconds=60), given(ADA, new=False))
    assert (await holding(clocks, ADA))[ADA].schedule_id == longer.id
    await do(clocks, grant(ADA, seconds=None), given(ADA, new=False))
    assert await holding(clocks, ADA) == {}
    await do(clocks, RoleRevoke(role_id=ROLE, member_ids=(KEN,)), [(f"revoke:{KEN}", "done", KEN)])
    assert await holding(clocks, KEN) == {}


async def test_what_was_given_anew_ends_when_that_says_so_although_the_old_end_is_later(
    clocks: Clockwork,
) -> None:
    """Somebody must have taken the role in between: else there would have been nothing new."""
    await do(clocks, grant(ADA, seconds=5 * DAY), given(ADA))
    second = await do(clocks, grant(ADA), given(ADA))
    assert (await holding(clocks, ADA))[ADA].schedule_id == second.id


async def test_who_had_the_role_by_nobodys_time_holds_it_for_no_time(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA), given(ADA, new=False))
    assert await holding(clocks, ADA) == {}
    await must_end(clocks, job)


async def test_a_job_asked_for_once_more_ends_for_those_whom_it_reached_then(clocks: Clockwork) -> None:
    """Who had got it before and still has it has it for as long as they."""
    steps: Steps = [*given(ADA, "7"), (f"grant:{KEN}", "failed", "unknown_member")]
    job = await do(clocks, grant(ADA, "7", KEN), steps, state="partial")
    await do(clocks, RoleRevoke(role_id=ROLE, member_ids=(ADA,)), [(f"revoke:{ADA}", "done", ADA)])
    async with clocks.database.unit() as unit:
        await unit.jobs.retry(clocks.actor, job.id)
    clocks.now += timedelta(hours=1)
    claim = await claimed(clocks)
    await take(clocks, claim, given(KEN))
    async with clocks.database.unit() as unit:
        await unit.ledger.settle(claim, "succeeded")
    end = BEGIN + timedelta(hours=25)
    held = await holding(clocks, ADA, "7", KEN)
    assert {who: each.ends_at for who, each in held.items()} == {"7": end, KEN: end}
    schedule = await must_end(clocks, job)
    assert schedule.next is not None
    assert schedule.next.at == end


async def test_what_was_taken_back_or_left_holds_no_more_and_what_failed_does(clocks: Clockwork) -> None:
    job = await do(clocks, grant(ADA, KEN, "7"), given(ADA, KEN, "7"))
    await clocks.pass_time(days=1)
    claim = await claimed(clocks)
    outcomes = (
        UndoOutcome(target_id=ADA, state="undone"),
        UndoOutcome(target_id=KEN, state="failed", code="x", message="y"),
        UndoOutcome(target_id="7", state="left", code="already", message="It was gone."),
    )
    async with clocks.database.unit() as unit:
        await unit.ledger.settle(claim, "partial", result=Undone(outcomes=outcomes))
    assert set(await holding(clocks, ADA, KEN, "7")) == {KEN}
    await clocks.pass_time(seconds=1)
    [run] = await clocks.runs(await must_end(clocks, job))
    assert run.state == "partial"
    assert run.trouble is not None
    assert (run.trouble.code, run.trouble.message) == (
        "already",
        "1 of 3 left as they are; the first: It was gone.",
    )
