"""A guild in which an owner of the installation is an administrator is approved when the bot joins; others wait."""

from typing import Any

import pytest

from core.uow import Database
from tests.bot.conftest import Discord, seen
from tests.bot.road import bot_on, database_at

KEEPERS = {"name": "Keepers", "permissions": ["ADMINISTRATOR"]}
CREW = {"name": "Crew", "permissions": ["MANAGE_GUILD"]}


def harbour(**more: Any) -> dict[str, Any]:
    return {
        "name": "Harbour",
        "owner": "olga",
        "roles": [KEEPERS, CREW],
        "channels": [{"name": "log"}],
        **more,
    }


async def state_of(database: Database, guild_id: str) -> str:
    async def look() -> str | None:
        async with database.read() as unit:
            return await unit.guilds.state_of(guild_id)

    found = await seen(look, bool)
    return str(found)


@pytest.mark.parametrize(
    ("spec", "state"),
    [
        ({"name": "Harbour", "channels": [{"name": "log"}]}, "approved"),
        (harbour(members=[{"username": "owner", "roles": ["Keepers"]}]), "approved"),
        (harbour(members=[{"username": "owner", "roles": ["Crew"]}]), "pending"),
        (harbour(members=[{"username": "grace", "roles": ["Keepers"]}]), "pending"),
        (harbour(), "pending"),
    ],
    ids=["theirs", "administrator", "manager", "administrator who owns nothing", "stranger"],
)
async def test_it_is_approved_if_an_owner_is_its_administrator(
    discord: Discord, database_url: str, redis_url: str, spec: dict[str, Any], state: str
) -> None:
    before = await discord.make(spec)
    async with database_at(database_url) as database, bot_on(discord, database, redis_url):
        later = await discord.make(spec)
        for made in (before, later):
            assert await state_of(database, str(made["id"])) == state
