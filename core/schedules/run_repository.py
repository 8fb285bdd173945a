import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from core.db import Repository
from core.discord.types import Snowflake
from core.jobs.schemas import Job
from core.paging import Paging
from core.schedules.models import ScheduleRunModel
from core.schedules.schemas import CHANNEL, Trouble
from core.schedules.states import OPEN_RUNS, RunState, run_state

LISTENING = "EXISTS (SELECT FROM schedule_runs WHERE schedule_runs.job_id = :job_id)"
"""Whether the job is of a run. As text, because it stands inside the statement that adds the job's event."""


_PUT = (
    insert(ScheduleRunModel.__table__)  # pyright: ignore[reportArgumentType] - declared as FromClause, is a Table
    .on_conflict_do_nothing(index_elements=["schedule_id", "occurrence"])
    .returning(ScheduleRunModel.__table__.c.id)
)


def _look_at() -> Any:
    """When a run is to be looked at: one that has ended at once, also by a clock that was put back since."""
    return case(
        (ScheduleRunModel.ended_at.is_not(None), func.to_timestamp(0)), else_=ScheduleRunModel.look_at
    )


def earliest_look() -> Select[tuple[datetime | None]]:
    return select(func.min(_look_at())).where(ScheduleRunModel.look_at.is_not(None))


class RunRepository(Repository[ScheduleRunModel]):
    model_type = ScheduleRunModel

    async def page(
        self, schedule_id: uuid.UUID, state: RunState | None, paging: Paging
    ) -> Sequence[ScheduleRunModel]:
        """Newest first, one row more than the page."""
        query = (
            select(ScheduleRunModel)
            .where(ScheduleRunModel.schedule_id == schedule_id)
            .order_by(ScheduleRunModel.id.desc())
            .limit(paging.limit + 1)
        )
        if state is not None:
            query = query.where(ScheduleRunModel.state == state)
        if paging.cursor is not None:
            query = query.where(ScheduleRunModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def latest_of(self, guild_id: Snowflake, ids: Collection[uuid.UUID]) -> Sequence[ScheduleRunModel]:
        """One of each of these schedules that are of the guild and have any."""
        found = await self.session.scalars(
            select(ScheduleRunModel)
            .where(ScheduleRunModel.schedule_id.in_(ids), ScheduleRunModel.guild_id == guild_id)
            .ext(distinct_on(ScheduleRunModel.schedule_id))
            .order_by(ScheduleRunModel.schedule_id, ScheduleRunModel.id.desc())
        )
        return found.all()

    async def put(self, runs: Sequence[dict[str, Any]]) -> frozenset[uuid.UUID]:
        """New ones, all with values for the same columns; answers which of the ids were written: an occurrence that
        has a run already gets no other."""
        written = await self.session.scalars(_PUT, [dict(run) for run in runs])
        return frozenset(written)

    async def open_of(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ScheduleRunModel]]:
        """Of each of these schedules, oldest first."""
        found = await self.session.scalars(
            select(ScheduleRunModel)
            .where(ScheduleRunModel.schedule_id.in_(ids), ScheduleRunModel.state.in_(OPEN_RUNS))
            .order_by(ScheduleRunModel.id)
            .execution_options(populate_existing=True)
        )
        return _by_schedule(ids, found)

    async def open_of_one(self, schedule_id: uuid.UUID) -> list[ScheduleRunModel]:
        return (await self.open_of([schedule_id]))[schedule_id]

    async def to_look_at(self, now: datetime, limit: int) -> Sequence[uuid.UUID]:
        """The schedules with runs that somebody has to look at, by how long that is so."""
        found = await self.session.scalars(
            select(ScheduleRunModel.schedule_id)
            .where(ScheduleRunModel.look_at.is_not(None), _look_at() <= now)
            .group_by(ScheduleRunModel.schedule_id)
            .order_by(func.min(_look_at()))
            .limit(limit)
        )
        return found.all()

    async def ended_unseen(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ScheduleRunModel]]:
        """Of each of these schedules the runs whose jobs have ended and from which nothing was drawn yet, in the order
        in which they ended."""
        found = await self.session.scalars(
            select(ScheduleRunModel)
            .where(
                ScheduleRunModel.schedule_id.in_(ids),
                ScheduleRunModel.look_at.is_not(None),
                ScheduleRunModel.ended_at.is_not(None),
            )
            .order_by(ScheduleRunModel.ended_at, ScheduleRunModel.id)
            .execution_options(populate_existing=True)
        )
        return _by_schedule(ids, found)

    async def note_end(self, job: Job, now: datetime, trouble: Trouble | None) -> None:
        """Its row alone is written: the transaction holds the job, and whoever holds the schedule may want that."""
        await self.session.execute(
            update(ScheduleRunModel)
            .where(ScheduleRunModel.job_id == job.id)
            .values(state=run_state(job.state), ended_at=now, look_at=now, trouble=trouble)
            .execution_options(synchronize_session=False)
        )
        await self.session.execute(select(func.pg_notify(CHANNEL, "")))

    async def delete_before(self, moment: datetime) -> int:
        ended = ScheduleRunModel.state.not_in(OPEN_RUNS)
        return await self._count(delete(ScheduleRunModel).where(ended, ScheduleRunModel.ended_at < moment))


def _by_schedule(
    ids: Collection[uuid.UUID], found: Iterable[ScheduleRunModel]
) -> dict[uuid.UUID, list[ScheduleRunModel]]:
    runs: dict[uuid.UUID, list[ScheduleRunModel]] = {each: [] for each in ids}
    for run in found:
        runs[run.schedule_id].append(run)
    return runs
