"""Putting back what was changed by hand."""

import asyncio

from core.discord.types import Snowflake
from core.drift.jobs import DRIFT_REVERT, DriftRevertPayload, DriftRevertResult
from core.drift.schemas import DriftBasis
from core.jobs.errors import JobFailed
from core.templates.apply import apply
from core.templates.diff import diff
from core.templates.options import Only
from core.templates.plan import Plan, PlanOptions
from workers.registry import JobContext, runs

_TOLD_WITHIN_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.05


@runs(DRIFT_REVERT)
async def revert(job: JobContext, payload: DriftRevertPayload) -> DriftRevertResult:
    """Plans on what the guild is now, so a later claim does what is left. A merge plan deletes nothing."""
    async with job.database.read() as unit:
        basis = await unit.drift.revert_basis(job.guild_id, payload)
    plan = await _plan(job, basis, payload, {})
    if plan.blockers:
        raise JobFailed(" ".join(notice.message for notice in plan.blockers), code="plan_blocked")
    created = await apply(plan, job.guild_id, job.gateway, job.journal)
    await _until_told(job, basis, payload, created)
    async with job.database.unit() as unit:
        await unit.guilds.store_read(job.guild_id, job.read_guild)
        await unit.drift.bind(basis, created)
    return DriftRevertResult(created=created, calls=len(plan.steps))


async def _plan(
    job: JobContext, basis: DriftBasis, payload: DriftRevertPayload, made: dict[str, Snowflake]
) -> Plan:
    snapshot, powers = await job.read_guild()
    options = PlanOptions(
        mode="merge",
        only=Only(kinds=("guild",) if payload.guild else (), nodes=payload.nodes),
        protected=basis.options.protected_ids,
    )
    return diff(basis.document, snapshot, {**basis.bindings, **made}, powers, options)


async def _until_told(
    job: JobContext, basis: DriftBasis, payload: DriftRevertPayload, made: dict[str, Snowflake]
) -> None:
    """Gateway events follow the answers to calls by moments."""
    deadline, pause = asyncio.get_running_loop().time() + _TOLD_WITHIN_SECONDS, _FIRST_PAUSE_SECONDS
    while not (await _plan(job, basis, payload, made)).is_empty:
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(pause)
        pause *= 1.5
