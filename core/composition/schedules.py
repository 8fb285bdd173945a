"""Schedules, what becomes of them, and what takes back what was done for a time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cached_property

from core.composition.announcements import AnnouncementServices
from core.schedules.asking import Asking
from core.schedules.installation import InstallationScheduleService
from core.schedules.owners import Owners
from core.schedules.pausing import Pausing
from core.schedules.rehearsal import Rehearsal
from core.schedules.repository import ScheduleRepository
from core.schedules.reversals import ReversalRepository
from core.schedules.run_repository import RunRepository
from core.schedules.running import RunService
from core.schedules.service import ScheduleService
from core.schedules.turns import Turns
from core.schedules.undoing import UndoService


class ScheduleServices(AnnouncementServices):
    @cached_property
    def runs(self) -> RunService:
        return RunService(
            ScheduleRepository(self._session),
            RunRepository(self._session),
            turns=self._turns,
            pausing=self._pausing,
            jobs=self.jobs,
            clock=self._clock,
        )

    @cached_property
    def undos(self) -> UndoService:
        return UndoService(
            ScheduleRepository(self._session),
            ReversalRepository(self._session),
            ledger=self.ledger,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def schedules(self) -> ScheduleService:
        return ScheduleService(
            ScheduleRepository(self._session),
            RunRepository(self._session),
            ReversalRepository(self._session),
            running=self.runs,
            pausing=self._pausing,
            rehearsal=Rehearsal(
                owners=self._owners,
                asking=self._asking,
                guilds=self.guilds,
                announcements=self.announcement_previews,
                savepoint=self._savepoint,
            ),
            guilds=self.guilds,
            told=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def installation_schedules(self) -> InstallationScheduleService:
        return InstallationScheduleService(
            ScheduleRepository(self._session), audit=self.audit, clock=self._clock
        )

    @cached_property
    def _turns(self) -> Turns:
        return Turns(
            ScheduleRepository(self._session),
            RunRepository(self._session),
            asking=self._asking,
            owners=self._owners,
            pausing=self._pausing,
            savepoint=self._savepoint,
        )

    @cached_property
    def _pausing(self) -> Pausing:
        return Pausing(
            RunRepository(self._session),
            notifications=self.notifications,
            told=self.guild_events,
            audit=self.audit,
            clock=self._clock,
        )

    @cached_property
    def _owners(self) -> Owners:
        return Owners(accounts=self.accounts, access=self.access)

    @cached_property
    def _asking(self) -> Asking:
        return Asking(
            guilds=self.guilds,
            jobs=self.jobs,
            savepoint=self._savepoint,
            actions=self.actions,
            announcements=self.announcement_posts,
            snapshots=self.snapshots,
            drift=self.drift,
            plans=self.plans,
        )

    @asynccontextmanager
    async def _savepoint(self, *, keep: bool = True) -> AsyncGenerator[None]:
        """Implements `core.schedules.asking.Savepoint`; the rings that were to follow are undone with it."""
        rung = len(self.rungs)
        try:
            async with self._session.begin_nested() as nested:
                yield
                if not keep:
                    del self.rungs[rung:]
                    await nested.rollback()
        except BaseException:
            del self.rungs[rung:]
            raise
