"""The steps of jobs: intended, recorded, and who made what."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased

from core.db import Repository
from core.jobs.models import JobModel, JobStepModel
from core.jobs.statements import CLOSE_INTENTS, FIND_STEP, INTEND_STEP, RECORD_STEP
from core.jobs.states import StepState


class StepRepository(Repository[JobStepModel]):
    model_type = JobStepModel

    async def of_job(self, job_id: uuid.UUID) -> Sequence[JobStepModel]:
        found = await self.session.scalars(
            select(JobStepModel).where(JobStepModel.job_id == job_id).order_by(JobStepModel.position)
        )
        return found.all()

    async def find(self, job_id: uuid.UUID, key: str) -> JobStepModel | None:
        return await self.session.scalar(FIND_STEP, {"of_job": job_id, "step": key})

    async def intend(
        self, job_id: uuid.UUID, key: str, title: str, claim: int, since: datetime | None
    ) -> JobStepModel:
        """Stores the intent; `since` is when an earlier claim may have done it already, which must not be forgotten."""
        row = await self.session.scalars(
            INTEND_STEP, {"of_job": job_id, "step": key, "said": title, "by": claim, "since": since}
        )
        return row.one()

    async def record(
        self, job_id: uuid.UUID, key: str, state: StepState, *, outcome: str | None, error: str | None
    ) -> None:
        await self.session.execute(
            RECORD_STEP,
            {"of_job": job_id, "step": key, "becomes": state, "made": outcome, "failure": error},
        )

    async def close_intents(self, job_id: uuid.UUID, state: StepState) -> None:
        """What becomes of steps without an outcome when the job ends, those of earlier rounds included: `superseded`
        where it ended well, because the last plan found them done or needless, else `outcome_unknown`."""
        await self.session.execute(CLOSE_INTENTS, {"of_job": job_id, "becomes": state})

    async def reopen(self, job_id: uuid.UUID) -> None:
        """failed → superseded: what was refused is tried again. What is in doubt stays so, and is looked up first."""
        await self.session.execute(
            update(JobStepModel)
            .where(JobStepModel.job_id == job_id, JobStepModel.state == "failed")
            .values(state="superseded")
        )

    async def outcomes_among(self, ids: Collection[str], but: uuid.UUID) -> Sequence[str]:
        found = await self.session.scalars(
            select(JobStepModel.outcome).where(
                JobStepModel.outcome.in_(ids),
                JobStepModel.state.in_(("intended", "done")),
                JobStepModel.job_id != but,
            )
        )
        return [outcome for outcome in found if outcome is not None]

    async def lock_outcomes(self) -> None:
        """Serialises those who take what they find for their own, until the transaction ends."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("outcomes"), 0)))

    async def take_outcome(self, job_id: uuid.UUID, claim: int, key: str, outcome: str) -> None:
        """Of an intended step that this claim holds."""
        await self.session.execute(
            update(JobStepModel)
            .where(
                JobStepModel.job_id == job_id,
                JobStepModel.key == key,
                JobStepModel.claim == claim,
                JobStepModel.state == "intended",
            )
            .values(outcome=outcome)
            .execution_options(synchronize_session=False)
        )

    async def in_doubt_alike(self, job_id: uuid.UUID, names: Collection[str]) -> Sequence[bool]:
        """Of each other job of the same kind and guild, and with the same under these names of its payload, that has a
        step in doubt: whether that is under way, and is to be waited for. Of two that look for what they did the one
        that was asked for first does not wait."""
        mine, other = aliased(JobModel), JobModel
        under_way = and_(
            other.state == "running",
            JobStepModel.state == "intended",
            other.lease_until > func.clock_timestamp(),
            or_(other.claims == 1, other.id < mine.id),
        )
        same = [mine.payload[name].is_not_distinct_from(other.payload[name]) for name in names]
        found = await self.session.scalars(
            select(under_way)
            .select_from(other)
            .join(JobStepModel, JobStepModel.job_id == other.id)
            .join(
                mine, and_(mine.id == job_id, mine.guild_id == other.guild_id, mine.kind == other.kind, *same)
            )
            .where(other.id != job_id, JobStepModel.state.in_(("intended", "outcome_unknown")))
        )
        return found.all()
