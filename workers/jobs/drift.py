"""Putting back what was changed by hand."""

from core.discord.types import Snowflake
from core.drift.concession import conceded
from core.drift.jobs import DRIFT_REVERT, DriftRevertPayload, DriftRevertResult
from core.drift.schemas import DriftBasis
from core.jobs.errors import JobFailed
from core.templates.apply import apply
from core.templates.diff import diff
from core.templates.options import Only
from core.templates.plan import Plan, PlanOptions
from core.templates.resources.sections import details_in
from core.templates.resources.uploads import pictures_of, uploaded
from workers.planning import StoredPictures, read_for, reader_for, until_told
from workers.registry import JobContext, runs


@runs(DRIFT_REVERT)
async def revert(job: JobContext, payload: DriftRevertPayload) -> DriftRevertResult:
    """Plans on what the guild is now, so a later claim does what is left. A merge plan deletes nothing."""
    async with job.database.read() as unit:
        basis = await unit.drift.revert_basis(job.guild_id, payload)
    await job.gateway.read_details(job.guild_id, details_in(basis.document))
    plan = await _plan(job, basis, payload, {})
    if plan.blockers:
        raise JobFailed(" ".join(notice.message for notice in plan.blockers), code="plan_blocked")
    created = await apply(plan, job.guild_id, job.gateway, job.journal, StoredPictures(job))
    await until_told(lambda: _again(job, basis, payload, plan, created))
    read = await reader_for(job, basis.document)
    async with job.database.unit() as unit:
        await unit.guilds.store_read(job.guild_id, read)
        await unit.drift.bind(basis, created)
    return DriftRevertResult(created=created, calls=len(plan.steps))


async def _plan(
    job: JobContext, basis: DriftBasis, payload: DriftRevertPayload, made: dict[str, Snowflake]
) -> Plan:
    snapshot, powers = await read_for(job, basis.document)
    options = PlanOptions(
        mode="merge",
        only=Only(kinds=("guild",) if payload.guild else (), nodes=payload.nodes),
        protected=basis.options.protected_ids,
    )
    bindings = {**basis.bindings, **made}
    document = conceded(basis.document, snapshot, bindings, payload.left) if payload.left else basis.document
    return diff(document, snapshot, bindings, powers, options)


async def _again(
    job: JobContext,
    basis: DriftBasis,
    payload: DriftRevertPayload,
    done: Plan,
    made: dict[str, Snowflake],
) -> Plan:
    """What Discord has under a new name is what was uploaded."""
    if pictures_of(done):
        snapshot, _ = await read_for(job, basis.document)
        async with job.database.unit() as unit:
            await unit.images.note_assets(uploaded(done, made, snapshot))
    return await _plan(job, basis, payload, made)
