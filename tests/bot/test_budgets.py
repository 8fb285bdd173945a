"""How much Discord lets be made, on the wire: what its answers told stands in the next plan, and what there is no room
for is not begun with doors closed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import utc_now
from core.discord.pace import Pace
from core.jobs.schemas import Job
from core.templates.options import DELETED
from core.templates.plan import PlanOptions
from core.templates.schemas import StoredPlan

from .conftest import Discord, seen
from .road import Road, bot_on, database_at, in_step, owner_of

CHANNELS, ROLES = "/guilds/{guild_id}/channels", "/guilds/{guild_id}/roles"
EXACT = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True)
HOUR = 3600
GUILD: dict[str, Any] = {
    "name": "Harbour",
    "roles": [{"name": "Old", "permissions": ["ADMINISTRATOR"]}],
    "members": [{"username": "grace"}],
}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, str(guild["id"]))
            road = Road(discord, guild, database, owner, bot)
            await seen(road.is_captured, bool)
            yield road


async def limit(road: Road, **table: Any) -> None:
    """Everything else is free."""
    body = {"profile": "free"} | table
    async with road.discord.http.put(f"{road.discord.base}/_sim/limits", json=body) as answer:
        assert answer.ok, await answer.text()


async def planned(road: Road, *lines: str, options: PlanOptions = EXACT) -> StoredPlan:
    template = await road.template("Harbour", "\n".join(("guildwright: 1", *lines)))
    async with road.database.unit() as unit:
        return await unit.plans.create(road.owner, road.guild_id, template.id, None, options)


def channels(*names: str) -> str:
    listed = ", ".join(f"{{key: {name}, type: text, name: {name}}}" for name in names)
    return f"channels: [{listed}]"


async def applied(road: Road, plan: StoredPlan) -> Job:
    """Once it has ended or waits."""
    async with road.database.unit() as unit:
        job = await unit.plans.request_apply(road.owner, plan.id)

    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job.id)

    return await seen(look, lambda found: found.is_settled or found.state == "waiting")


async def told(road: Road, call: Any, left: int) -> None:
    """The database knows how much is left of a budget."""

    async def look() -> Pace:
        async with road.database.read() as unit:
            return await unit.guilds.pace_of(road.guild_id)

    def is_told(pace: Pace) -> bool:
        return call in pace.budgets and pace.budgets[call].left(utc_now()) == left

    await seen(look, is_told)


def in_an_hour(moment: datetime | None) -> bool:
    return moment is not None and abs(moment - utc_now() - timedelta(hours=1)) < timedelta(minutes=10)


async def test_a_plan_says_when_it_could_finish_by_what_answers_have_told(road: Road) -> None:
    await limit(road, buckets=[{"routes": [f"POST {CHANNELS}"], "count": 3, "seconds": HOUR}])
    first = await planned(road, channels("a", "b"), options=PlanOptions())
    assert first.plan.warnings == (), "nothing has told yet"
    assert (await applied(road, first)).state == "succeeded"
    await told(road, "create_channel", 1)
    second = await planned(road, channels("a", "b", "c", "d"), options=PlanOptions())
    [warning] = second.plan.warnings
    assert (warning.code, warning.node) == ("create_budget", "d")
    assert "makes 2 channels, and Discord lets 1 more be made" in warning.message
    said = warning.message.partition("finished at ")[2][:16]
    assert in_an_hour(datetime.strptime(f"{said} +0000", "%Y-%m-%d %H:%M %z"))
    assert second.plan.expected_seconds == pytest.approx(HOUR, rel=0.2)
    enough = await planned(road, channels("a", "b", "c"), options=PlanOptions())
    assert enough.plan.warnings == ()


async def test_a_plan_waits_for_room_before_it_closes_anything(road: Road) -> None:
    await limit(road, buckets=[{"routes": [f"POST {CHANNELS}"], "count": 3, "seconds": HOUR}])
    assert (await applied(road, await planned(road, channels("a", "b"), options=PlanOptions()))).is_settled
    plan = await planned(road, channels("a", "b", "c", "d"))
    assert plan.plan.steps[0].id.endswith(":meet"), "a role is disarmed first"
    before = len(road.discord.simulator.world.journal.effects)
    job = await applied(road, plan)
    assert (job.state, job.waiting_for) == ("waiting", "rate_limit")
    assert in_an_hour(job.resume_at)
    assert len(road.discord.simulator.world.journal.effects) == before
    async with road.database.unit() as unit:
        await unit.jobs.cancel(road.owner, job.id)


async def test_a_limit_that_no_header_foretold_stands_in_the_next_plan(road: Road) -> None:
    await limit(road, resources=[{"routes": [f"POST {ROLES}"], "count": 2, "seconds": HOUR}])
    roles = "roles: [{key: x, name: X}, {key: y, name: Y}, {key: z, name: Z}]"
    job = await applied(road, await planned(road, roles, options=PlanOptions()))
    assert (job.state, job.waiting_for, in_an_hour(job.resume_at)) == ("waiting", "rate_limit", True)
    assert job.resume_at is not None
    assert job.progress.expected_at is not None
    assert job.progress.expected_at >= job.resume_at
    await told(road, "create_role", 0)
    await seen(road.roles, lambda names: {"X", "Y"} <= set(names))
    rest = await planned(road, roles, options=PlanOptions())
    [warning] = rest.plan.warnings
    assert (warning.code, warning.node) == ("create_budget", "z")
    assert "lets 0 more be made" in warning.message
