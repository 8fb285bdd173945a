"""Jobs that somebody calls off while nobody has them: they tell what became of them as those do that were running."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from core.jobs.mapping import to_job, to_step
from core.jobs.models import JobModel
from core.jobs.schemas import Job, JobStep
from core.jobs.step_repository import StepRepository
from core.jobs.transition_repository import TransitionRepository


class Reports(Protocol):
    """What the domains know of their jobs, which are built on top of the ledger."""

    async def so_far(self, job: Job, steps: Sequence[JobStep]) -> msgspec.Struct | None:
        """The result of a job that ends here, by what is recorded of it; None for a kind that tells nothing then.
        Must not fail for reasons of its own: the job could not be called off."""
        ...


class EarlyEnds:
    def __init__(self, transitions: TransitionRepository, steps: StepRepository, reports: Reports) -> None:
        self._transitions = transitions
        self._steps = steps
        self._reports = reports

    async def told(self, model: JobModel) -> JobModel:
        """The job, which has just been cancelled, with what it did before that as its result."""
        await self._steps.close_intents(model.id, "outcome_unknown")
        steps = [to_step(step) for step in await self._steps.of_job(model.id)]
        if not any(step.state in {"done", "failed"} for step in steps):
            return model
        result = await self._reports.so_far(to_job(model), steps)
        return (
            model if result is None else await self._transitions.tell(model.id, msgspec.to_builtins(result))
        )
