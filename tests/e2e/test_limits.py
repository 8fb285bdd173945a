"""A rate limit of Discord's is a state of the job that met it, and nobody else's."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from api.demo.client import Refused
from core.processes import OwnProcess
from tests.e2e.guilds import new_post, picked_up, send
from tests.e2e.road import Road, Trip, until
from tests.fixtures.size import sized

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOO_MANY_REQUESTS = 429
TWO_DAYS = 172_800
GLOBAL_SECONDS = sized(small=7, soak=60)
"""Longer than what the bot waits for without giving the job back."""
MESSAGES = sized(small=20, soak=200)
ROLES_MADE_BEFORE = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(road: Road) -> OwnProcess:
    """One for all, until the last test kills it."""
    await road.new_guild()
    return await road.start_bot()


@pytest_asyncio.fixture(loop_scope="module")
async def trip(road: Road, bot: OwnProcess) -> AsyncIterator[Trip]:
    """A guild of the test's own and a plan for it; faults end with the test."""
    yield await road.trip(await road.new_guild())
    await road.sim("DELETE", "/faults")


async def waits_for_limit(road: Road, job_id: str) -> dict[str, Any]:
    """The job, once it says so."""

    async def says_so() -> bool:
        job = await road.told(job_id)
        return (job["state"], job["waiting_for"]) == ("waiting", "rate_limit")

    await until(says_so)
    return await road.told(job_id)


async def test_who_asks_after_a_limited_job_was_cancelled_waits_for_the_same_limit_and_asks_nobody(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    roles = f"/guilds/{trip.guild_id}/roles"
    limit = {"kind": "429", "retry_after": TWO_DAYS, "count": 1000, "method": "POST", "route": roles}
    await road.sim("POST", "/faults", limit)
    first = (await road.client.apply(trip.plan)).id
    job = await waits_for_limit(road, first)
    await road.http.post(f"/jobs/{first}/cancel")
    plan = await road.client.plan(trip.guild_id, trip.template)
    second = await waits_for_limit(road, (await road.client.apply(plan)).id)
    apart = datetime.fromisoformat(second["resume_at"]) - datetime.fromisoformat(job["resume_at"])
    assert abs(apart) < timedelta(seconds=5)
    assert await road.requests("POST", roles) == 1


async def test_a_bucket_that_an_answer_called_drained_is_not_asked_again(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    """Without a single refusal: the headers of the last call that was allowed say it."""
    rule = {"count": 3, "seconds": TWO_DAYS, "routes": ["POST /guilds/{guild_id}/roles"]}
    await road.sim("PUT", "/limits", {"profile": "free", "buckets": [rule]})
    try:
        job = await waits_for_limit(road, (await road.client.apply(trip.plan)).id)
        left = datetime.fromisoformat(job["resume_at"]) - datetime.now(UTC)
        assert left > timedelta(hours=47, minutes=55)
        assert await road.requests("POST", f"/guilds/{trip.guild_id}/roles") == 3
    finally:
        await road.sim("PUT", "/limits", {"profile": "free"})


async def test_after_a_global_limit_every_route_works_again(road: Road, bot: OwnProcess) -> None:
    post = await new_post(road, members=1)
    refused_before = await refusals(road)
    limit = {"kind": "429", "global": True, "retry_after": GLOBAL_SECONDS, "count": 1}
    await road.sim("POST", "/faults", limit)
    begun = time.monotonic()
    met = await send(road, post, "the first to meet it")
    job = await waits_for_limit(road, met)
    assert job["attempts"] == 0
    others = [
        await send(road, post, "another route"),
        await road.ask(post.guild_id, "role.grant", role_id=post.role_id, member_ids=post.member_ids),
        await road.ask(post.guild_id, "channel.lock", channel_id=post.channel_id),
    ]
    for other in others:
        await waits_for_limit(road, other)
    assert time.monotonic() - begun < GLOBAL_SECONDS, "this was slower than the limit is long"
    await asyncio.sleep(max(0.0, GLOBAL_SECONDS + 1 - (time.monotonic() - begun)))
    for job_id in (met, *others):
        job = await road.ended(job_id)
        assert job["state"] == "succeeded", job["error"]
        assert job["attempts"] == 1
    assert await refusals(road) - refused_before == 1, "nothing was sent while it stood"


async def refusals(road: Road) -> int:
    calls = (await road.sim("GET", "/requests"))["items"]
    return sum(call["status"] == TOO_MANY_REQUESTS for call in calls)


async def test_a_limit_of_two_days_on_one_guilds_roles_holds_up_nothing_else(
    road: Road, trip: Trip, bot: OwnProcess
) -> None:
    other, roles = await new_post(road), f"/guilds/{trip.guild_id}/roles"
    before = await picked_up(road, other, MESSAGES)
    limit = {"kind": "429", "retry_after": TWO_DAYS, "after": ROLES_MADE_BEFORE, "count": 1000}
    await road.sim("POST", "/faults", limit | {"method": "POST", "route": roles})
    limited = (await road.client.apply(trip.plan)).id
    job = await waits_for_limit(road, limited)
    left = datetime.fromisoformat(job["resume_at"]) - datetime.now(UTC)
    assert timedelta(hours=47, minutes=55) < left <= timedelta(hours=48)
    assert job["attempts"] == 0, "a limit is no attempt"
    assert job["progress"]["done"] >= ROLES_MADE_BEFORE
    met = await road.requests("POST", roles)
    assert met == ROLES_MADE_BEFORE + 1

    during = await picked_up(road, other, MESSAGES)
    assert during.median < max(3 * before.median, 0.25)
    assert during.p95 < max(3 * before.p95, 0.5)
    await its_reads_and_messages_go_on(road, trip)
    with pytest.raises(Refused, match="guild_busy"):
        await road.client.apply(await road.client.plan(trip.guild_id, trip.template))
    await bot.kill()
    back = await road.start_bot()
    try:
        await its_reads_and_messages_go_on(road, trip)
        assert (await waits_for_limit(road, limited))["resume_at"] == job["resume_at"]
        assert await road.requests("POST", roles) == met, "nothing has asked the drained bucket again"
        cancelled = await road.http.post(f"/jobs/{limited}/cancel")
        assert cancelled.json()["state"] == "cancelled", cancelled.text
    finally:
        await back.kill()


async def its_reads_and_messages_go_on(road: Road, trip: Trip) -> None:
    guild = trip.guild_id
    channels = (await road.sim("GET", f"/guilds/{guild}"))["channels"]
    channel = next(each["id"] for each in channels if each["type"] == 0)
    asked = [
        await road.ask(guild, "message.send", channel_id=channel, content="still here"),
        await road.ask(guild, "guild.sync"),
    ]
    for job_id in asked:
        job = await road.ended(job_id)
        assert job["state"] == "succeeded", job["error"]
