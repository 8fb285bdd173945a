"""A desk at which notices are written: a guild in which jobs end, and who is told of them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from core.actor import SYSTEM, Actor
from core.catalog import CATALOG
from core.db import Engines
from core.jobs.schemas import Claim, Job, JobError, JobFilter
from core.notifications.choices import NotificationChanges
from core.notifications.jobs import NOTIFY
from core.paging import Paging
from core.uow import Database
from tests.builders.core import powers, snapshot

TOKEN = "gwt_of-who-wants-to-be-told"
LEASE = 45.0
FAILED = JobError(code="x", message="It broke.")


class Desk:
    """A guild, and an account that is told of its jobs. What carries notices is never begun here unless said."""

    def __init__(self, database: Database, guild_id: str, actor: Actor) -> None:
        self.database = database
        self.guild_id = guild_id
        self.actor = actor
        self.now = datetime.now(UTC)
        database.clock = lambda: self.now

    async def choose(self, **changes: Any) -> None:
        async with self.database.unit() as unit:
            await unit.notifications.edit(self.actor, NotificationChanges(**changes))

    async def ends(self, state: Any, *, actor: Actor | None = None) -> Job:
        """A job of the actor's, that ended so."""
        async with self.database.unit() as unit:
            job = await unit.guild_syncs.request(actor or self.actor, self.guild_id)
        claim = await self.claim()
        assert claim.job.id == job.id
        await self.settle(claim, state)
        return job

    async def claim(self) -> Claim:
        async with self.database.unit() as unit:
            claim = await unit.ledger.claim("bot", "one", LEASE)
        assert claim is not None
        return claim

    async def settle(self, claim: Claim, state: Any) -> None:
        error = None if state == "succeeded" else FAILED
        async with self.database.unit() as unit:
            await unit.ledger.settle(claim, state, error=error)

    async def lose(self, claim: Claim) -> None:
        """Its holder is gone."""
        async with self.database.engines.writing.begin() as connection:
            statement = "UPDATE jobs SET lease_until = now() - interval '1 second' WHERE id = $1"
            await connection.exec_driver_sql(statement, (claim.job.id,))

    async def retry(self, claim: Claim) -> None:
        """It fails, and somebody asks for it again."""
        await self.settle(claim, "failed")
        async with self.database.unit() as unit:
            await unit.jobs.retry(SYSTEM, claim.job.id)

    async def carriers(self) -> list[Job]:
        """Oldest first."""
        async with self.database.read() as unit:
            page = await unit.jobs.list(SYSTEM, JobFilter(kind=NOTIFY.kind), Paging())
        return list(reversed(page.items))

    async def lines(self) -> list[int]:
        """How many notices each of them has."""
        async with self.database.read() as unit:
            return [len(await unit.notifications.lines_of(job.id)) for job in await self.carriers()]


@asynccontextmanager
async def desk_on(database_url: str) -> AsyncGenerator[Desk]:
    engines = Engines(database_url)
    database = Database(engines, CATALOG)
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.accounts.bootstrap_owner(TOKEN)
        account_id = (await unit.accounts.authenticate(TOKEN)).account_id
    async with engines.writing.begin() as connection:
        statement = "UPDATE accounts SET discord_user_id = $1 WHERE id = $2"
        await connection.exec_driver_sql(statement, (int(guild.owner_id), account_id))
    async with database.read() as unit:
        actor = await unit.accounts.authenticate(TOKEN)
    yield Desk(database, guild.guild_id, actor)
    await engines.dispose()
