"""Claim, intend, act, record, settle: what a job is promised when things go wrong."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.discord.errors import CallRefused, GatewayAbsent, GatewayBusy
from core.discord.permissions import Permission
from tests.builders.core import member
from tests.workers.conftest import Road


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
        await road.running(holder="dead", lease=0.05).run_until_none()
    road.things.make = whole
    await asyncio.sleep(0.1)
    assert await road.running(holder="next").run_until_none() == 1
    seen = await road.see(job)
    assert (seen.state, seen.attempts) == ("succeeded", 2)
    assert len(road.things.made) == len(set(road.things.made)) == 2


@pytest.mark.parametrize(
    "not_sent",
    [
        GatewayAbsent("Not connected."),
        GatewayBusy("Limited for a minute.", resume_at=datetime.now(UTC) + timedelta(minutes=1)),
    ],
)
async def test_what_may_have_been_done_is_not_forgotten_where_its_repetition_is_not_sent(
    road: Road, not_sent: Exception
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
        await road.running(holder="dead", lease=0.05).run_until_none()
    await asyncio.sleep(0.1)
    road.things.make, road.things.fail = whole, not_sent
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
        await road.running(holder="dead", lease=0.05).run_until_none()
    await asyncio.sleep(0.1)
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
        await asyncio.sleep(0.15)
        await road.running(holder="next").run_until_none()

    job = await road.ask()
    road.things.before = while_suspended
    slow = road.running(holder="slow", lease=0.1)
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
        secret = await unit.accounts.bootstrap_owner(None)
    assert secret is not None
    async with road.database.unit() as unit:
        actor = await unit.accounts.authenticate(secret)
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


async def _never(*_: object) -> None:
    return
