from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from core.actor import Actor
from core.callbacks.schemas import CallbackDraft, Delivery, DeliveryFilter, EventType, SecretShown
from core.composition.people import People
from core.db import Engines
from core.jobs.schemas import Job
from core.paging import Paging
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from tests.builders.jobs import MAKE, TEST_CATALOG, MakePayload, MakeResult
from tests.fixtures.keys import keyring

OWNER = owner()


class Town:
    """A database with one guild, and what its callbacks are told."""

    def __init__(self, database: Database, guild_id: str) -> None:
        self.database = database
        self.guild_id = guild_id

    async def callback(
        self,
        *events: EventType,
        url: str = "https://hooks.example/x",
        actor: Actor = OWNER,
        guild_id: str = "",
    ) -> SecretShown:
        draft = CallbackDraft(url=url, events=events or ("job.*",))
        async with self.database.unit() as unit:
            return await unit.callbacks.create(actor, guild_id or self.guild_id, draft)

    async def ask(self, guild_id: str = "") -> Job:
        async with self.database.unit() as unit:
            return await unit.jobs.ask(OWNER, MAKE, MakePayload(), guild_id=guild_id or self.guild_id)

    async def do(self) -> None:
        """One job from its claim to its end."""
        async with self.database.unit() as unit:
            claim = await unit.ledger.claim("bot", "one", 45)
            assert claim is not None
        async with self.database.unit() as unit:
            await unit.ledger.intend(claim, 45, "a", "doing a", once=True)
            await unit.ledger.record(claim, 45, "a", "done")
        async with self.database.unit() as unit:
            await unit.ledger.settle(claim, "succeeded", result=MakeResult(made=("a",)))

    async def deliveries(self, callback_id: UUID) -> list[Delivery]:
        """The oldest first."""
        async with self.database.read() as unit:
            page = await unit.callbacks.deliveries(OWNER, callback_id, DeliveryFilter(), Paging(limit=200))
        return list(reversed(page.items))


async def new_guild(database: Database) -> str:
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
    return guild.guild_id


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    engines = Engines(database_url)
    database = Database(engines, TEST_CATALOG, people=People(keyring=keyring()))
    yield Town(database, await new_guild(database))
    await engines.dispose()
