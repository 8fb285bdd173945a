"""In which order jobs are claimed: one structural job a guild, nobody starves, and a pause holds everything."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.discord.permissions import ALL
from core.errors import Conflict, Forbidden
from core.jobs.errors import GuildBusy
from core.jobs.schemas import Claim, ClaimTerms, Job
from tests.builders.core import member, powers, snapshot
from tests.builders.jobs import MAKE, STRUCTURAL
from tests.fixtures.patience import PATIENCE
from tests.workers.conftest import Road

URGENT = replace(MAKE, priority=1)


async def claim(road: Road, **terms: Any) -> str | None:
    async with road.database.unit() as unit:
        claim = await unit.ledger.claim("bot", "tests", 45.0, ClaimTerms(**terms))
    return None if claim is None else str(claim.job.id)


async def another_guild(road: Road) -> str:
    seen = snapshot()
    async with road.database.unit() as unit:
        await unit.guilds.store(seen, powers(seen), vouched=True)
    return seen.guild_id


async def ask_structural(road: Road, things: int = 1, **options: Any) -> Job:
    return await road.ask(things, spec=STRUCTURAL, **options)


async def run_to_its_end(road: Road, job: Job) -> None:
    async with road.database.unit() as unit:
        held = Claim(job=await unit.jobs.get(road.actor, job.id), number=1)
        await unit.ledger.settle(held, "succeeded")


async def write(road: Road, statement: str, **values: Any) -> None:
    """Past the services: what only time, or another part of the product, would bring about."""
    async with road.database.engines.writing.begin() as connection:
        await connection.execute(text(statement), values)


async def grow_older(road: Road, job: Job, seconds: int) -> None:
    await write(
        road,
        "UPDATE jobs SET created_at = created_at - make_interval(secs => :seconds) WHERE id = :id",
        id=job.id,
        seconds=seconds,
    )


async def test_a_backlog_of_one_guild_does_not_keep_another_waiting(road: Road) -> None:
    crowd = [await road.ask() for _ in range(5)]
    other = await road.ask(guild_id=await another_guild(road))
    claimed = [await claim(road) for _ in range(3)]
    assert claimed == [str(crowd[0].id), str(other.id), str(crowd[1].id)]


async def test_a_guild_runs_no_more_jobs_at_once_than_it_may(road: Road) -> None:
    jobs = [await road.ask() for _ in range(3)]
    assert [await claim(road, per_guild=2) for _ in range(3)] == [str(jobs[0].id), str(jobs[1].id), None]
    async with road.database.read() as unit:
        assert (await unit.ledger.outlook("bot", ClaimTerms(per_guild=2)))[0] == 0
        assert (await unit.ledger.outlook("bot", ClaimTerms(per_guild=3)))[0] == 1


async def test_priority_is_a_head_start_and_not_a_right_of_way(road: Road) -> None:
    ordinary = await road.ask()
    urgent = await road.ask(spec=URGENT)
    await grow_older(road, ordinary, 20)
    assert await claim(road) == str(urgent.id)
    second = await road.ask(spec=URGENT)
    await grow_older(road, ordinary, 20)
    assert [await claim(road), await claim(road)] == [str(ordinary.id), str(second.id)]


async def test_what_needs_the_guild_to_itself_waits_its_turn_where_that_was_asked_for(road: Road) -> None:
    first = await ask_structural(road)
    with pytest.raises(GuildBusy, match=str(first.id)):
        await ask_structural(road)
    second = await ask_structural(road, on_conflict="queue", things=2)
    third = await ask_structural(road, on_conflict="queue", things=3)
    assert (second.state, second.waiting_for) == ("waiting", "guild_lock")
    assert [await claim(road), await claim(road)] == [str(first.id), None]
    await run_to_its_end(road, first)
    assert [await claim(road), await claim(road)] == [str(second.id), None]
    await run_to_its_end(road, second)
    assert await claim(road) == str(third.id)


async def test_a_job_that_waits_in_the_middle_of_its_work_keeps_its_guild(road: Road) -> None:
    first = await ask_structural(road)
    await ask_structural(road, on_conflict="queue", things=2)
    async with road.database.unit() as unit:
        held = await unit.ledger.claim("bot", "tests", 45.0)
        assert held is not None
        await unit.ledger.wait(held, "rate_limit", datetime.now(UTC) + timedelta(hours=1), burn=False)
    assert await claim(road) is None
    assert (await road.see(first)).waiting_for == "rate_limit"


async def test_the_very_same_work_can_be_taken_part_in(road: Road) -> None:
    first = await ask_structural(road, things=2)
    assert (await ask_structural(road, on_conflict="attach", things=2)).id == first.id
    with pytest.raises(GuildBusy):
        await ask_structural(road, on_conflict="attach", things=3)


async def test_a_worker_that_has_enough_long_work_takes_only_short(road: Road) -> None:
    await ask_structural(road)
    short = await road.ask()
    assert await claim(road, structural=False) == str(short.id)
    assert await claim(road, structural=False) is None


async def test_slots_that_claim_at_the_same_moment_keep_the_limits_together(road: Road) -> None:
    """Ten slots wake for a crowd: no more of one guild run than it may, and room is left for what is short."""
    at_once, full = {"all": 0, "most": 0}, asyncio.Event()

    async def count() -> None:
        at_once["all"] += 1
        at_once["most"] = max(at_once["most"], at_once["all"])
        if at_once["all"] == 2:
            full.set()
        await asyncio.wait_for(full.wait(), PATIENCE)
        await asyncio.sleep(0.05)
        at_once["all"] -= 1

    road.things.before = count
    for _ in range(6):
        await road.ask()
    hands = road.running(per_guild=2)
    await asyncio.gather(*(hands.run_until_none() for _ in range(6)))
    assert at_once["most"] == 2
    at_once["most"] = 0
    full.clear()
    for _ in range(6):
        await ask_structural(road, guild_id=await another_guild(road))
    hands = road.running(structural=2)
    await asyncio.gather(*(hands.run_until_none() for _ in range(6)))
    assert at_once["most"] == 2


async def test_while_it_is_paused_nothing_is_claimed_and_nothing_is_lost(road: Road) -> None:
    job = await road.ask()
    async with road.database.unit() as unit:
        await unit.pauses.pause(road.actor, "moving house")
    assert await claim(road) is None
    with pytest.raises(Conflict, match="paused by owner"):
        async with road.database.unit() as unit:
            await unit.pauses.pause(road.actor, None)
    async with road.database.unit() as unit:
        await unit.pauses.resume(road.actor)
    assert await claim(road) == str(job.id)
    with pytest.raises(Conflict, match="not paused"):
        async with road.database.unit() as unit:
            await unit.pauses.resume(road.actor)


async def test_only_the_owner_pauses(road: Road) -> None:
    with pytest.raises(Forbidden):
        async with road.database.unit() as unit:
            await unit.pauses.pause(member(road.guild_id, ALL), None)


@pytest.mark.parametrize("state", ["suspended", "left", "banned", "pending", "rejected"])
async def test_a_guild_that_is_not_approved_any_more_is_left_alone(road: Road, state: str) -> None:
    job = await road.ask()
    await write(road, "UPDATE guilds SET state = :state WHERE id = :id", id=int(road.guild_id), state=state)
    await road.running().run_until_none()
    seen = await road.see(job)
    assert seen.error is not None
    assert (seen.state, seen.error.code, road.things.made) == ("failed", f"guild_{state}", [])
