"""What an earlier worker did at Discord, and did not live to write down, was done."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.actions.payloads import Action, GuildLeave, MemberKick
from core.jobs.schemas import Claim, Job
from tests.bot.conftest import Discord, seen
from tests.bot.road import Road, bot_on, database_at, in_step, owner_of
from workers.journal import LedgerJournal

SPEC: dict[str, Any] = {"name": "Harbour", "owner": "olga", "members": [{"username": "ken"}]}
LEASE = 0.2


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
    journal = LedgerJournal(road.database, claim, LEASE, lambda: False)
    return job, journal._reason(step_id)


async def ended(road: Road, job: Job) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda job: job.is_settled, within=15.0)


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
