"""What was given up when a callback was disabled for failing is sent once it gets things again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import CallbackChanges
from core.housekeeping.jobs import REDELIVER_GIVEN_UP
from tests.workers.keeping import keep_house
from tests.workers.post import HERE, Post
from tests.workers.receiver import status

FAILED, WELL = status(500), status(204)


async def given_up(post: Post, answer: bytes = FAILED) -> tuple[UUID, list[str]]:
    """A callback that was disabled for failing while two of its events waited, and their jobs."""
    made = await post.callback()
    post.database.callback_rules = CallbackRules(allowance=HERE, failures=2, failing_for=timedelta(hours=1))
    post.receiver.always = answer
    jobs = [str((await post.road.ask()).id) for _ in range(2)]
    async with post.delivering():
        for number in (1, 2) if answer is FAILED else (1,):
            await post.receiver.until(number)
            await post.free()
            await post.let_pass(timedelta(hours=2))
    assert not (await post.see(made.callback.id)).enabled
    post.receiver.always = WELL
    return made.callback.id, jobs


async def enable(post: Post, id_: UUID, *, enabled: bool = True) -> None:
    changes = CallbackChanges(enabled=enabled)
    await post.do(lambda unit: unit.callbacks.edit(post.road.actor, id_, changes))


async def get_something(post: Post, id_: UUID) -> None:
    await enable(post, id_)
    await post.do(lambda unit: unit.callbacks.test(post.road.actor, id_))
    async with post.delivering():
        await post.settled(id_, *[each.state for each in await post.deliveries(id_)][:-1], "delivered")


async def redelivered(post: Post) -> dict[str, int]:
    return (await keep_house(post.database, REDELIVER_GIVEN_UP))[REDELIVER_GIVEN_UP.kind]


async def test_it_is_sent_in_its_order_and_once(post: Post) -> None:
    id_, jobs = await given_up(post)
    await enable(post, id_)
    assert await redelivered(post) == {"callbacks": 0, "deliveries": 0}
    await get_something(post, id_)
    before = len(post.receiver.received)
    assert await redelivered(post) == {"callbacks": 1, "deliveries": 2}
    async with post.delivering():
        await post.settled(id_, *["delivered"] * 3)
    assert [got.event["data"]["job_id"] for got in post.receiver.received[before:]] == jobs
    assert await redelivered(post) == {"callbacks": 0, "deliveries": 0}


async def old(post: Post, id_: UUID) -> None:
    await post.let_pass(timedelta(days=3))


async def spent(post: Post, id_: UUID) -> None:
    """Each had all its attempts for itself."""
    await post.execute("UPDATE callback_deliveries SET state = 'failed' WHERE state = 'abandoned'")


async def disabled_by_hand(post: Post, id_: UUID) -> None:
    await enable(post, id_, enabled=False)


async def failing_again(post: Post, id_: UUID) -> None:
    await post.execute("UPDATE callbacks SET failures = 1")


@pytest.mark.parametrize("what", [old, spent, disabled_by_hand, failing_again])
async def test_what_is_no_news_any_more_or_would_hold_up_the_line_is_not(
    post: Post, what: Callable[[Post, UUID], Awaitable[None]]
) -> None:
    id_, _ = await given_up(post)
    await get_something(post, id_)
    await what(post, id_)
    assert await redelivered(post) == {"callbacks": 0, "deliveries": 0}


async def test_who_wants_no_more_or_was_disabled_by_hand_gets_nothing_of_that_time(post: Post) -> None:
    gone, _ = await given_up(post, status(410))
    await get_something(post, gone)
    stopped = await post.callback(path="/stopped")
    await post.road.ask()
    await enable(post, stopped.callback.id, enabled=False)
    await get_something(post, stopped.callback.id)
    assert await redelivered(post) == {"callbacks": 0, "deliveries": 0}
