"""Holding all work: while the installation is paused nothing is claimed; what runs goes on to its end."""

from datetime import datetime

import msgspec
from sqlalchemy import func, select, update

from core.actor import Actor
from core.audit.service import AuditService
from core.db import Repository
from core.errors import Conflict
from core.jobs.models import PauseModel
from core.jobs.ring import CHANNEL, RESUMED
from core.rights import Right


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """The pause that goes on."""

    since: datetime
    by: str
    reason: str | None


class PauseRepository(Repository[PauseModel]):
    model_type = PauseModel

    async def current(self) -> PauseModel | None:
        return await self.session.scalar(select(PauseModel).where(PauseModel.resumed_at.is_(None)))

    async def end(self) -> PauseModel | None:
        """going on → over; workers hear of it at the commit."""
        ended = await self.session.scalar(
            update(PauseModel)
            .where(PauseModel.resumed_at.is_(None))
            .values(resumed_at=func.clock_timestamp())
            .returning(PauseModel)
        )
        if ended is not None:
            await self.session.execute(select(func.pg_notify(CHANNEL, RESUMED)))
        return ended


class PauseService:
    def __init__(self, pauses: PauseRepository, audit: AuditService) -> None:
        self._pauses = pauses
        self._audit = audit

    async def current(self) -> Pause | None:
        model = await self._pauses.current()
        return None if model is None else _to_pause(model)

    async def pause(self, actor: Actor, reason: str | None) -> Pause:
        """For the owner. Raises `Conflict` while it is paused."""
        actor.require_owner(Right.SYSTEM_WRITE)
        if (going_on := await self._pauses.current()) is not None:
            raise Conflict(
                f"It has been paused by {going_on.actor.name} since {going_on.created_at:%Y-%m-%d %H:%M} UTC.",
                code="paused",
            )
        model = await self._pauses.add(PauseModel(actor=actor, reason=reason))
        await self._audit.record(actor, "system.pause", ("system", "jobs"), after={"reason": reason})
        return _to_pause(model)

    async def resume(self, actor: Actor) -> None:
        """For the owner. Raises `Conflict` unless it is paused."""
        actor.require_owner(Right.SYSTEM_WRITE)
        if await self._pauses.end() is None:
            raise Conflict("It is not paused.", code="not_paused")
        await self._audit.record(actor, "system.resume", ("system", "jobs"))


def _to_pause(model: PauseModel) -> Pause:
    return Pause(since=model.created_at, by=model.actor.name, reason=model.reason)
