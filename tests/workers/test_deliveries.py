"""What callbacks are promised: at least once, in order, again after a failure, and nothing after they were disabled."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import CallbackChanges
from core.keyring import Keyring
from tests.workers.post import HERE, Post
from tests.workers.receiver import hang, slow, status
from workers.retry import MOST_DELIVERY_ATTEMPTS

FAILED = status(500)


async def test_an_event_is_sent_as_soon_as_it_is_committed_and_verifies(post: Post) -> None:
    made = await post.callback("job.*")
    async with post.delivering():
        await asyncio.sleep(0.3)  # asleep, until the next look in a minute
        job = await post.road.ask(2)
        (got,) = await post.receiver.until(1, seconds=20)
        assert await post.road.running().run_until_none() == 1
        await post.receiver.until(6)
        found = await post.settled(made.callback.id, *["delivered"] * 6)
    told = [received.verified_by(made.secret) for received in post.receiver.received]
    assert got.event["type"] == "job.queued"
    assert [event["data"]["sequence"] for event in told] == [1, 2, 3, 4, 5, 6]
    assert {event["data"]["job_id"] for event in told} == {str(job.id)}
    assert told[-1]["type"] == "job.settled"
    assert told[-1]["data"]["result"]["made"] == ["id-1", "id-2"]
    assert [str(delivery.id) for delivery in found] == [received.id for received in post.receiver.received]
    assert all(delivery.attempts == 1 and delivery.last_status == 204 for delivery in found)


async def test_it_tells_while_the_bot_is_away(post: Post) -> None:
    await post.callback("job.waiting")
    await post.road.ask()
    async with post.delivering():
        await post.do(lambda unit: unit.jobs.park_for_bot())
        (got,) = await post.receiver.until(1)
    assert got.event["data"]["waiting_for"] == "bot"


async def test_what_failed_is_sent_again_under_the_same_id_with_the_same_bytes(post: Post) -> None:
    made = await post.callback()
    post.receiver.answers = [FAILED, status(404)]
    async with post.delivering():
        await post.road.ask()
        for number in (1, 2, 3):
            await post.receiver.until(number)
            await post.settled(made.callback.id, "delivered" if number == 3 else "pending")
            await post.let_pass(timedelta(minutes=5))
    received = post.receiver.received
    assert len({(got.id, got.body) for got in received}) == 1
    assert all(got.verified_by(made.secret) for got in received)
    (delivery,) = await post.deliveries(made.callback.id)
    assert (delivery.attempts, delivery.last_status, delivery.last_error) == (3, 204, None)


async def test_it_waits_by_itself_until_the_next_attempt_is_due(post: Post) -> None:
    """No clock is moved and nobody rings: the first repetition comes after 2.5 to 5 seconds."""
    await post.callback()
    post.receiver.answers = [FAILED]
    async with post.delivering():
        await post.road.ask()
        first, second = await post.receiver.until(2, seconds=20)
    assert second.at - first.at > 2.4


async def test_what_comes_later_waits_until_what_came_earlier_was_delivered(post: Post) -> None:
    made = await post.callback()
    other = await post.callback(path="/other")
    post.receiver.answers = [FAILED, FAILED]
    jobs = [str((await post.road.ask()).id) for _ in range(4)]
    async with post.delivering(2):
        await post.receiver.until(2)
        await asyncio.sleep(0.5)
        assert len(post.receiver.received) == 2, "one of each line"
        await post.let_pass(timedelta(minutes=1))
        for one in (made, other):
            await post.settled(one.callback.id, *["delivered"] * 4)
    for path in ("/in", "/other"):
        told = [got.event["data"]["job_id"] for got in post.receiver.received if got.target == path]
        assert told == [jobs[0], *jobs]


async def test_what_was_given_up_holds_up_nothing(post: Post) -> None:
    made = await post.callback()
    post.database.callback_rules = CallbackRules(allowance=HERE, failures=99)
    post.receiver.answers = [FAILED] * MOST_DELIVERY_ATTEMPTS
    jobs = [str((await post.road.ask()).id) for _ in range(2)]
    async with post.delivering():
        for number in range(1, MOST_DELIVERY_ATTEMPTS + 1):
            await post.receiver.until(number)
            await post.free()
            await post.let_pass(timedelta(hours=10))
        first, second = await post.settled(made.callback.id, "failed", "delivered")
    assert [got.event["data"]["job_id"] for got in post.receiver.received] == [
        *[jobs[0]] * MOST_DELIVERY_ATTEMPTS,
        jobs[1],
    ]
    assert (first.attempts, first.last_status) == (MOST_DELIVERY_ATTEMPTS, 500)
    assert second.attempts == 1


async def test_a_callback_that_keeps_failing_is_disabled_and_gets_nothing_more(post: Post) -> None:
    made = await post.callback()
    post.receiver.always = FAILED
    async with post.delivering():
        await post.road.ask()
        await post.road.ask()
        for number in range(1, MOST_DELIVERY_ATTEMPTS + 1):
            await post.receiver.until(number)
            await post.free()
            await post.let_pass(timedelta(hours=10))
        await post.settled(made.callback.id, "failed", "abandoned")
        await post.road.ask()
        await asyncio.sleep(0.3)
    callback = await post.see(made.callback.id)
    assert not callback.enabled
    assert callback.disabled_reason is not None
    assert f"{MOST_DELIVERY_ATTEMPTS} attempts failed" in callback.disabled_reason
    assert len(post.receiver.received) == MOST_DELIVERY_ATTEMPTS


async def test_410_ends_it_at_once(post: Post) -> None:
    made = await post.callback()
    post.receiver.always = status(410)
    await post.road.ask()
    await post.road.ask()
    async with post.delivering():
        await post.settled(made.callback.id, "failed", "abandoned")
        await asyncio.sleep(0.2)
    assert len(post.receiver.received) == 1
    assert (await post.see(made.callback.id)).disabled_reason == "It answered 410 Gone."


async def test_a_receiver_may_ask_to_be_left_alone_for_longer(post: Post) -> None:
    made = await post.callback()
    post.receiver.answers = [status(429, "Retry-After: 3600")]
    await post.road.ask()
    async with post.delivering():
        (delivery,) = await post.attempted(made.callback.id)
    assert delivery.next_attempt_at is not None
    assert delivery.next_attempt_at - post.database.clock() > timedelta(minutes=59)


@pytest.mark.parametrize("answer", [hang, b"", status(302, "Location: https://elsewhere.example/")])
async def test_who_hangs_breaks_off_or_sends_elsewhere_has_failed(post: Post, answer: Any) -> None:
    made = await post.callback()
    post.receiver.answers = [answer]
    await post.road.ask()
    async with post.delivering(seconds=0.5):
        (delivery,) = await post.attempted(made.callback.id)
        assert (delivery.state, delivery.attempts) == ("pending", 1)
        assert delivery.last_error
        await post.let_pass(timedelta(minutes=1))
        await post.settled(made.callback.id, "delivered")


async def test_a_slow_receiver_holds_up_no_other(post: Post) -> None:
    await post.callback(path="/slow")
    post.receiver.answers = [slow(1.5, status(204))]
    await post.road.ask()
    async with post.delivering():
        await post.receiver.until(1)
        await post.callback(path="/quick")
        began = asyncio.get_running_loop().time()
        await post.road.ask()
        _, quick = await post.receiver.until(2)
    assert quick.target == "/quick"
    assert quick.at - began < 1


async def test_a_rotation_loses_nobody(post: Post) -> None:
    made = await post.callback()
    async with post.delivering():
        await post.road.ask()
        await post.receiver.until(1)
        rotated = await post.do(lambda unit: unit.callbacks.rotate_secret(post.road.actor, made.callback.id))
        await post.road.ask()
        _, both = await post.receiver.until(2)
        await post.free()
        await post.let_pass(timedelta(hours=25))
        await post.road.ask()
        *_, new = await post.receiver.until(3)
    assert both.verified_by(made.secret) == both.verified_by(rotated.secret)
    assert new.headers["webhook-signature"].count("v1,") == 1
    assert new.verified_by(rotated.secret)


async def test_a_test_and_a_redelivery_are_sent_like_any_other(post: Post) -> None:
    made = await post.callback("job.settled")
    actor, id_ = post.road.actor, made.callback.id
    async with post.delivering():
        await post.do(lambda unit: unit.callbacks.test(actor, id_))
        (delivery,) = await post.settled(id_, "delivered")
        await post.do(lambda unit: unit.callbacks.redeliver(actor, id_, delivery.id))
        await post.receiver.until(2)
        await post.settled(id_, "delivered")
    first, second = post.receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert second.verified_by(made.secret)["type"] == "callback.test"
    assert first.event["data"] == {"callback_id": str(id_), "guild_id": post.road.guild_id}


async def test_a_target_that_may_no_longer_be_called_is_not(post: Post) -> None:
    made = await post.callback()
    post.database.callback_rules = CallbackRules()
    await post.road.ask()
    async with post.delivering():
        (delivery,) = await post.attempted(made.callback.id)
    assert (delivery.state, delivery.last_status) == ("pending", None)
    assert "may be called" in str(delivery.last_error)
    assert post.receiver.received == []


async def test_what_is_deleted_while_it_is_sent_troubles_nobody(post: Post) -> None:
    made = await post.callback(path="/gone")
    post.receiver.answers = [slow(0.3, FAILED)]
    await post.road.ask()
    async with post.delivering():
        await post.receiver.until(1)
        await post.do(lambda unit: unit.callbacks.delete(post.road.actor, made.callback.id))
        await post.callback(path="/next")
        await post.road.ask()
        *_, got = await post.receiver.until(2)
        assert got.target == "/next"


async def test_what_was_disabled_and_enabled_again_gets_what_happens_from_then_on(post: Post) -> None:
    made = await post.callback()
    actor, id_ = post.road.actor, made.callback.id
    await post.do(lambda unit: unit.callbacks.edit(actor, id_, CallbackChanges(enabled=False)))
    await post.road.ask()
    await post.do(lambda unit: unit.callbacks.edit(actor, id_, CallbackChanges(enabled=True)))
    job = await post.road.ask()
    async with post.delivering():
        await post.settled(id_, "delivered")
    assert [got.event["data"]["job_id"] for got in post.receiver.received] == [str(job.id)]


async def test_what_cannot_be_signed_is_not_sent_until_there_is_a_new_secret(
    post: Post, tmp_path: Path
) -> None:
    made = await post.callback()
    people = post.database.people
    post.database.people = replace(people, keyring=Keyring.at(tmp_path / "another.json"))
    await post.road.ask()
    async with post.delivering():
        (delivery,) = await post.attempted(made.callback.id)
        assert (delivery.state, delivery.last_status) == ("pending", None)
        assert "rotate-secret" in str(delivery.last_error)
        assert post.receiver.received == []
        rotated = await post.do(lambda unit: unit.callbacks.rotate_secret(post.road.actor, made.callback.id))
        await post.let_pass(timedelta(minutes=1))
        (got,) = await post.receiver.until(1)
    assert got.verified_by(rotated.secret)["type"] == "job.queued"
