"""What an earlier worker did at Discord, and did not live to write down, was done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.actions.nonce import nonce_of
from core.actions.payloads import Action, GuildLeave, MemberKick, MemberTimeout, MessageSend
from core.discord.messages import MessageFields
from core.jobs.schemas import Claim, Job
from tests.bot.conftest import Discord, seen
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from workers.journal import LedgerJournal
from workers.lease import Lease

SPEC: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "channels": [{"name": "log"}],
    "members": [{"username": "ken"}],
}
LEASE = 1.0


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(SPEC)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def intended_by_one_who_died(road: Road, action: Action, step_id: str) -> tuple[Job, str]:
    """The job, claimed before anybody else could see it, and the reason of its step."""
    async with road.database.unit() as unit:
        job = await unit.actions.request(road.owner, road.guild_id, action)
        claim = await unit.ledger.claim("bot", "dead", LEASE)
        assert isinstance(claim, Claim)
        await unit.ledger.intend(claim, LEASE, step_id, "doing it", once=True)
    journal = LedgerJournal(road.database, claim, Lease(LEASE), lambda: False)
    return job, journal._reason(step_id)


async def ended(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda job: job.is_settled)


async def test_a_member_who_is_gone_because_of_this_job_was_kicked(road: Road) -> None:
    ken = str(road.guild["members"]["ken"])
    job, reason = await intended_by_one_who_died(road, MemberKick(member_ids=(ken,)), f"kick:{ken}")
    await road.bot.gateway.kick(road.guild_id, ken, reason=reason)
    done = await ended(road, job)
    assert (done.state, done.error) == ("succeeded", None)
    assert done.result is not None
    assert done.result["members"] == [{"member_id": ken, "state": "done", "code": None, "message": None}]


async def test_a_guild_that_was_left_by_this_job_was_left(road: Road) -> None:
    job, _ = await intended_by_one_who_died(road, GuildLeave(), "leave")
    await road.bot.gateway.leave_guild(road.guild_id)

    async def state() -> str | None:
        async with road.database.read() as unit:
            return await unit.guilds.state_of(road.guild_id)

    assert await seen(state, lambda found: found == "left") == "left"
    done = await ended(road, job)
    assert (done.state, done.error) == ("succeeded", None)


async def test_one_message_is_not_taken_for_what_two_jobs_have_sent(road: Road) -> None:
    """Both say the same, both workers died, one of them had sent it, and Discord has forgotten the nonce."""
    road.database.clock = lambda: datetime.now(UTC) + timedelta(hours=1)
    log = str(road.guild["channels"]["log"])
    action = MessageSend(channel_id=log, content="ahoy")
    first, _ = await intended_by_one_who_died(road, action, "send")
    second, _ = await intended_by_one_who_died(road, action, "send")
    await road.bot.gateway.send_message(
        road.guild_id, log, MessageFields(content="ahoy"), nonce=nonce_of(first.id)
    )
    jobs = [await ended(road, job) for job in (first, second)]
    assert [(job.state, job.error) for job in jobs] == [("succeeded", None)] * 2
    told = {(job.result or {})["message_id"] for job in jobs}
    assert told == {each["id"] for each in (await road.discord.dump(road.guild_id))["messages"][log]}
    assert len(told) == 2


async def test_a_time_out_that_a_dead_job_has_set_is_not_set_again_when_it_is_asked_for_once_more(
    road: Road,
) -> None:
    """The job begins anew, a while later, and what it may have done before counts from when it began before."""
    ken, week = str(road.guild["members"]["ken"]), timedelta(days=7)
    action = MemberTimeout(member_ids=(ken,), seconds=int(week.total_seconds()))
    async with road.database.unit() as unit:
        job = await unit.actions.request(road.owner, road.guild_id, action)
        claim = await unit.ledger.claim("bot", "dead", 45.0)
        assert isinstance(claim, Claim)
        await unit.ledger.intend(claim, 45.0, f"timeout:{ken}", "doing it", once=True)
    assert claim.job.started_at is not None
    until = claim.job.started_at + week
    await road.bot.gateway.time_out(road.guild_id, ken, until, reason="it was this job")
    async with road.database.unit() as unit:
        await unit.ledger.settle(claim, "dead")
    await asyncio.sleep(2.5)  # more than clocks may differ
    async with road.database.unit() as unit:
        await unit.jobs.retry(road.owner, job.id)
    assert (await ended(road, job)).state == "succeeded"
    assert road.discord.writes("PATCH", "/guilds/{guild_id}/members/{user_id}") == 1
