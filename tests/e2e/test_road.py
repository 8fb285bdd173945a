"""What must hold on the road from an HTTP request to Discord when something on the way is away, dies or forgets."""

import asyncio
import random
import signal
import time

import pytest
import redis.asyncio

from api.demo.answers import Job
from core.processes import OwnProcess
from tests.e2e.road import Road, Trip, until
from tests.fixtures.size import SEED, sized

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOMENTS = random.Random(SEED).sample(range(1, 110), sized(small=1, soak=25))


async def arrives(road: Road, trip: Trip, job: Job) -> None:
    """The job ends well: everything is there, and nothing twice."""
    done = await road.client.settled(job.id)
    assert done.state == "succeeded", (done.state, done.error)
    assert await road.wrong(trip) == []


async def test_a_job_waits_for_a_bot_that_is_away_and_runs_when_it_comes(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    await bot.terminate()
    job = await road.client.apply(trip.plan)

    async def says_so() -> bool:
        told = await road.client.job(job.id)
        return (told.state, told.waiting_for) == ("waiting", "bot")

    await until(says_so)
    assert await road.created(trip, "channel") == 0
    back = await road.start_bot()
    try:
        await arrives(road, trip, job)
    finally:
        await back.kill()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_bot_killed_between_two_calls_goes_on_where_it_was(
    road: Road, trip: Trip, bot: OwnProcess, moment: int
) -> None:
    job = await road.client.apply(trip.plan)

    async def came_so_far() -> bool:
        return (await road.client.job(job.id)).progress.done >= moment

    await until(came_so_far)
    await bot.kill()
    assert (await road.client.job(job.id)).state == "running", "it was on its way"
    await goes_on(road, trip, job)


@pytest.mark.parametrize(
    ("kind", "after"),
    [("role", 2), ("channel", 9), *[("channel", n) for n in range(sized(small=0, soak=9))]],
)
async def test_what_was_made_just_before_the_bot_was_killed_is_not_made_again(
    road: Road, trip: Trip, bot: OwnProcess, kind: str, after: int
) -> None:
    """The sharpest moment: Discord has made it, and the bot dies before it hears of it."""
    route = f"/guilds/{{guild_id}}/{kind}s"
    fault = {"kind": "slow", "method": "POST", "route": route, "after": after, "delay": 30, "effect": True}
    await road.sim("POST", "/faults", fault)
    job = await road.client.apply(trip.plan)

    async def is_made() -> bool:
        return await road.created(trip, kind) == after + 1

    await until(is_made)
    await bot.kill()
    await road.sim("DELETE", "/faults")
    await goes_on(road, trip, job)


async def goes_on(road: Road, trip: Trip, job: Job) -> None:
    """With another bot."""
    back = await road.start_bot()
    try:
        await arrives(road, trip, job)
    finally:
        await back.kill()


async def test_a_redis_emptied_between_commit_and_pick_up_delays_a_job_by_three_seconds_at_most(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    bot.send_signal(signal.SIGSTOP)
    job = await road.client.apply(trip.plan)
    connection = redis.asyncio.Redis.from_url(road.redis_url)
    assert await connection.zcard("guildwright:bot") == 1, "its message was waiting to be picked up"
    await connection.flushall()
    await connection.aclose()
    bot.send_signal(signal.SIGCONT)
    begun = time.monotonic()

    async def runs() -> bool:
        return (await road.client.job(job.id)).started_at is not None

    await until(runs)
    assert time.monotonic() - begun < 3
    await arrives(road, trip, job)


async def test_a_redis_emptied_again_and_again_repeats_nothing(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    connection = redis.asyncio.Redis.from_url(road.redis_url)
    job = await road.client.apply(trip.plan)
    ended = asyncio.create_task(road.client.settled(job.id))
    while not ended.done():
        await connection.flushall()
        await asyncio.sleep(0.05)
    await connection.aclose()
    await arrives(road, trip, job)
