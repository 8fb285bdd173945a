"""What was done for a time has an end from the moment at which it is known to be done, by a clock that these tests
turn."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.actions.payloads import Action, MemberBan, RoleGrant, RoleRevoke
from core.actions.undo import UNDO, BanDone, GrantDone, Undone, UndoOutcome, UndoPayload
from core.actor import Actor
from core.audit.schemas import AuditFilter
from core.discord.types import Snowflake
from core.errors import GuildwrightError, Invalid, NotFound
from core.guilds.states import Decision
from core.jobs.schemas import Claim, Job, JobFilter
from core.jobs.states import JobState, StepState
from core.paging import Paging
from core.schedules.schemas import Reversal, Schedule, ScheduleChanges
from core.schedules.triggers import IntervalTrigger, OnceTrigger
from tests.fixtures.patience import PATIENCE
from tests.workers.scheduled import BEGIN, Clockwork, clockwork

ROLE, ADA, KEN = "1200000000000000001", "1200000000000000002", "1200000000000000003"
DAY = 86_400
LEASE = 60.0
Steps = Sequence[tuple[str, StepState, str | None]]
"""Key, state and outcome."""


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


def grant(*member_ids: Snowflake, seconds: int | None = DAY) -> RoleGrant:
    return RoleGrant(role_id=ROLE, member_ids=member_ids, expires_in=seconds)


async def ask(clocks: Clockwork, action: Action, *, actor: Actor | None = None) -> Job:
    async with clocks.database.unit() as unit:
        return await unit.actions.request(actor or clocks.actor, clocks.guild_id, action)


async def claimed(clocks: Clockwork) -> Claim:
    async with clocks.database.unit() as unit:
        while True:
            claim = await unit.ledger.claim("bot", "these tests", LEASE)
            assert claim is not None
            if not claim.job.kind.startswith("guild.announce"):
                return claim
            await unit.ledger.settle(claim, "succeeded")


async def take(clocks: Clockwork, claim: Claim, steps: Steps) -> None:
    for key, state, outcome in steps:
        async with clocks.database.unit() as unit:
            await unit.ledger.intend(claim, LEASE, key, key, once=True)
            if state != "intended":
                await unit.ledger.record(claim, LEASE, key, state, outcome=outcome)


async def do(
    clocks: Clockwork,
    action: Action,
    steps: Steps,
    *,
    state: JobState = "succeeded",
    actor: Actor | None = None,
) -> Job:
    """As a worker does it."""
    await ask(clocks, action, actor=actor)
    claim = await claimed(clocks)
    await take(clocks, claim, steps)
    async with clocks.database.unit() as unit:
        return await unit.ledger.settle(claim, state)


def given(*member_ids: Snowflake, new: bool = True) -> Steps:
    return [(f"grant:{each}", "done", each if new else None) for each in member_ids]


async def end_of(clocks: Clockwork, job: Job) -> Schedule | None:
    try:
        async with clocks.database.read() as unit:
            return await unit.schedules.get(clocks.actor, job.id)
    except NotFound:
        return None


async def must_end(clocks: Clockwork, job: Job) -> Schedule:
    found = await end_of(clocks, job)
    assert found is not None
    return found


async def holding(clocks: Clockwork, *member_ids: Snowflake) -> dict[Snowflake, Reversal]:
    """What holds of the role for a time."""
    payload = UndoPayload(job_id=uuid.UUID(int=0), act=GrantDone(role_id=ROLE, member_ids=member_ids))
    async with clocks.database.read() as unit:
        found = await unit.undos.pending(clocks.guild_id, payload)
    return {each.target.rpartition(":")[2]: each for each in found}


async def undo_jobs(clocks: Clockwork) -> list[Job]:
    """Oldest first."""
    async with clocks.database.read() as unit:
        page = await unit.jobs.list(clocks.actor, JobFilter(kind=UNDO.kind), Paging())
    return list(page.items[::-1])


async def decide(clocks: Clockwork, decision: Decision) -> None:
    async with clocks.database.unit() as unit:
        await unit.guild_reviews.decide(clocks.actor, clocks.guild_id, decision)


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


async def somebody_waits(clocks: Clockwork) -> bool:
    async with clocks.engines.connection() as connection:
        waiting = "datname = current_database() AND wait_event_type = 'Lock'"
        found = await connection.execute(
            text(f"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {waiting})")
        )
        return bool(found.scalar())


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
