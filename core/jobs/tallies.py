"""How many jobs there are, for whoever watches the installation. Each question is answered from an index."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core.clock import Clock
from core.db import Repository, first_id_of
from core.jobs.models import JobModel
from core.jobs.states import OPEN, Lane


class JobTally(msgspec.Struct, frozen=True, kw_only=True):
    """So many jobs of a kind are in a state."""

    kind: str
    state: str
    count: int


class TallyRepository(Repository[JobModel]):
    model_type = JobModel

    async def tally(self, *which: ColumnElement[bool]) -> Sequence[JobTally]:
        rows = await self.session.execute(
            select(JobModel.kind, JobModel.state, func.count())
            .where(*which)
            .group_by(JobModel.kind, JobModel.state)
            .order_by(JobModel.kind, JobModel.state)
        )
        return [JobTally(kind=kind, state=state, count=count) for kind, state, count in rows.all()]

    async def oldest_claimable(self, now: datetime) -> dict[str, datetime]:
        """By lane: since when that one could be begun which could be begun for longest."""
        is_queued = JobModel.state == "queued"
        since = case(
            # GREATEST passes over what is NULL.
            (is_queued, func.greatest(JobModel.created_at, JobModel.run_at)),
            else_=JobModel.resume_at,
        )
        is_claimable = or_(is_queued, and_(JobModel.state == "waiting", JobModel.waiting_for != "approval"))
        rows = await self.session.execute(
            select(JobModel.lane, func.min(since))
            .where(JobModel.state.in_(OPEN), is_claimable, since <= now)
            .group_by(JobModel.lane)
        )
        return {row[0]: row[1] for row in rows.all()}


class TallyService:
    def __init__(self, jobs: TallyRepository, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    async def open(self) -> tuple[JobTally, ...]:
        """Of those that have not ended."""
        return tuple(await self._jobs.tally(JobModel.state.in_(OPEN)))

    async def asked_within(self, time: timedelta) -> tuple[JobTally, ...]:
        """Of those that were asked for lately, whatever has become of them. An id says when it was made."""
        return tuple(await self._jobs.tally(JobModel.id >= first_id_of(self._clock() - time)))

    async def lag(self) -> dict[Lane, float]:
        """By lane: for how many seconds somebody could have begun what nobody has begun."""
        now = self._clock()
        oldest = await self._jobs.oldest_claimable(now)
        lanes: tuple[Lane, ...] = ("bot", "background")
        return {lane: (now - oldest.get(lane, now)).total_seconds() for lane in lanes}
