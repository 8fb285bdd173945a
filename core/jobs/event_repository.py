"""The history of jobs, and the stream of a guild, of which that is a part."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Repository
from core.jobs.mapping import ONLY, PlacedEvent, to_job
from core.jobs.models import GuildEventModel, JobEventModel, JobModel
from core.jobs.outbox import Audience, Outbox
from core.jobs.ring import CHANNEL
from core.jobs.schemas import EventPosition, JobEvent
from core.jobs.statements import OF_GUILDS, OF_JOBS, add_event_statement, first_events_statement


class JobEventRepository(Repository[JobEventModel]):
    model_type = JobEventModel

    def __init__(self, session: AsyncSession, outbox: Outbox, audience: Audience) -> None:
        super().__init__(session)
        self._outbox = outbox
        self._audience = audience

    async def append(self, job: JobModel, type_: str, data: dict[str, Any]) -> None:
        """Appends to the job's history under the next sequence number, and wakes the watchers at commit; what the
        guild's own programs are told of it is written in the same transaction."""
        added = await self.session.execute(
            add_event_statement(self._outbox.wanting, self._audience.listening),
            {
                "job_id": job.id,
                "guild_id": job.guild_id,
                "type": type_,
                "data": data,
                "channel": CHANNEL,
                "told": f"{type_} {job.id} {job.guild_id or ''}",
            },
        )
        row = added.one()
        if job.guild_id is not None and row.wanting:
            event = JobEvent(job_id=job.id, sequence=row.sequence, type=type_, at=row.at, data=data)
            await self._outbox.put(event, kind=job.kind, guild_id=job.guild_id, callbacks=row.wanting)
        if row.listening:
            await self._audience.job_ended(to_job(job))

    async def begin(self, news: Sequence[tuple[JobModel, str, dict[str, Any]]]) -> None:
        """The first event of each of these new jobs, as (job, type, data): for all of them with one statement."""
        told = [
            {"job_id": job.id, "guild_id": job.guild_id, "type": type_, "data": data}
            for job, type_, data in news
        ]
        added = await self.session.execute(
            first_events_statement(self._outbox.wanting), {"events": told, "channel": CHANNEL}
        )
        rows = {row.job_id: row for row in added}
        for job, type_, data in news:
            row = rows[job.id]
            if job.guild_id is not None and row.wanting:
                event = JobEvent(job_id=job.id, sequence=1, type=type_, at=row.at, data=data)
                await self._outbox.put(event, kind=job.kind, guild_id=job.guild_id, callbacks=row.wanting)

    async def of_job_after(
        self, job_id: uuid.UUID, sequence: int, limit: int = 500
    ) -> Sequence[JobEventModel]:
        found = await self.session.scalars(
            select(JobEventModel)
            .where(JobEventModel.job_id == job_id, JobEventModel.sequence > sequence)
            .order_by(JobEventModel.sequence)
            .limit(limit)
        )
        return found.all()

    async def of_guild_after(
        self, guild_id: str, after: EventPosition, limit: int = 500
    ) -> Sequence[PlacedEvent]:
        """In the order of their positions, up to the first that may still be overtaken. In one statement, because two
        would not see the same transactions as ended."""
        both = union_all(
            *(
                query.where(
                    model.guild_id == guild_id,
                    tuple_(model.transaction, model.position)
                    > tuple_(literal(after.transaction), literal(after.position)),
                    model.transaction < _settled_transactions(),
                )
                .order_by(model.transaction, model.position)
                .limit(limit)
                for model, query in ((JobEventModel, OF_JOBS), (GuildEventModel, OF_GUILDS))
            )
        )
        found = await self.session.execute(both.order_by("transaction", "position").limit(limit))
        return [PlacedEvent(*row) for row in found]

    async def present_position(self) -> EventPosition:
        """Behind everything that can be shown now."""
        settled = await self.session.scalar(select(_settled_transactions()))
        return EventPosition(transaction=settled or 0, position=-1)

    async def position_of(self, guild_id: str, event_of: uuid.UUID, sequence: int) -> EventPosition | None:
        """`event_of` is a job's id, or that of an event that is of no job, which is the only one of its id."""
        of_job = select(JobEventModel.transaction, JobEventModel.position).where(
            JobEventModel.guild_id == guild_id,
            JobEventModel.job_id == event_of,
            JobEventModel.sequence == sequence,
        )
        own = select(GuildEventModel.transaction, GuildEventModel.position).where(
            GuildEventModel.guild_id == guild_id, GuildEventModel.id == event_of, literal(sequence) == ONLY
        )
        found = (await self.session.execute(union_all(of_job, own))).one_or_none()
        return None if found is None else EventPosition(transaction=found[0], position=found[1])


def _settled_transactions() -> ColumnElement[int]:
    """All transactions with lower numbers have ended."""
    return cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
