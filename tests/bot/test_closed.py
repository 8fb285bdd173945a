"""In a guild that is not approved every command says who can change that; owners decide by command."""

from collections.abc import AsyncIterator
from typing import NoReturn

import pytest

from core.audit.schemas import AuditFilter
from core.paging import Paging
from tests.bot.conftest import Discord, seen
from tests.bot.road import GUILD, Road, bot_on, database_at, owner_of, words

AUDIT = AuditFilter(action="guild")
COMMANDS = ("template list", "template drift", "guildwright status", "template capture")


@pytest.fixture
async def strangers(discord: Discord, database_url: str, redis_url: str) -> AsyncIterator[Road]:
    """A guild of olga's, in which nobody owns the installation but the one who can press anything there."""
    made = await discord.make(GUILD)
    async with database_at(database_url) as database, bot_on(discord, database, redis_url) as bot:
        road = Road(discord, made, database, await owner_of(database), bot)

        async def state() -> str | None:
            return await state_of(road)

        await seen(state, bool)
        yield road


async def state_of(road: Road) -> str | None:
    async with road.database.read() as unit:
        return await unit.guilds.state_of(road.guild_id)


async def test_every_command_says_who_approves_it_and_how_until_somebody_has(strangers: Road) -> None:
    assert await state_of(strangers) == "pending"
    for name in COMMANDS:
        told = words(await strangers.command("ada", name))
        assert "waits to be approved" in told, name
        assert "<@" in told
        assert "`/guild approve`" in told
    assert await strangers.jobs() == ()
    told = words(await strangers.command("owner", "guild approve", reason="A friend's"))
    assert "is approved" in told
    assert await state_of(strangers) == "approved"
    assert "waits" not in words(await strangers.command("ada", "template list"))


async def test_an_administrator_of_the_guild_alone_decides_nothing(strangers: Road) -> None:
    for name in ("guild approve", "guild reject", "guild suspend", "guild ban"):
        assert "Only the owner of this installation" in words(await strangers.command("ada", name))
    assert await state_of(strangers) == "pending"


async def test_why_it_was_suspended_is_said_as_it_was_written(strangers: Road) -> None:
    await strangers.command("owner", "guild approve")
    await strangers.command("owner", "guild suspend", reason="Too *loud*")
    told = words(await strangers.command("ada", "template list"))
    assert "is suspended: Too *loud*" in told
    assert await state_of(strangers) == "suspended"


async def test_while_postgresql_is_away_a_command_is_still_answered(
    strangers: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> NoReturn:
        raise OSError("PostgreSQL is away")

    monkeypatch.setattr(strangers.database, "read", away)
    assert "Something went wrong on this side" in words(await strangers.command("ada", "template list"))


async def test_what_is_decided_by_command_is_in_the_audit_log_as_the_persons(strangers: Road) -> None:
    await strangers.command("owner", "guild reject", reason="Nobody knows them")
    async with strangers.database.read() as unit:
        page = await unit.guilds.audit(strangers.owner, strangers.guild_id, AUDIT, Paging())
    entry = page.items[0]
    assert (entry.action, entry.actor.via, entry.actor.name) == ("guild.reject", "discord", "owner")
    assert entry.after == {"state": "rejected", "reason": "Nobody knows them"}
