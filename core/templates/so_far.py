"""The result of applying a plan: whole, or what there is of it where it was not done to its end."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from core.discord.types import Snowflake
from core.errors import NotFound
from core.guilds.snapshots import SnapshotService
from core.jobs.schemas import Job, JobStep
from core.templates.jobs import APPLY, ApplyPayload, ApplyResult
from core.templates.plan import Plan, node_of
from core.templates.planning import PlanService
from core.templates.report import outcomes, tightened
from core.templates.rollback import changed_ids
from core.templates.schemas import PlanBasis


def result_of(
    basis: PlanBasis,
    before: uuid.UUID | None,
    made: Mapping[str, Snowflake],
    left: Plan,
    steps: Iterable[JobStep],
) -> ApplyResult:
    """`left` is the plan made anew on what the recorded `steps` left."""
    return ApplyResult(
        created=dict(made),
        snapshot_id=before,
        calls=sum(step.state == "done" for step in steps),
        is_equal=left.is_empty,
        id_map=id_map(basis, left, made),
    )


def unfinished(
    basis: PlanBasis,
    before: uuid.UUID | None,
    made: Mapping[str, Snowflake],
    left: Plan,
    steps: Sequence[JobStep],
) -> ApplyResult:
    """With the outcome of each step, and with what is tighter meanwhile."""
    done = {step.id for step in steps if step.state == "done"}
    return replace(
        result_of(basis, before, made, left, steps),
        outcomes=outcomes(steps, left),
        tightened=tightened(basis.plan, done),
    )


def id_map(basis: PlanBasis, left: Plan, made: Mapping[str, Snowflake]) -> dict[Snowflake, Snowflake]:
    return {} if basis.snapshot_id is None else changed_ids(basis.bindings, {**left.matched, **made})


class ApplyReports:
    """Part of `core.jobs.ends.Reports`. While nobody has the job nobody looks at the guild: what is left to do is told
    by the plan as it was confirmed."""

    def __init__(self, plans: PlanService, snapshots: SnapshotService) -> None:
        self._plans = plans
        self._snapshots = snapshots

    async def so_far(self, job: Job, steps: Sequence[JobStep]) -> ApplyResult | None:
        """None for a job of another kind, and for one whose plan is not kept any more."""
        if job.kind != APPLY.kind:
            return None
        try:
            basis = await self._plans.basis(msgspec.convert(job.payload, ApplyPayload).plan_id)
        except NotFound:
            return None
        kept = await self._snapshots.kept_by(job.id)
        done = [step for step in steps if step.state == "done"]
        known = {step.id for step in done}
        left = replace(basis.plan, steps=tuple(step for step in basis.plan.steps if step.id not in known))
        result = unfinished(basis, kept and kept.info.id, _made_by(done), left, steps)
        return replace(result, is_equal=False)  # which only a look at the guild could tell


def _made_by(done: Iterable[JobStep]) -> dict[str, Snowflake]:
    found = ((node_of(step.id), step.outcome) for step in done)
    return {key: outcome for key, outcome in found if key is not None and outcome is not None}
