"""Stored guilds and the connection, when both move at once."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from bot.asker import Owners
from bot.stored import StoredGuilds
from core.catalog import CATALOG
from core.db import Engines
from core.discord.errors import GuildAbsent
from core.discord.gateway import DiscordGateway
from core.discord.permissions import Permission
from core.discord.types import BotPowers, Snapshot
from core.jobs.schemas import JobFilter
from core.paging import Paging
from core.policies.rules import Never
from core.uow import Database
from tests.builders.core import owner, powers, snapshot


class Cache:
    """The gateway's side: guilds come and go while somebody reads."""

    def __init__(self, *guilds: Snapshot) -> None:
        self.guilds = {guild.guild_id: guild for guild in guilds}

    async def guild_ids(self) -> frozenset[str]:
        return frozenset(self.guilds)

    async def read_guild(self, guild_id: str) -> Snapshot:
        if guild_id not in self.guilds:
            raise GuildAbsent("Not there.")
        return self.guilds[guild_id]

    async def read_powers(self, guild_id: str) -> BotPowers:
        return powers(await self.read_guild(guild_id))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    engines = Engines(database_url)
    yield Database(engines, CATALOG)
    await engines.dispose()


async def states(database: Database) -> dict[str, str]:
    async with database.read() as unit:
        return {guild.id: guild.state for guild in (await unit.guilds.list(owner())).items}


class OwnersOfAll(Owners):
    """Whoever owns a guild owns the installation."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def known(self) -> frozenset[int]:
        return frozenset(int(guild.owner_id) for guild in self._cache.guilds.values())


def watching(database: Database, cache: Cache) -> StoredGuilds:
    stored = StoredGuilds(database)
    stored.attach(cast("DiscordGateway", cache), OwnersOfAll(cache))
    return stored


async def test_what_the_bot_is_no_longer_in_is_left_and_ready_may_come_twice(database: Database) -> None:
    stays, goes = snapshot(), snapshot()
    cache = Cache(stays, goes)
    stored = watching(database, cache)
    await stored.reconcile()
    del cache.guilds[goes.guild_id]
    await stored.reconcile()
    await stored.reconcile()
    assert await states(database) == {stays.guild_id: "approved", goes.guild_id: "left"}


async def test_a_guild_is_captured_once_when_the_bot_comes(database: Database) -> None:
    first, second = snapshot(), snapshot()
    cache = Cache(first)
    stored = watching(database, cache)
    await stored.reconcile()
    cache.guilds[second.guild_id] = second
    await stored.joined(second.guild_id)
    await stored.reconcile()
    async with database.read() as unit:
        jobs = (await unit.jobs.list(owner(), JobFilter(kind="guild.capture"), Paging())).items
    assert sorted(job.guild_id or "" for job in jobs) == [first.guild_id, second.guild_id]


async def test_a_postgresql_that_is_away_when_the_bot_is_ready_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody says a second time that the bot is ready."""
    stays, goes = snapshot(), snapshot()
    cache = Cache(stays, goes)
    stored = watching(database, cache)
    await stored.reconcile()
    del cache.guilds[goes.guild_id]
    read, unit, away = database.read, database.unit, [True, True, True]

    def reading() -> Any:
        if away and away.pop():
            raise ConnectionRefusedError
        return read()

    def writing() -> Any:
        if away and away.pop():
            raise ConnectionRefusedError
        return unit()

    monkeypatch.setattr(database, "read", reading)
    monkeypatch.setattr(database, "unit", writing)
    await stored.reconcile()
    assert await states(database) == {stays.guild_id: "approved", goes.guild_id: "left"}


async def test_a_guild_joined_while_the_others_are_read_is_not_taken_for_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, joins = snapshot(), snapshot()
    cache = Cache(there)
    stored = watching(database, cache)
    read = cache.read_guild

    async def join_meanwhile(guild_id: str) -> Snapshot:
        if guild_id == there.guild_id and joins.guild_id not in cache.guilds:
            cache.guilds[joins.guild_id] = joins
            await stored.joined(joins.guild_id)
        return await read(guild_id)

    monkeypatch.setattr(cache, "read_guild", join_meanwhile)
    await stored.reconcile()
    assert await states(database) == {there.guild_id: "approved", joins.guild_id: "approved"}


async def test_a_change_by_hand_that_breaks_a_rule_is_written_down_once(database: Database) -> None:
    seen = snapshot(channels=1)
    cache = Cache(seen)
    stored = watching(database, cache)
    await stored.reconcile()
    calm = Never(name="calm", roles=("everyone",), permissions=("manage_webhooks",))
    async with database.unit() as unit:
        assert (await unit.policies.put(owner(), seen.guild_id, (calm,))).violations == ()
    loud = replace(seen.everyone, permissions=int(Permission.MANAGE_WEBHOOKS))
    others = tuple(role for role in seen.roles if role.id != seen.guild_id)
    cache.guilds[seen.guild_id] = replace(seen, roles=(*others, loud))
    for _ in range(2):
        await stored.changed(seen.guild_id)
    async with database.engines.connection() as connection:
        written = await connection.execute(
            text("SELECT after->>'message' FROM audit_entries WHERE action = 'policy.broken'")
        )
        assert written.scalars().all() == ["The rule “calm” is broken: @everyone has manage_webhooks."]
