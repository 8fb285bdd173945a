from collections.abc import AsyncIterator
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from core.actor import Actor
from core.composition.people import People
from core.config import asyncpg_dsn
from core.db import Engines
from core.discord.gateway import DiscordGateway
from core.jobs.schemas import Job
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.builders.jobs import MAKE, STRUCTURAL, TEST_CATALOG, MakePayload, Things, maker
from tests.fixtures.keys import keyring
from tests.workers.post import Post
from tests.workers.receiver import receiving
from workers.registry import Registry
from workers.running import Running

OWNER_TOKEN = "gwt_whose-work-these-tests-are"


class Road:
    """A database with one guild, the tests' kinds of job, and a worker's hands."""

    def __init__(self, database: Database, guild_id: str, actor: Actor) -> None:
        self.database = database
        self.guild_id = guild_id
        self.actor = actor
        self.things = Things()

    def running(self, *, holder: str = "one", lease: float = 45.0, **options: Any) -> Running:
        functions = SimpleNamespace(make=maker(self.things), structural=maker(self.things, spec=STRUCTURAL))
        registry = Registry(TEST_CATALOG, [cast("ModuleType", functions)])
        gateway = cast("DiscordGateway", self.things)
        return Running(
            self.database, registry, gateway, lane="bot", holder=holder, lease_seconds=lease, **options
        )

    async def ask(self, things: int = 1, **options: Any) -> Job:
        async with self.database.unit() as unit:
            return await unit.jobs.ask(
                options.pop("actor", self.actor),
                options.pop("spec", MAKE),
                MakePayload(things=things),
                guild_id=options.pop("guild_id", self.guild_id),
                **options,
            )

    async def lapse(self, seconds: float = 3600) -> None:
        """As if so much time had passed for all leases."""
        earlier = text("UPDATE jobs SET lease_until = lease_until - make_interval(secs => :seconds)")
        async with self.database.engines.writing.begin() as connection:
            await connection.execute(earlier, {"seconds": seconds})

    async def see(self, job: Job) -> Job:
        async with self.database.read() as unit:
            return await unit.jobs.get(self.actor, job.id)


@pytest.fixture
async def road(database_url: str) -> AsyncIterator[Road]:
    engines = Engines(database_url)
    database = Database(engines, TEST_CATALOG, people=People(keyring=keyring()))
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.accounts.bootstrap_owner(OWNER_TOKEN)
        asker = await unit.accounts.authenticate(OWNER_TOKEN)
    yield Road(database, guild.guild_id, replace(owner(), account_id=asker.account_id))
    await engines.dispose()


@pytest.fixture
async def post(road: Road, database_url: str) -> AsyncIterator[Post]:
    async with receiving() as receiver:
        yield Post(road, receiver, asyncpg_dsn(database_url))
