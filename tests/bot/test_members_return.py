"""After a raid members get back the roles that they had, also those that had to be made again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.errors import Invalid
from core.guilds.options import GuildOptionsChanges
from core.jobs.schemas import Job, JobFilter
from core.paging import Paging

from .conftest import Discord, seen
from .road import Road, bot_on, database_at, in_step, owner_of

GUILD: dict[str, Any] = {
    "name": "Harbour",
    "owner": "olga",
    "roles": [{"name": "Crew"}, {"name": "Mate"}, {"name": "Guest"}],
    "channels": [{"name": "log"}],
    "members": [
        {"username": "ada", "roles": ["Crew", "Mate"]},
        {"username": "grace", "roles": ["Crew"]},
        {"username": "linus"},
    ],
}


@pytest.fixture
async def road(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    guild = await discord.make(GUILD)
    async with database_at(database_url) as database:
        owner = await owner_of(database)
        async with bot_on(discord, database, redis_url) as bot:
            await in_step(database, owner, guild["id"])
            yield Road(discord, guild, database, owner, bot)


async def settled(road: Road, job_id: Any) -> Job:
    async def look() -> Job:
        async with road.database.read() as unit:
            return await unit.jobs.get(road.owner, job_id)

    job = await seen(look, lambda found: found.is_settled)
    assert job.result is not None, job.error
    return job


async def captured(road: Road, *, members: bool) -> Any:
    async with road.database.unit() as unit:
        job = await unit.snapshots.request_capture(road.owner, road.guild_id, members=members)
    result = (await settled(road, job.id)).result
    assert result is not None
    return result["snapshot_id"]


async def names_of_roles(road: Road) -> dict[str, set[str]]:
    dump = await road.discord.dump(road.guild_id)
    names = {role["id"]: role["name"] for role in dump["roles"]}
    people = {str(user_id): name for name, user_id in road.guild["members"].items()}
    return {
        people[member["user"]["id"]]: {names[role_id] for role_id in member["roles"]}
        for member in dump["members"]
        if member["user"]["id"] in people
    }


async def test_members_get_their_roles_back_through_the_map_of_ids(road: Road) -> None:
    async with road.database.unit() as unit:
        await unit.guild_options.edit(road.owner, road.guild_id, GuildOptionsChanges(keep_member_roles=True))
    snapshot = await captured(road, members=True)
    roles, people = road.guild["roles"], road.guild["members"]
    await road.by_hand("DELETE", f"/guilds/{road.guild_id}/roles/{roles['Crew']}")
    mate = f"/guilds/{road.guild_id}/members/{people['ada']}/roles/{roles['Mate']}"
    guest = f"/guilds/{road.guild_id}/members/{people['linus']}/roles/{roles['Guest']}"
    for method, path in (("DELETE", mate), ("PUT", guest)):
        edit = {"guild_id": road.guild_id, "user": "olga", "method": method, "path": path}
        async with road.discord.http.post(f"{road.discord.base}/_sim/edits", json=edit) as answer:
            assert answer.ok, await answer.text()
    async with road.database.unit() as unit:
        plan = await unit.plans.create_rollback(road.owner, road.guild_id, snapshot, members=True)
        job = await unit.plans.request_apply(road.owner, plan.id)
    applied = (await settled(road, job.id)).result
    assert applied is not None
    assert list(applied["id_map"]) == [roles["Crew"]]
    returned = (await settled(road, applied["members_job_id"])).result
    assert returned is not None
    assert (returned["restored"], returned["absent"], returned["failed"]) == (3, 0, [])
    now = await names_of_roles(road)
    assert (now["ada"], now["grace"], now["linus"]) == ({"Crew", "Mate"}, {"Crew"}, set())
    writes = road.discord.writes("PATCH", "/guilds/{guild_id}/members/{user_id}")
    assert writes == 3


async def test_a_snapshot_without_members_says_so_before_anything_is_planned(road: Road) -> None:
    snapshot = await captured(road, members=False)
    with pytest.raises(Invalid, match="keep_member_roles"):
        async with road.database.unit() as unit:
            await unit.plans.create_rollback(road.owner, road.guild_id, snapshot, members=True)
    async with road.database.read() as unit:
        found = await unit.jobs.list(road.owner, JobFilter(kind="template.apply"), Paging())
    assert found.items == ()
