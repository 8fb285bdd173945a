"""Jobs as they are asked for, found and removed. What moves one on to another state is in `claim_repository` and
`transition_repository`.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, delete, exists, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import JSONB

from core.db import Repository
from core.jobs.models import JobModel
from core.jobs.schemas import JobFilter
from core.jobs.sight import JobSight
from core.jobs.statements import awaits_approval
from core.jobs.states import OPEN
from core.paging import Paging

_INSERT = insert(JobModel.__table__)  # pyright: ignore[reportArgumentType] - declared as FromClause, is a Table
_COLUMNS = tuple(JobModel.__table__.c.keys())
_ENDED = ("succeeded", "partial", "failed", "cancelled", "dead")


class JobRepository(Repository[JobModel]):
    model_type = JobModel

    async def page(self, wanted: JobFilter, paging: Paging, *, sight: JobSight) -> Sequence[JobModel]:
        """One row more than the page, so that the caller knows whether there is a next one."""
        query = select(JobModel).order_by(JobModel.id.desc()).limit(paging.limit + 1)
        if wanted.state is not None:
            query = query.where(JobModel.state == wanted.state)
        if wanted.kind is not None:
            query = query.where(JobModel.kind == wanted.kind)
        if wanted.guild_id is not None:
            query = query.where(JobModel.guild_id == wanted.guild_id)
        if wanted.actor is not None:
            query = query.where(JobModel.account_id == wanted.actor)
        if not sight.everywhere:
            query = query.where(or_(*_seen_by(sight)))
        if wanted.since is not None:
            query = query.where(JobModel.created_at >= wanted.since)
        if paging.cursor is not None:
            query = query.where(JobModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def open_in(self, guild_id: str, *, but: Collection[str] = ()) -> Sequence[uuid.UUID]:
        """Oldest first, locked until the transaction ends."""
        found = await self.session.scalars(
            select(JobModel.id)
            .where(JobModel.guild_id == guild_id, JobModel.state.in_(OPEN), JobModel.kind.not_in(but))
            .order_by(JobModel.id)
            .with_for_update()
        )
        return found.all()

    async def has_open(self, kind: str, guild_id: str) -> bool:
        found = await self.session.scalar(
            select(JobModel.id)
            .where(JobModel.guild_id == guild_id, JobModel.kind == kind, JobModel.state.in_(OPEN))
            .limit(1)
        )
        return found is not None

    async def insert(self, models: Sequence[JobModel]) -> None:
        """As they are: with one statement, and nothing of them is read back."""
        await self.session.execute(_INSERT, [_row(model) for model in models])

    async def lock_guild(self, guild_id: str) -> None:
        """Serialises those who ask for structural work in one guild, until the transaction ends."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtext("guild"), func.hashtext(guild_id)))
        )

    async def find_structural(self, guild_id: str) -> JobModel | None:
        """The structural job of that guild that has not ended; what nobody has approved of yet stands in no way."""
        found = await self.session.scalars(
            select(JobModel)
            .where(
                JobModel.guild_id == guild_id,
                JobModel.structural,
                JobModel.state.in_(OPEN),
                ~awaits_approval(JobModel),
            )
            .order_by(JobModel.id)
            .limit(1)
        )
        return found.first()

    async def is_at_work(self, guild_id: str) -> bool:
        """Whether a structural job of that guild is running."""
        running = exists().where(
            JobModel.guild_id == guild_id, JobModel.structural, JobModel.state == "running"
        )
        return bool(await self.session.scalar(select(running)))

    async def depths(self, now: datetime) -> Sequence[tuple[str, int, int, int, datetime | None]]:
        """Lane, queued, waiting, running, and since when that is due which is due for longest and not running."""
        queued, waiting, running = (
            func.count().filter(JobModel.state == state) for state in ("queued", "waiting", "running")
        )
        due_at = func.greatest(JobModel.created_at, JobModel.run_at)  # which passes over what is NULL
        oldest = func.min(due_at).filter(JobModel.state != "running", due_at <= now)
        rows = await self.session.execute(
            select(JobModel.lane, queued, waiting, running, oldest)
            .where(JobModel.state.in_(OPEN))
            .group_by(JobModel.lane)
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows.all()]

    async def last_failed(self) -> JobModel | None:
        found = await self.session.scalars(
            select(JobModel)
            .where(JobModel.state.in_(("failed", "partial", "dead")))
            .order_by(JobModel.finished_at.desc())
            .limit(1)
        )
        return found.first()

    async def hold_unbegun(self, job_id: uuid.UUID) -> bool:
        """Whether nobody has claimed it, nor does before the transaction ends. Waits for nobody: a job that somebody
        else holds counts as begun."""
        found = await self.session.scalar(
            select(JobModel.id)
            .where(JobModel.id == job_id, JobModel.state.in_(("queued", "waiting")), JobModel.claims == 0)
            .with_for_update(skip_locked=True)
        )
        return found is not None

    async def begun_at(self, job_id: uuid.UUID) -> datetime | None:
        return await self.session.scalar(select(JobModel.started_at).where(JobModel.id == job_id))

    async def note_dispatch(self, job_id: uuid.UUID) -> int:
        """Counts the messages sent for a job, which makes each message's id new."""
        return (
            await self.session.scalar(
                update(JobModel)
                .where(JobModel.id == job_id)
                .values(dispatches=JobModel.dispatches + 1)
                .returning(JobModel.dispatches)
            )
        ) or 0

    async def delete_ended_before(self, moment: datetime) -> int:
        deleted = await self.session.scalars(
            delete(JobModel)
            .where(JobModel.state.in_(_ENDED), JobModel.finished_at < moment)
            .returning(JobModel.id)
        )
        return len(deleted.all())

    async def delete_in(self, guild_id: str) -> int:
        """Whatever their state, with their steps and events."""
        deleted = await self.session.scalars(
            delete(JobModel).where(JobModel.guild_id == guild_id).returning(JobModel.id)
        )
        return len(deleted.all())


def _row(model: JobModel) -> dict[str, Any]:
    return {name: getattr(model, name) for name in _COLUMNS}


def _seen_by(sight: JobSight) -> Iterator[ColumnElement[bool]]:
    yield JobModel.guild_id.in_(sight.whole_guilds)
    bound = true() if sight.bound_to is None else JobModel.guild_id.in_(sight.bound_to)
    if sight.account_id is not None:
        yield and_(JobModel.account_id == sight.account_id, bound)
    if sight.discord_user_id is not None:
        asker = cast(JobModel.actor, JSONB)["discord_user_id"].astext
        yield and_(asker == sight.discord_user_id, bound)
