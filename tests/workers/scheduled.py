"""A guild with schedules, a clock that goes when it is told to, and as many schedulers as wanted."""

import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from core.actor import Actor
from core.catalog import CATALOG
from core.config import asyncpg_dsn
from core.db import Engines
from core.guilds.jobs import SyncPayload
from core.jobs.states import JobState
from core.paging import Paging
from core.schedules.payloads import SchedulePayload
from core.schedules.schemas import Schedule, ScheduleDraft, ScheduleRun
from core.schedules.timing import Timing
from core.schedules.triggers import IntervalTrigger, Trigger
from core.uow import Database
from tests.builders.core import owner, powers, snapshot
from workers.scheduler import Scheduler

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "gwt_whose-schedules-these-tests-make"


class Clockwork:
    """`now` is everybody's: each process is a `Database` of its own on the same rows."""

    def __init__(self, database_url: str, engines: Engines, guild_id: str, actor: Actor) -> None:
        self.now = BEGIN
        self.guild_id = guild_id
        self.actor = actor
        self.engines = engines
        self.database_url = database_url
        self.database = self.process()

    def process(self) -> Database:
        return Database(self.engines, CATALOG, clock=lambda: self.now)

    def scheduler(self, **options: Any) -> Scheduler:
        return Scheduler(self.process(), dsn=asyncpg_dsn(self.database_url), **options)

    async def make(
        self,
        trigger: Trigger | None = None,
        payload: SchedulePayload | None = None,
        *,
        actor: Actor | None = None,
        timing: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Schedule:
        draft = ScheduleDraft(
            name=fields.pop("name", "ours"),
            payload=payload or SyncPayload(),
            timing=Timing(
                trigger=trigger or IntervalTrigger(every_seconds=60),
                time_zone="UTC",
            ),
        )
        draft = replace(draft, timing=replace(draft.timing, **(timing or {})), **fields)
        async with self.database.unit() as unit:
            return await unit.schedules.create(actor or self.actor, self.guild_id, draft)

    async def see(self, schedule: Schedule) -> Schedule:
        async with self.database.read() as unit:
            return await unit.schedules.get(self.actor, schedule.id)

    async def runs(self, schedule: Schedule) -> Sequence[ScheduleRun]:
        """Oldest first."""
        found: list[ScheduleRun] = []
        cursor: uuid.UUID | None = None
        while True:
            async with self.database.read() as unit:
                page = await unit.schedules.runs(self.actor, schedule.id, Paging(limit=200, cursor=cursor))
            found += page.items
            if page.next_cursor is None:
                return found[::-1]
            cursor = uuid.UUID(page.next_cursor)

    async def pass_time(self, *schedulers: Scheduler, **passed: float) -> None:
        self.now += timedelta(**passed)
        for scheduler in schedulers or (self.scheduler(),):
            await scheduler.run_until_idle()

    async def settle(self, state: JobState = "succeeded") -> int:
        """All open jobs end; answers how many."""
        count = 0
        async with self.database.unit() as unit:
            while (claim := await unit.ledger.claim("bot", "these tests", 60)) is not None:
                await unit.ledger.settle(claim, state)
                count += 1
        return count

    async def jobs(self) -> list[tuple[str, str]]:
        """(id, state), oldest first."""
        async with self.engines.connection() as connection:
            rows = await connection.execute(
                text("SELECT id, state FROM jobs WHERE kind <> 'guild.announce_join' ORDER BY id")
            )
            return [(str(row.id), row.state) for row in rows]

    async def execute(self, *statements: str) -> None:
        async with self.engines.writing.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))


@asynccontextmanager
async def clockwork(database_url: str) -> AsyncGenerator[Clockwork]:
    engines = Engines(database_url)
    database = Database(engines, CATALOG)
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.accounts.bootstrap_owner(SECRET)
        asker = await unit.accounts.authenticate(SECRET)
    yield Clockwork(
        database_url,
        engines,
        guild.guild_id,
        replace(owner(), account_id=asker.account_id, discord_user_id=None),
    )
    await engines.dispose()
