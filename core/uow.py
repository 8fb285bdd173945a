"""One door (law 2): open a unit of work, call one service method, leave.

Leaving commits, an exception rolls back, and nobody else commits. What must follow a commit - ringing the workers -
is kept by the unit and done once the commit has succeeded.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.announcements.repository import LISTENING as ANNOUNCEMENTS_LISTENING
from core.callbacks.rules import CallbackRules
from core.clock import Clock, utc_now
from core.composition.people import People
from core.composition.schedules import ScheduleServices
from core.db import Engines, hold_keys
from core.errors import Conflict
from core.housekeeping.retention import Retention
from core.images.service import DEFAULT_CAPACITY
from core.jobs.ends import Reports
from core.jobs.outbox import Audience
from core.jobs.ring import Ring, no_ring
from core.jobs.schemas import Job, JobStep
from core.jobs.spec import Catalog
from core.notifications.repository import LISTENING as NOTICES_LISTENING
from core.schedules.reversals import LISTENING as REVERSALS_LISTENING
from core.schedules.run_repository import LISTENING as RUNS_LISTENING
from core.sealing import seal_what_is_plain
from core.tables import METADATA
from core.templates.so_far import ApplyReports


class UnitOfWork(ScheduleServices):
    """The services over one session. Each is made when it is first asked for."""

    def _audience(self) -> Audience:
        return _Listeners(self)

    def _reports(self) -> Reports:
        return _LateReports(self)


class _Listeners:
    """Implements `core.jobs.outbox.Audience` for notifications, announcements and schedules, which are made of jobs:
    they are asked for only by then."""

    listening = (
        f"({NOTICES_LISTENING}) OR {RUNS_LISTENING} OR {REVERSALS_LISTENING} OR {ANNOUNCEMENTS_LISTENING}"
    )

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def job_ended(self, job: Job) -> None:
        await self._unit.undos.job_ended(job)
        await self._unit.runs.job_ended(job)
        await self._unit.announcement_posts.job_ended(job)
        await self._unit.notifications.job_ended(job)


class _LateReports:
    """Implements `core.jobs.ends.Reports`, with what is made of jobs."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def so_far(self, job: Job, steps: Sequence[JobStep]) -> msgspec.Struct | None:
        return await ApplyReports(self._unit.plans, self._unit.snapshots).so_far(job, steps)


class Database:
    """Where units of work come from: one a process."""

    def __init__(
        self,
        engines: Engines,
        catalog: Catalog,
        *,
        clock: Clock = utc_now,
        ring: Ring = no_ring,
        callback_rules: CallbackRules | None = None,
        image_capacity: int = DEFAULT_CAPACITY,
        people: People | None = None,
        retention: Retention | None = None,
    ) -> None:
        self.engines = engines
        self.catalog = catalog
        self.clock = clock
        self.ring = ring
        self.callback_rules = callback_rules or CallbackRules()
        self.image_capacity = image_capacity
        self.people = people or People()
        self.retention = retention or Retention()

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[UnitOfWork]:
        """Commits on leaving, then rings; an exception rolls back and rings nobody."""
        async with self.engines.session() as session:
            unit = self._over(session)
            try:
                yield unit
                await session.commit()
            except IntegrityError as error:
                raise Conflict(
                    "Somebody changed the same thing at the same moment: look again and repeat."
                ) from error
        if unit.rungs:
            await self.ring(*unit.rungs)

    @asynccontextmanager
    async def statement(self) -> AsyncGenerator[UnitOfWork]:
        """For what is one statement and said again and again, such as a heartbeat. Rings nobody."""
        async with self.engines.statement() as session:
            yield self._over(session)

    async def seal_what_is_plain(self) -> int:
        """At start: how many secrets that an earlier version kept as they are were sealed."""
        async with self.engines.writing.begin() as connection:
            await hold_keys(connection)
            return await seal_what_is_plain(connection, self.people.keys(), METADATA)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[UnitOfWork]:
        """For safe methods: PostgreSQL itself refuses any write."""
        async with self.engines.session(read_only=True) as session:
            yield self._over(session)

    def _over(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(
            session,
            self.catalog,
            self.clock,
            callback_rules=self.callback_rules,
            image_capacity=self.image_capacity,
            people=self.people,
        )
