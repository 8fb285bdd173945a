"""Claim, intend, act, record, settle: what a job is promised when things go wrong."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from core.discord.errors import AnswerLost, CallRefused, GatewayAbsent, GatewayBusy
from core.discord.permissions import Permission
from core.discord.sendable import may_be_sent
from core.jobs.ledger import Ledger
from core.jobs.schemas import Intent
from core.uow import UnitOfWork
from tests.builders.core import member
from tests.builders.jobs import MAKE
from tests.workers.conftest import Road
from workers.lease import Lease


async def test_a_job_is_done_once_and_tells_what_it_made(road: Road) -> None:
    job = await road.ask(3)
    assert await road.running().run_until_none() == 1
    seen = await road.see(job)
    assert seen.state == "succeeded"
    assert seen.result == {"kind": "test.make", "made": ["id-1", "id-2", "id-3"]}
    assert (seen.progress.done, seen.progress.total) == (3, 3)
    assert seen.first_call_at is not None
    assert len(set(road.things.made)) == 3


async def test_two_workers_never_have_the_same_job(road: Road) -> None:
    for _ in range(12):
        await road.ask()
    ran = await asyncio.gather(*(road.running(holder=f"w{n}").run_until_none() for n in range(4)))
    assert sum(ran) == 12
    assert len(road.things.made) == len(set(road.things.made)) == 12


async def test_an_answer_lost_after_the_effect_is_looked_up_and_not_repeated(road: Road) -> None:
    road.things.lose_answers = 1
    job = await road.ask()
    await road.running().run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert len(road.things.made) == 1


async def test_a_worker_that_dies_after_the_effect_leaves_nothing_to_do_twice(road: Road) -> None:
    job = await road.ask(2)

    async def make_then_die(reason: str) -> str:
        road.things.made.append(reason)
        raise asyncio.CancelledError

    whole, road.things.make = road.things.make, make_then_die
    with pytest.raises(asyncio.CancelledError):
        await road.running(holder="dead").run_until_none()
    road.things.make = whole
    await road.lapse()
    assert await road.running(holder="next").run_until_none() == 1
    seen = await road.see(job)
    assert (seen.state, seen.attempts) == ("succeeded", 2)
    assert len(road.things.made) == len(set(road.things.made)) == 2


@pytest.mark.parametrize(
    "not_sent",
    [
        lambda: GatewayAbsent("Not connected."),
        lambda: GatewayBusy("Limited for a minute.", resume_at=datetime.now(UTC) + timedelta(minutes=1)),
    ],
    ids=["absent", "busy"],
)
async def test_what_may_have_been_done_is_not_forgotten_where_its_repetition_is_not_sent(
    road: Road, not_sent: Callable[[], Exception]
) -> None:
    """As a message whose nonce is trusted first: it is looked for only when Discord may have forgotten it."""
    job = await road.ask()
    whole, find = road.things.make, road.things.find

    async def make_then_die(reason: str) -> str:
        road.things.made.append(reason)
        raise asyncio.CancelledError

    async def trust_the_nonce(reason: str, since: datetime) -> None:
        return None

    road.things.make, road.things.find = make_then_die, trust_the_nonce
    with pytest.raises(asyncio.CancelledError):
        await road.running(holder="dead").run_until_none()
    await road.lapse()
    road.things.make, road.things.fail = whole, not_sent()
    await road.running(holder="unlucky").run_until_none()
    road.things.find, road.things.fail = find, None
    now = datetime.now(UTC)
    road.database.clock = lambda: now + timedelta(hours=1)
    await road.running(holder="next").run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert len(road.things.made) == 1


async def test_cancelling_does_not_hide_what_may_have_been_done(road: Road) -> None:
    job = await road.ask()

    async def make_then_die(reason: str) -> str:
        road.things.made.append(reason)
        raise asyncio.CancelledError

    async def ask_to_cancel(reason: str, since: datetime) -> None:
        async with road.database.unit() as unit:
            await unit.jobs.cancel(road.actor, job.id)

    whole, road.things.make = road.things.make, make_then_die
    with pytest.raises(asyncio.CancelledError):
        await road.running(holder="dead").run_until_none()
    await road.lapse()
    road.things.make, road.things.before = whole, None
    road.things.find = ask_to_cancel
    road.things.fail = GatewayAbsent("Not connected.")
    await road.running(holder="next").run_until_none()
    assert (await road.see(job)).state == "cancelled"
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["outcome_unknown"]


async def test_a_worker_that_lost_its_lease_can_neither_record_nor_settle(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def while_suspended() -> None:
        road.things.before = None
        await road.lapse()
        await road.running(holder="next").run_until_none()

    job = await road.ask()
    road.things.before = while_suspended
    slow = road.running(holder="slow")
    monkeypatch.setattr(slow, "_beat", _never)  # a suspended process does not beat either
    await slow.run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.attempts) == ("succeeded", 2)
    assert seen.result is not None
    async with road.database.read() as unit:
        step = (await unit.ledger.steps(job.id))[0]
    assert step.outcome == seen.result["made"][0]


async def test_a_rate_limit_is_a_state_and_not_an_attempt(road: Road) -> None:
    resume_at = datetime.now(UTC) + timedelta(hours=48)
    road.things.fail = GatewayBusy("Limited for two days.", resume_at=resume_at)
    job = await road.ask()
    await road.running().run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.waiting_for, seen.attempts) == ("waiting", "rate_limit", 0)
    assert seen.resume_at == resume_at
    assert await road.running().run_until_none() == 0


async def test_a_gateway_that_is_away_is_not_an_attempt(road: Road) -> None:
    road.things.fail = GatewayAbsent("Not connected.")
    job = await road.ask()
    await road.running().run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.waiting_for, seen.attempts) == ("waiting", "bot", 0)


async def test_a_postgresql_that_is_away_is_as_if_nothing_were_claimable(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    await road.ask()

    def away() -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(road.database, "unit", away)
        assert await road.running().run_until_none() == 0
    assert await road.running().run_until_none() == 1


async def test_nothing_is_claimed_while_the_lane_is_closed(road: Road) -> None:
    job = await road.ask()
    assert await road.running(is_open=lambda: False).run_until_none() == 0
    assert (await road.see(job)).state == "queued"


async def test_what_discord_refuses_fails_at_once_and_names_the_step(road: Road) -> None:
    road.things.fail = CallRefused("Missing Permissions", status=403, discord_code=50013)
    job = await road.ask()
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.state == "failed"
    assert seen.error is not None
    assert (seen.error.code, seen.error.step) == ("discord_refused", "make:0")


async def test_a_job_that_was_done_in_part_says_so(road: Road) -> None:
    calls = 0

    async def refuse_the_second() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise CallRefused("Maximum number of roles reached", status=400, discord_code=30005)

    road.things.before = refuse_the_second
    job = await road.ask(3)
    await road.running().run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.progress.done) == ("partial", 1)


async def test_a_lost_answer_that_nobody_finds_is_tried_again_and_at_last_dead(road: Road) -> None:
    async def nothing_found(reason: str, since: datetime) -> None:
        return None

    road.things.find = nothing_found  # a Discord that keeps no audit log
    road.things.lose_answers = 99
    job = await road.ask()
    now = datetime.now(UTC)
    for attempt in range(1, 4):
        road.database.clock = lambda at=attempt: now + timedelta(minutes=5 * at)
        await road.running().run_until_none()
        seen = await road.see(job)
        assert seen.attempts == attempt
        assert (seen.state, seen.waiting_for) == (("waiting", "retry") if attempt < 3 else ("dead", None))


async def test_a_long_job_outlives_more_lost_answers_than_it_has_attempts_as_long_as_it_gets_on(
    road: Road,
) -> None:
    lost: set[str] = set()
    make = road.things.make

    async def lose_each_once(reason: str) -> str:
        if reason in lost:
            return await make(reason)
        lost.add(reason)
        raise AnswerLost("The connection broke before the call.")

    road.things.make = lose_each_once
    job = await road.ask(things=MAKE.max_attempts + 2)
    now = datetime.now(UTC)
    for attempt in range(MAKE.max_attempts + 3):
        road.database.clock = lambda at=attempt: now + timedelta(minutes=5 * at)
        await road.running().run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert len(road.things.made) == len(lost) == MAKE.max_attempts + 2


async def test_a_guild_that_is_away_is_asked_for_less_and_less_often(road: Road) -> None:
    road.things.fail = GatewayAbsent("The guild has an outage.")
    job = await road.ask()
    pauses: list[float] = []
    for _ in range(6):
        now = road.database.clock()
        road.database.clock = lambda at=now: at
        await road.running().run_until_none()
        seen = await road.see(job)
        assert (seen.state, seen.waiting_for, seen.attempts) == ("waiting", "bot", 0)
        assert seen.resume_at is not None
        pauses.append((seen.resume_at - now).total_seconds())
        road.database.clock = lambda at=seen.resume_at: at
    assert pauses == [2, 4, 8, 15, 15, 15]


async def test_an_asker_who_lost_the_permission_is_not_served(road: Road) -> None:
    asker = member(road.guild_id, Permission.MANAGE_GUILD)
    job = await road.ask(actor=asker)
    road.things.permissions = int(Permission.SEND_MESSAGES)
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.state == "failed"
    assert seen.error is not None
    assert seen.error.code == "authority_lost"
    assert road.things.made == []


async def test_cancelling_a_running_job_stops_it_between_two_steps(road: Road) -> None:
    job = await road.ask(5)

    async def cancel_during_the_second() -> None:
        if len(road.things.made) == 1:
            async with road.database.unit() as unit:
                await unit.jobs.cancel(road.actor, job.id)

    road.things.before = cancel_during_the_second
    await road.running().run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.progress.done) == ("cancelled", 2)
    assert len(road.things.made) == 2


async def test_a_job_that_was_cancelled_while_it_met_a_limit_does_not_wait(road: Road) -> None:
    job = await road.ask(3)

    async def cancel_then_limit() -> None:
        async with road.database.unit() as unit:
            await unit.jobs.cancel(road.actor, job.id)
        raise GatewayBusy("Limited.", resume_at=datetime.now(UTC) + timedelta(hours=1))

    road.things.before = cancel_then_limit
    await road.running().run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.waiting_for, seen.resume_at) == ("cancelled", None, None)
    assert seen.finished_at is not None


async def test_what_earlier_claims_did_counts_when_a_later_one_stops_for_good(road: Road) -> None:
    job = await road.ask(2)

    async def limit_the_second() -> None:
        if road.things.made:
            raise GatewayBusy("Limited.", resume_at=now + timedelta(hours=1))

    now = road.database.clock()
    road.things.before = limit_the_second
    await road.running().run_until_none()
    road.things.before, road.things.fail = None, CallRefused("Missing Permissions", status=403)
    road.database.clock = lambda: now + timedelta(hours=2)
    await road.running().run_until_none()
    assert (await road.see(job)).state == "partial"


async def test_what_cannot_even_be_looked_up_is_not_sent_again_and_its_outcome_is_unknown(road: Road) -> None:
    async def refused(reason: str, since: datetime) -> None:
        raise CallRefused("Missing Permissions", status=403, discord_code=50013)

    road.things.find = refused
    road.things.lose_answers = 1
    job = await road.ask()
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.error is not None
    assert (seen.state, seen.error.code, seen.error.step) == ("failed", "outcome_unknown", "make:0")
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["outcome_unknown"]
    assert len(road.things.made) == 1


async def test_a_job_asked_with_a_token_that_was_revoked_since_is_not_done(road: Road) -> None:
    async with road.database.unit() as unit:
        made = await unit.accounts.create_token(road.actor, "to be revoked")
    async with road.database.unit() as unit:
        actor = await unit.accounts.authenticate(made.secret)
    job = await road.ask(actor=actor)
    assert actor.token_id is not None
    async with road.database.unit() as unit:
        await unit.accounts.revoke_token(actor, actor.token_id)
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.error is not None
    assert seen.error.code == "authority_lost"
    assert road.things.made == []


async def test_what_was_certainly_not_sent_is_neither_looked_up_nor_called_unknown(road: Road) -> None:
    async def never(reason: str, since: datetime) -> None:
        raise AssertionError("looked up")

    now = road.database.clock()
    road.things.find = never
    road.things.fail = GatewayBusy("Limited.", resume_at=now + timedelta(hours=1))
    job = await road.ask()
    await road.running().run_until_none()
    road.things.fail = None
    road.database.clock = lambda: now + timedelta(hours=2)
    await road.running().run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert len(road.things.made) == 1


async def test_a_step_that_a_cancellation_kept_from_being_sent_is_not_called_unknown(road: Road) -> None:
    job = await road.ask(2)

    async def cancel() -> None:
        async with road.database.unit() as unit:
            await unit.jobs.cancel(road.actor, job.id)

    road.things.before = cancel
    await road.running().run_until_none()
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["done", "superseded"]


async def test_what_was_in_doubt_is_so_no_more_when_asking_again_ended_well(road: Road) -> None:
    """As where a plan that is made anew finds a doubtful step done, and does not name it again."""
    job = await road.ask()
    async with road.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "one", 45.0)
        assert claim is not None
        await unit.ledger.intend(claim, 45.0, "a step of an earlier plan", "doing it", once=True)
        await unit.ledger.settle(claim, "dead")
        await unit.jobs.retry(road.actor, job.id)
    await road.running().run_until_none()
    assert (await road.see(job)).state == "succeeded"
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["superseded", "done"]


async def test_draining_hands_back_without_burning_an_attempt(road: Road) -> None:
    job = await road.ask(3)
    running = road.running()

    async def drain() -> None:
        running.drain()

    road.things.before = drain
    await running.run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.attempts, seen.progress.done) == ("queued", 0, 1)
    road.things.before = None
    await road.running(holder="next").run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert len(road.things.made) == len(set(road.things.made)) == 3


async def test_an_error_of_ours_settles_the_job_and_keeps_its_words_to_the_log(road: Road) -> None:
    road.things.fail = ZeroDivisionError("a secret")
    job = await road.ask()
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.state == "failed"
    assert seen.error is not None
    assert seen.error.code == "internal"
    assert "secret" not in seen.error.message


class Suspension:
    """Time goes on for leases, also as their holders see it, while nothing else happens."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._passed = 0.0

    def now(self) -> float:
        return time.monotonic() + self._passed

    async def lasts(self, seconds: float) -> None:
        self._passed += seconds
        await self._road.lapse(seconds)


@pytest.fixture
def suspension(road: Road, monkeypatch: pytest.MonkeyPatch) -> Suspension:
    found = Suspension(road)
    monkeypatch.setattr("workers.running.Lease", partial(Lease, now=found.now))
    return found


def suspend_after_the_intent(
    road: Road, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Awaitable[None]]
) -> None:
    """Between its commit and what follows, once."""
    whole, unit = Ledger.intend, road.database.unit
    has_intended = False

    async def intend(*args: Any, **options: Any) -> Intent:
        nonlocal has_intended
        has_intended = True
        return await whole(*args, **options)

    @asynccontextmanager
    async def suspended_after_commit() -> AsyncGenerator[UnitOfWork]:
        async with unit() as opened:
            yield opened
        if has_intended:
            monkeypatch.setattr(Ledger, "intend", whole)
            monkeypatch.setattr(road.database, "unit", unit)
            await meanwhile()

    monkeypatch.setattr(Ledger, "intend", intend)
    monkeypatch.setattr(road.database, "unit", suspended_after_commit)


async def test_who_was_suspended_between_intent_and_call_does_not_make_the_call(
    road: Road, suspension: Suspension, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await road.ask()
    slow = road.running(holder="slow")
    monkeypatch.setattr(slow, "_beat", _never)  # a suspended process does not beat either

    async def while_suspended() -> None:
        await suspension.lasts(60)
        await road.running(holder="next").run_until_none()

    suspend_after_the_intent(road, monkeypatch, while_suspended)
    await slow.run_until_none()
    assert ((await road.see(job)).state, (await road.see(job)).attempts) == ("succeeded", 2)
    assert len(road.things.made) == 1


async def test_who_was_suspended_and_still_holds_the_job_renews_before_the_call(
    road: Road, suspension: Suspension, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is at its end, and nobody has taken the job: it goes on, under a lease that has room for the call."""
    job = await road.ask()
    held_for: list[float] = []

    async def look_at_the_lease() -> None:
        async with road.database.engines.connection() as connection:
            left = text("SELECT extract(epoch FROM lease_until - clock_timestamp()) FROM jobs")
            held_for.append(float(await connection.scalar(left) or 0))
        assert may_be_sent()

    running = road.running(lease=300)
    monkeypatch.setattr(running, "_beat", _never)
    suspend_after_the_intent(road, monkeypatch, lambda: suspension.lasts(290))
    road.things.before = look_at_the_lease
    await running.run_until_none()
    assert (await road.see(job)).state == "succeeded"
    assert held_for[0] > 150


async def test_nothing_is_sent_by_who_cannot_renew_the_lease(
    road: Road, suspension: Suspension, monkeypatch: pytest.MonkeyPatch
) -> None:
    sendable: list[bool] = []

    async def stand_in_line() -> None:
        sendable.append(may_be_sent())
        await suspension.lasts(290)
        sendable.append(may_be_sent())

    await road.ask()
    running = road.running(lease=300)
    monkeypatch.setattr(running, "_beat", _never)  # as while PostgreSQL is away
    road.things.before = stand_in_line
    await running.run_until_none()
    assert sendable == [True, False]


async def test_a_limit_met_after_a_lost_answer_does_not_make_it_forgotten(road: Road) -> None:
    """A look-up may say "not done as far as I can tell": then it is asked again after the wait, too."""
    looked: list[datetime] = []

    async def nothing_found(reason: str, since: datetime) -> None:
        looked.append(since)

    now = road.database.clock()
    road.things.find = nothing_found
    road.things.lose_answers = 1
    await road.ask()
    for hour, failure in (
        (0, None),
        (1, GatewayBusy("Limited.", resume_at=now + timedelta(hours=2))),
        (3, GatewayAbsent("Not connected.")),
        (5, None),
    ):
        road.database.clock = lambda at=hour: now + timedelta(hours=at)
        road.things.fail = failure
        assert await road.running().run_until_none() == 1
    assert len(looked) == 4
    assert len(set(looked)) == 1, "it is looked for from the first intent on"


async def test_what_is_over_is_not_begun_though_nobody_has_swept_it_yet(road: Road) -> None:
    now = road.database.clock()
    stale = await road.ask(expires_at=now + timedelta(hours=1))
    limited = await road.ask(expires_at=now + timedelta(hours=1))
    road.things.fail = GatewayBusy("Limited.", resume_at=now + timedelta(hours=2))
    await road.running(per_guild=1).run_until_none()
    assert [(await road.see(job)).waiting_for for job in (stale, limited)] == ["rate_limit", "rate_limit"]
    road.things.fail = None
    road.database.clock = lambda: now + timedelta(hours=3)
    assert await road.running().run_until_none() == 0
    async with road.database.unit() as unit:
        assert await unit.jobs.expire_due() == 2
    assert (await road.see(limited)).state == "failed"
    assert road.things.made == []


async def test_what_was_begun_in_time_goes_on_however_late_it_is(road: Road) -> None:
    now = road.database.clock()
    job = await road.ask(2, expires_at=now + timedelta(hours=1))

    async def limit_the_second() -> None:
        if road.things.made:
            raise GatewayBusy("Limited.", resume_at=now + timedelta(hours=2))

    road.things.before = limit_the_second
    await road.running().run_until_none()
    road.things.before = None
    road.database.clock = lambda: now + timedelta(hours=3)
    async with road.database.unit() as unit:
        assert await unit.jobs.expire_due() == 0
    await road.running().run_until_none()
    assert (await road.see(job)).state == "succeeded"


async def test_a_job_that_is_asked_for_again_tries_what_was_refused_and_begins_anew(road: Road) -> None:
    job = await road.ask(2)

    async def refuse_the_second() -> None:
        if road.things.made:
            raise CallRefused("Missing Permissions", status=403)

    road.things.before = refuse_the_second
    await road.running().run_until_none()
    first = await road.see(job)
    async with road.database.unit() as unit:
        await unit.jobs.retry(road.actor, job.id)
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["done", "superseded"]
    road.things.before = None
    await road.running().run_until_none()
    again = await road.see(job)
    assert (again.state, again.progress.done, len(road.things.made)) == ("succeeded", 2, 2)
    assert first.started_at is not None
    assert again.started_at is not None
    assert again.started_at > first.started_at


async def test_a_job_cancelled_while_it_waits_says_what_it_does_not_know(road: Road) -> None:
    async def nothing_found(reason: str, since: datetime) -> None:
        return None

    road.things.find = nothing_found
    road.things.lose_answers = 1
    job = await road.ask()
    await road.running().run_until_none()
    async with road.database.unit() as unit:
        assert (await unit.jobs.cancel(road.actor, job.id)).state == "cancelled"
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["outcome_unknown"]


async def test_a_cancelled_job_whose_worker_died_tells_what_was_done_and_does_no_more(road: Road) -> None:
    job = await road.ask(3)

    async def make_cancel_and_die(reason: str) -> str:
        if len(road.things.made) == 1:
            async with road.database.unit() as unit:
                await unit.jobs.cancel(road.actor, job.id)
            road.things.made.append(reason)
            raise asyncio.CancelledError
        return await whole(reason)

    whole, road.things.make = road.things.make, make_cancel_and_die
    with pytest.raises(asyncio.CancelledError):
        await road.running(holder="dead").run_until_none()
    await _write(road, "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'")
    road.things.make = whole
    await road.running(holder="next").run_until_none()
    seen = await road.see(job)
    assert (seen.state, seen.progress.done, len(road.things.made)) == ("cancelled", 2, 2)
    async with road.database.read() as unit:
        assert [step.state for step in await unit.ledger.steps(job.id)] == ["done", "done", "superseded"]


async def test_a_job_that_kills_its_worker_every_time_ends_dead(road: Road) -> None:
    async def kill() -> None:
        raise asyncio.CancelledError

    road.things.before = kill
    job = await road.ask()
    for attempt in range(1, 4):
        with pytest.raises(asyncio.CancelledError):
            await road.running(holder=f"dies-{attempt}").run_until_none()
        await _write(road, "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'")
    assert await road.running().run_until_none() == 0
    seen = await road.see(job)
    assert seen.error is not None
    assert (seen.state, seen.attempts, seen.error.code) == ("dead", 3, "attempts_spent")


async def _write(road: Road, statement: str) -> None:
    async with road.database.engines.writing.begin() as connection:
        await connection.execute(text(statement))


async def _never(*_: object) -> None:
    return
