"""Asking for what a schedule wants, as its owner: each kind through the door that a person would use for it."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeAlias

from core.actions.service import ActionService
from core.actions.undo import UNDO, UndoPayload
from core.actor import Actor
from core.announcements.jobs import AnnouncementPost
from core.announcements.posting import AnnouncementPostService
from core.drift.service import DriftService
from core.errors import Conflict, Invalid, Problem
from core.guilds.jobs import SyncPayload
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.housekeeping.jobs import SPEC_OF, HousekeepingPayload
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.schedules.payloads import (
    ApplyScheduled,
    CaptureScheduled,
    DriftCheckScheduled,
    GuildWork,
    SchedulePayload,
)
from core.templates.plan import PlanOptions
from core.templates.planning import PlanService

_Elsewhere: TypeAlias = SyncPayload | CaptureScheduled | DriftCheckScheduled | AnnouncementPost


class Savepoint(Protocol):
    """Begins a part of the transaction that an error undoes alone; what is not to be kept is undone in any case."""

    def __call__(self, *, keep: bool = True) -> AbstractAsyncContextManager[None]: ...


class Asking:
    def __init__(
        self,
        *,
        guilds: GuildService,
        jobs: JobService,
        savepoint: Savepoint,
        actions: ActionService,
        announcements: AnnouncementPostService,
        snapshots: SnapshotService,
        drift: DriftService,
        plans: PlanService,
    ) -> None:
        self._guilds = guilds
        self._jobs = jobs
        self._savepoint = savepoint
        self._actions = actions
        self._announcements = announcements
        self._snapshots = snapshots
        self._drift = drift
        self._plans = plans

    @asynccontextmanager
    async def together(self) -> AsyncGenerator[None]:
        """For asking for many: guilds are read once, and jobs written at the end of the block."""
        with self._guilds.reading_once():
            async with self._jobs.together():
                yield

    async def ask(self, actor: Actor, guild_id: str | None, payload: SchedulePayload) -> Job | None:
        """None where there is nothing to be done. Raises what asking by hand raises, and `Conflict` for an apply that
        would delete something; nothing is written then."""
        if isinstance(payload, HousekeepingPayload):
            return await self._keep_house(actor, payload)
        if guild_id is None:
            raise Invalid("Only housekeeping is of no guild.")
        return await self._ask_in(actor, guild_id, payload)

    async def _ask_in(self, actor: Actor, guild_id: str, payload: GuildWork) -> Job | None:
        match payload:
            case UndoPayload():
                return await self._undo(actor, guild_id, payload)
            case ApplyScheduled():
                async with self._savepoint():
                    return await self._apply(actor, guild_id, payload)
            case SyncPayload() | CaptureScheduled() | DriftCheckScheduled() | AnnouncementPost():
                return await self._elsewhere(actor, guild_id, payload)
            case _:
                return await self._actions.request(actor, guild_id, payload)

    async def _elsewhere(self, actor: Actor, guild_id: str, payload: _Elsewhere) -> Job | None:
        """What is asked for where it arises."""
        match payload:
            case SyncPayload():
                return await self._actions.request_sync(actor, guild_id)
            case CaptureScheduled(label=label, members=members):
                return await self._snapshots.request_capture(actor, guild_id, label=label, members=members)
            case DriftCheckScheduled():
                return await self._drift.request_check(actor, guild_id)
            case AnnouncementPost(announcement_id=announcement_id):
                return await self._announcements.request(actor, announcement_id, within=guild_id)

    async def _keep_house(self, actor: Actor, payload: HousekeepingPayload) -> Job:
        if actor.kind != "system":
            raise _ours("Housekeeping is ours to see to: its own schedules can be run and given other times.")
        return await self._jobs.ask(actor, SPEC_OF[type(payload)], payload, guild_id=None)

    async def _undo(self, actor: Actor, guild_id: str, payload: UndoPayload) -> Job:
        if actor.kind != "system":
            raise _ours("Ends are ours to see to: ask for what has one, with `until` or `expires_in`.")
        return await self._jobs.ask(actor, UNDO, payload, guild_id=guild_id)

    async def _apply(self, actor: Actor, guild_id: str, wanted: ApplyScheduled) -> Job | None:
        plan = await self._plans.create(
            actor, guild_id, wanted.template_id, wanted.version, PlanOptions(), values=wanted.values
        )
        if plan.plan.is_destructive:
            raise Conflict(
                "As the guild is now, this would delete something, which no schedule does: make a plan, look at it, "
                "and apply it by hand.",
                code="destructive",
            )
        if not plan.plan.steps:
            return None
        return await self._plans.request_apply(actor, plan.id)


def _ours(message: str) -> Invalid:
    return Invalid(message, problems=(Problem(pointer="/payload/kind", code="ours", message=message),))
