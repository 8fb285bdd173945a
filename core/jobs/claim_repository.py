"""Transitions by whoever holds a job: claimed, renewed, given back, settled. Each is one statement, and conditional on
the claim being the newest of its job. Leases compare with the database's clock.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, text

from core.db import Repository
from core.jobs.models import JobModel
from core.jobs.schemas import ClaimTerms, JobError
from core.jobs.statements import HELD, claim_statement, outlook_statement
from core.jobs.states import OPEN, JobState, Lane, WaitingFor


class ClaimRepository(Repository[JobModel]):
    model_type = JobModel

    async def claim(
        self, lane: Lane, holder: str, lease_seconds: float, now: datetime, terms: ClaimTerms
    ) -> JobModel | None:
        """The best claimable job of the lane, taken in one statement; `now` is the clock of due times.

        The guild with the fewest running jobs comes first, so that none starves behind another's backlog; within that
        the oldest, where each step of priority counts as a head start, so that nothing waits for ever.
        """
        claimed = await self.session.scalars(
            claim_statement(structural=terms.structural),
            {
                "of_lane": lane,
                "now": now,
                "per_guild": terms.per_guild,
                "by": holder,
                "lease": timedelta(seconds=lease_seconds),
            },
        )
        return claimed.first()

    async def outlook(self, lane: Lane, now: datetime, terms: ClaimTerms) -> tuple[int, datetime | None]:
        """How many jobs of the lane are claimable now, and when the next one becomes due that is not."""
        row = await self.session.execute(
            outlook_statement(structural=terms.structural),
            {"of_lane": lane, "now": now, "per_guild": terms.per_guild},
        )
        count, due = row.one()
        return count, due

    async def has_open_before(
        self, job_id: uuid.UUID, kind: str, guild_id: str | None, name: str, among: Collection[str]
    ) -> bool:
        """Whether an older job of this kind there that says one of these under that name has not ended."""
        found = await self.session.scalar(
            select(JobModel.id)
            .where(
                JobModel.guild_id == guild_id,
                JobModel.kind == kind,
                JobModel.state.in_(OPEN),
                JobModel.id < job_id,
                JobModel.payload[name].as_string().in_(among),
            )
            .limit(1)
        )
        return found is not None

    async def renew(self, job_id: uuid.UUID, claim: int, lease_seconds: float) -> JobModel | None:
        """Prolongs the holder's lease; None when it is not the holder's any more."""
        return await self._held(job_id, claim, lease_until=_lease(lease_seconds))

    async def advance(
        self, job_id: uuid.UUID, claim: int, lease_seconds: float, **values: Any
    ) -> JobModel | None:
        """Progress of the holder's work, which renews the lease as well."""
        return await self._held(job_id, claim, lease_until=_lease(lease_seconds), **values)

    async def wait(
        self,
        job_id: uuid.UUID,
        claim: int,
        waiting_for: WaitingFor,
        resume_at: datetime | None,
        *,
        burn: bool,
        error: JobError | None = None,
    ) -> JobModel | None:
        """running → waiting, or cancelled where that was asked for. What is not an attempt (`burn=False`) is given
        back."""
        return await self._held(
            job_id,
            claim,
            state=_unless_cancelled("waiting"),
            waiting_for=case((JobModel.cancel_requested, None), else_=waiting_for),
            resume_at=case((JobModel.cancel_requested, None), else_=resume_at),
            progress_expected_at=_not_before(resume_at),
            finished_at=_ended_if_cancelled(),
            holder=None,
            lease_until=None,
            error=error,
            attempts=JobModel.attempts if burn else JobModel.attempts - 1,
            spent_attempts=JobModel.spent_attempts if burn else _one_given_back(),
        )

    async def hand_back(self, job_id: uuid.UUID, claim: int) -> JobModel | None:
        """running → queued, as if it had never been claimed; or cancelled where that was asked for."""
        return await self._held(
            job_id,
            claim,
            state=_unless_cancelled("queued"),
            finished_at=_ended_if_cancelled(),
            holder=None,
            lease_until=None,
            attempts=JobModel.attempts - 1,
            spent_attempts=_one_given_back(),
        )

    async def settle(
        self,
        job_id: uuid.UUID,
        claim: int,
        state: JobState,
        *,
        result: dict[str, Any] | None,
        error: JobError | None,
    ) -> JobModel | None:
        """running → a terminal state."""
        return await self._held(
            job_id,
            claim,
            state=state,
            result=result,
            error=error,
            holder=None,
            lease_until=None,
            progress_now=None,
            finished_at=func.clock_timestamp(),
            # The claim that finds them all spent counts itself, and is none.
            attempts=case(
                (JobModel.spent_attempts > JobModel.max_attempts, JobModel.attempts - 1),
                else_=JobModel.attempts,
            ),
            spent_attempts=func.least(JobModel.spent_attempts, JobModel.max_attempts),
        )

    async def _held(self, job_id: uuid.UUID, claim: int, **values: Any) -> JobModel | None:
        rows = await self.session.scalars(HELD.values(**values), {"job": job_id, "claim": claim})
        return rows.first()


def _lease(seconds: float) -> ColumnElement[datetime]:
    return func.clock_timestamp() + text(f"interval '{float(seconds)} seconds'")


def _one_given_back() -> ColumnElement[int]:
    """None is left to give back where the attempt got something done and then waits."""
    return func.greatest(JobModel.spent_attempts - 1, 0)


def _not_before(resume_at: datetime | None) -> Any:
    """When a job is expected to be done that goes on then at the earliest; not told where nobody could tell."""
    expected_at = JobModel.progress_expected_at
    return expected_at if resume_at is None else case((expected_at < resume_at, resume_at), else_=expected_at)


def _unless_cancelled(state: JobState) -> ColumnElement[str]:
    return case((JobModel.cancel_requested, "cancelled"), else_=state)


def _ended_if_cancelled() -> ColumnElement[datetime | None]:
    return case((JobModel.cancel_requested, func.clock_timestamp()), else_=None)
