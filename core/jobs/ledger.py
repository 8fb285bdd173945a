"""The ledger as its holders write it: claim, renew, step, wait, settle. Each call fits in one short unit of work."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import func

from core.clock import Clock
from core.jobs.claim_repository import ClaimRepository
from core.jobs.ends import EarlyEnds
from core.jobs.errors import LeaseLost
from core.jobs.event_repository import JobEventRepository
from core.jobs.mapping import event_data, to_job, to_step
from core.jobs.models import JobModel
from core.jobs.schemas import ANY_CLAIM, Announcement, Claim, ClaimTerms, Intent, Job, JobError, JobStep
from core.jobs.states import JobState, Lane, StepState, WaitingFor
from core.jobs.step_repository import StepRepository


class Ledger:
    """Everything but `claim` raises `LeaseLost` when the claim is not the newest of its job (fencing)."""

    def __init__(
        self,
        claims: ClaimRepository,
        steps: StepRepository,
        events: JobEventRepository,
        ends: EarlyEnds,
        clock: Clock,
    ) -> None:
        self._claims = claims
        self._steps = steps
        self._events = events
        self._ends = ends
        self._clock = clock

    async def claim(
        self, lane: Lane, holder: str, lease_seconds: float, terms: ClaimTerms = ANY_CLAIM
    ) -> Claim | None:
        """The best claimable job, or None. A job whose attempts are spent is settled `dead` on the way."""
        while True:
            model = await self._claims.claim(lane, holder, lease_seconds, self._clock(), terms)
            if model is None:
                return None
            if model.spent_attempts <= model.max_attempts:
                await self._events.append(model, "job.running", event_data(model))
                return Claim(job=to_job(model), number=model.claims)
            error = JobError(
                code="attempts_spent", message="Every attempt ended without an answer.", retryable=True
            )
            await self._settled(model, model.claims, "dead", error=error)

    async def outlook(self, lane: Lane, terms: ClaimTerms = ANY_CLAIM) -> tuple[int, datetime | None]:
        """How many jobs are claimable now, and when the next one becomes due that is not."""
        return await self._claims.outlook(lane, self._clock(), terms)

    async def renew(self, claim: Claim, lease_seconds: float) -> Job:
        return to_job(_held(await self._claims.renew(claim.job.id, claim.number, lease_seconds)))

    async def announce(self, claim: Claim, lease_seconds: float, announcement: Announcement) -> Job:
        """How many steps the job has, or how many are left when it was planned anew."""
        return await self._progress(claim, lease_seconds, **await self._announced(claim, announcement))

    async def intend(
        self,
        claim: Claim,
        lease_seconds: float,
        key: str,
        title: str,
        *,
        once: bool,
        is_new: bool = False,
        announcement: Announcement | None = None,
    ) -> Intent:
        """Stores the intent of a step before its call, unless it is recorded as done and to be done `once`.

        `is_new` says that nobody can have intended it before, which spares a look; `announcement` is written along.
        """
        values: dict[str, Any] = {"progress_now": title}
        if claim.job.first_call_at is None:
            values["first_call_at"] = func.coalesce(JobModel.first_call_at, func.clock_timestamp())
        if announcement is None:
            job = to_job(
                _held(await self._claims.advance(claim.job.id, claim.number, lease_seconds, **values))
            )
        else:
            values |= await self._announced(claim, announcement)
            job = await self._progress(claim, lease_seconds, **values)
        earlier = None if is_new else await self._steps.find(claim.job.id, key)
        if earlier is not None and earlier.state == "done" and once:
            return Intent(job=job, since=earlier.intended_at, begun_earlier=True, recorded=to_step(earlier))
        begun_earlier = (
            earlier is not None
            and earlier.state not in {"failed", "superseded"}
            and earlier.claim < claim.number
        )
        since = earlier.intended_at if earlier is not None and begun_earlier else None
        step = await self._steps.intend(claim.job.id, key, title, claim.number, since)
        return Intent(job=job, since=step.intended_at, begun_earlier=begun_earlier)

    async def _announced(self, claim: Claim, announcement: Announcement) -> dict[str, Any]:
        steps = () if claim.number == 1 else await self._steps.of_job(claim.job.id)
        done = sum(step.state == "done" for step in steps)
        total = announcement.total + (done if announcement.planned_anew else 0)
        expected_at = self._expected(announcement.seconds_left)
        return {"progress_done": done, "progress_total": total, "progress_expected_at": expected_at}

    def _expected(self, seconds_left: float | None) -> datetime | None:
        return None if seconds_left is None else self._clock() + timedelta(seconds=seconds_left)

    async def record(
        self,
        claim: Claim,
        lease_seconds: float,
        key: str,
        state: StepState,
        *,
        outcome: str | None = None,
        error: str | None = None,
        seconds_left: float | None = None,
    ) -> Job:
        """Stores how a step ended, together with the progress it makes. Attempts are spent on what is not
        done: otherwise a job of a thousand steps would die of a few lost answers."""
        values: dict[str, Any] = {}
        if state == "done":
            expected_at = self._expected(seconds_left)
            values = {
                "progress_done": JobModel.progress_done + 1,
                "progress_expected_at": expected_at,
                "spent_attempts": 0,
            }
        model = _held(await self._claims.advance(claim.job.id, claim.number, lease_seconds, **values))
        await self._steps.record(claim.job.id, key, state, outcome=outcome, error=error)
        await self._events.append(model, "job.progress", event_data(model))
        return to_job(model)

    async def steps(self, job_id: uuid.UUID) -> tuple[JobStep, ...]:
        return tuple(to_step(step) for step in await self._steps.of_job(job_id))

    async def outcomes_among(self, ids: Collection[str], *, but: uuid.UUID) -> frozenset[str]:
        """Those of the ids that other jobs have recorded as what they made."""
        return frozenset(await self._steps.outcomes_among(ids, but))

    async def take_outcome(self, job_id: uuid.UUID, claim: int, key: str, ids: Sequence[str]) -> str | None:
        """The last of the ids that no other job has, or None. It is this step's from now on, so that of two jobs that
        look at the same moment only one has it."""
        await self._steps.lock_outcomes()
        others = await self._steps.outcomes_among(ids, job_id)
        left = [each for each in ids if each not in others]
        if not left:
            return None
        await self._steps.take_outcome(job_id, claim, key, left[-1])
        return left[-1]

    async def in_doubt_alike(self, job: Job, names: Collection[str]) -> tuple[bool, ...]:
        """One for each other job that wants the same by these names of its payload, and does not know whether it was
        done: whether that one is at it right now."""
        return tuple(await self._steps.in_doubt_alike(job.id, names))

    async def has_open_before(self, job: Job, name: str, among: Collection[str]) -> bool:
        """Whether an older job of the same kind and guild, with one of these under that name of its payload, has not
        ended: for whoever must not be at work beside it."""
        return await self._claims.has_open_before(job.id, job.kind, job.guild_id, name, among)

    async def wait(
        self,
        claim: Claim,
        waiting_for: WaitingFor,
        resume_at: datetime | None,
        *,
        burn: bool,
        error: JobError | None = None,
    ) -> None:
        """Gives the job back until `resume_at`; only `burn` counts as an attempt."""
        model = await self._claims.wait(
            claim.job.id, claim.number, waiting_for, resume_at, burn=burn, error=error
        )
        await self._given_back(_held(model), "job.waiting")

    async def hand_back(self, claim: Claim) -> None:
        """For a worker that is going away: the job is claimable at once and no attempt is burned."""
        await self._given_back(_held(await self._claims.hand_back(claim.job.id, claim.number)), "job.queued")

    async def settle(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: msgspec.Struct | None = None,
        error: JobError | None = None,
    ) -> Job:
        return await self._settled(claim.job, claim.number, state, result=result, error=error)

    async def _settled(
        self,
        job: Job | JobModel,
        number: int,
        state: JobState,
        *,
        result: msgspec.Struct | None = None,
        error: JobError | None = None,
    ) -> Job:
        await self._steps.close_intents(job.id, "superseded" if state == "succeeded" else "outcome_unknown")
        plain = None if result is None else msgspec.to_builtins(result)
        model = _held(await self._claims.settle(job.id, number, state, result=plain, error=error))
        await self._event(model, "job.settled")
        return to_job(model)

    async def _progress(self, claim: Claim, lease_seconds: float, **values: Any) -> Job:
        model = _held(await self._claims.advance(claim.job.id, claim.number, lease_seconds, **values))
        await self._event(model, "job.progress")
        return to_job(model)

    async def _given_back(self, model: JobModel, type_: str) -> None:
        if model.state == "cancelled":
            model = await self._ends.told(model)
        await self._event(model, "job.settled" if model.state == "cancelled" else type_)

    async def _event(self, model: JobModel, type_: str) -> None:
        await self._events.append(model, type_, event_data(model))


def _held(model: JobModel | None) -> JobModel:
    if model is None:
        raise LeaseLost("This job is in other hands by now.")
    return model
