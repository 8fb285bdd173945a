"""Transitions by everybody but the holder: called off, decided on, asked for again, expired. Each is one statement,
and conditional on the state that it leads from.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, update

from core.actor import Actor
from core.db import Repository
from core.jobs.models import JobModel
from core.jobs.schemas import JobError
from core.jobs.statements import awaits_approval, care_statement, has_expired
from core.jobs.states import OPEN, RETRYABLE


class TransitionRepository(Repository[JobModel]):
    model_type = JobModel

    async def cancel(self, job_id: uuid.UUID) -> JobModel | None:
        """queued or waiting → cancelled at once; a running job is asked to stop between two steps."""
        running = JobModel.state == "running"
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, JobModel.state.in_(OPEN))
            .values(
                state=case((running, "running"), else_="cancelled"),
                waiting_for=None,
                resume_at=None,
                cancel_requested=True,
                finished_at=case((running, None), else_=func.clock_timestamp()),
            )
        )

    async def tell(self, job_id: uuid.UUID, result: dict[str, Any]) -> JobModel:
        """What a job did that has just been cancelled, in the same transaction."""
        told = await self._one(update(JobModel).where(JobModel.id == job_id).values(result=result))
        if told is None:
            raise RuntimeError(f"Job {job_id} went away in the hands of who cancels it.")
        return told

    async def approve(self, job_id: uuid.UUID, approver: Actor) -> JobModel | None:
        """waiting for approval → queued, or waiting for its time where that has not come."""
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, awaits_approval(JobModel))
            .values(
                state=case((JobModel.run_at.is_(None), "queued"), else_="waiting"),
                waiting_for=case((JobModel.run_at.is_(None), None), else_="run_at"),
                resume_at=JobModel.run_at,
                expires_at=None,
                approved_by=approver,
            )
        )

    async def reject(self, job_id: uuid.UUID, error: JobError) -> JobModel | None:
        """waiting for approval → cancelled."""
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, awaits_approval(JobModel))
            .values(
                state="cancelled",
                waiting_for=None,
                error=error,
                cancel_requested=True,
                finished_at=func.clock_timestamp(),
            )
        )

    async def retry(self, job_id: uuid.UUID) -> JobModel | None:
        """failed, partial or dead → queued, with all attempts before it; it begins anew when it is claimed. What
        nobody has approved of waits for that again."""
        unapproved = and_(JobModel.needs_approval, JobModel.approved_by.is_(None))
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, JobModel.state.in_(RETRYABLE))
            .values(
                state=case((unapproved, "waiting"), else_="queued"),
                waiting_for=case((unapproved, "approval"), else_=None),
                attempts=0,
                spent_attempts=0,
                error=None,
                result=None,
                started_at=None,
                first_call_at=None,
                finished_at=None,
                expires_at=None,
                cancel_requested=False,
            )
        )

    async def is_care_due(self, now: datetime) -> tuple[bool, bool]:
        """Whether jobs should say that they wait for an absent bot, and whether there are expired ones."""
        row = await self.session.execute(care_statement(), {"now": now})
        park, expire = row.one()
        return park, expire

    async def wait_for_bot(self) -> Sequence[JobModel]:
        """queued → waiting for every job of the bot's lane: to be called while no bot is alive."""
        return await self._many(
            update(JobModel)
            .where(JobModel.lane == "bot", JobModel.state == "queued")
            .values(state="waiting", waiting_for="bot")
        )

    async def expire(self, now: datetime) -> Sequence[JobModel]:
        """queued or waiting → failed, for jobs whose time is over and that nobody has begun; also for one whose holder
        died before it had done anything."""
        error = JobError(
            code="expired", message="Nothing could do this job before it expired.", retryable=True
        )
        return await self._many(
            update(JobModel)
            .where(has_expired(now))
            .values(
                state="failed",
                error=error,
                finished_at=func.clock_timestamp(),
                waiting_for=None,
                resume_at=None,
                holder=None,
                lease_until=None,
            )
        )

    async def _one(self, statement: Any) -> JobModel | None:
        return (await self._many(statement) or [None])[0]

    async def _many(self, statement: Any) -> Sequence[Any]:
        rows = await self.session.scalars(
            statement.returning(JobModel).execution_options(populate_existing=True, synchronize_session=False)
        )
        return rows.all()
