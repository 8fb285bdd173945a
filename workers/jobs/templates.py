"""Applying a plan: read the guild, plan again, do what that plan says, look whether it came true."""

import uuid

from msgspec.structs import replace

from core.discord.errors import CallRefused
from core.discord.resources import GuildDetails
from core.discord.types import Snowflake
from core.guilds.schemas import SnapshotContent
from core.jobs.errors import Cancelled, DoneInPart, JobFailed
from core.jobs.schemas import JobStep
from core.templates.apply import apply, finder
from core.templates.begun import Begun
from core.templates.checks.askers import bounded, powers_of
from core.templates.diff import diff
from core.templates.jobs import APPLY, ApplyPayload, ApplyResult
from core.templates.judged import judged
from core.templates.plan import Notice, Plan, deletes_of, node_of
from core.templates.resources.sections import details_in
from core.templates.resources.uploads import not_ready, pictures_of, uploaded
from core.templates.schemas import PlanBasis
from core.templates.so_far import id_map, result_of, unfinished
from core.templates.staleness import changes_since, told
from workers.acting import asking_member
from workers.budgets import require_room
from workers.capture import keep
from workers.planning import StoredPictures, read_for, reader_for, until_told
from workers.registry import JobContext, runs


@runs(APPLY)
async def apply_plan(job: JobContext, payload: ApplyPayload) -> ApplyResult:
    """Before anything is done it is exactly the plan that was confirmed, or nothing. After that a claim converges: it
    plans again on what earlier ones left, and deletes nothing that was not confirmed."""
    async with job.database.read() as unit:
        basis = await unit.plans.basis(payload.plan_id)
        steps = await unit.ledger.steps(job.job.id)
    asked = await _ask_anew(job, basis)
    made = await _made_earlier(job, steps)
    begun = await _begun(job, basis) if made or any(step.state == "done" for step in steps) else None
    plan = await _plan_again(job, basis, made, begun)
    if plan.hash != basis.plan.hash and (begun is None or not deletes_of(plan) <= deletes_of(basis.plan)):
        raise JobFailed(told(changes_since(basis.plan, plan)), code="plan_stale")
    plan = await _bounded(job, await _judged(job, plan) if begun is None else plan)
    blockers = (*plan.blockers, *await _not_ready(job, basis, plan))
    if blockers:
        raise JobFailed(" ".join(notice.message for notice in blockers), code="plan_blocked")
    if begun is None:
        await require_room(job, plan)
    kept = await keep(job, "before_apply", members=True, details=asked)
    before, begun = kept.info.id, _begun_from(kept, basis)
    try:
        made |= await apply(plan, job.guild_id, job.gateway, job.journal, StoredPictures(job))
    except CallRefused as error:
        raise await _in_part(job, basis, kept, error) from error
    except Cancelled as error:
        so_far, _ = await _done_so_far(job, basis, kept)
        raise Cancelled(error.message, result=so_far) from error
    left = await _until_told(job, basis, plan, made, begun)
    members_job_id = await _remember(job, basis, left, made)
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    return replace(result_of(basis, before, made, left, steps), members_job_id=members_job_id)


async def _ask_anew(job: JobContext, basis: PlanBasis) -> GuildDetails | None:
    """All of it, because it is also kept before anything is done; a later claim has that already."""
    if job.claim == 1:
        return await job.gateway.read_details(job.guild_id)
    await job.gateway.read_details(job.guild_id, details_in(basis.document))
    return None


async def _judged(job: JobContext, plan: Plan) -> Plan:
    """By the rules that the guild keeps by now. Of a plan that is half done the rest is not judged: what it takes for a
    while it must be able to give back."""
    async with job.database.read() as unit:
        rules = await unit.policies.of(job.guild_id)
    snapshot, _ = await job.read_guild()
    return judged(plan, snapshot, rules)


async def _in_part(
    job: JobContext, basis: PlanBasis, kept: SnapshotContent, error: CallRefused
) -> DoneInPart:
    """What was done stays; a retry plans again on it."""
    result, failed = await _done_so_far(job, basis, kept)
    return DoneInPart(error.message, result=result, code=error.error_code, step=failed)


async def _done_so_far(
    job: JobContext, basis: PlanBasis, kept: SnapshotContent
) -> tuple[ApplyResult, str | None]:
    """Each step with its outcome, what is tighter meanwhile, and the step that failed."""
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    made = await _made_earlier(job, steps)
    left = await _plan_again(job, basis, made, _begun_from(kept, basis))
    result = unfinished(basis, kept.info.id, made, left, steps)
    return result, next((step.id for step in steps if step.state == "failed"), None)


async def _begun(job: JobContext, basis: PlanBasis) -> Begun:
    """What an earlier claim has begun is finished: from what it began with, where that is still kept."""
    async with job.database.read() as unit:
        kept = await unit.snapshots.kept_by(job.job.id)
    return _begun_from(kept, basis) if kept else Begun(guild=(await job.read_guild())[0])


def _begun_from(kept: SnapshotContent, basis: PlanBasis) -> Begun:
    return Begun(guild=kept.content, deleting=deletes_of(basis.plan))


async def _plan_again(
    job: JobContext, basis: PlanBasis, made: dict[str, Snowflake], begun: Begun | None
) -> Plan:
    snapshot, powers = await read_for(job, basis.document)
    return diff(basis.document, snapshot, {**basis.bindings, **made}, powers, basis.options, begun=begun)


async def _not_ready(job: JobContext, basis: PlanBasis, plan: Plan) -> tuple[Notice, ...]:
    """What stands against doing it now, beside the guild itself."""
    snapshot, _ = await read_for(job, basis.document)
    async with job.database.read() as unit:
        held = await unit.images.held(pictures_of(plan))
    return not_ready(plan, held, snapshot, job.clock())


async def _bounded(job: JobContext, plan: Plan) -> Plan:
    """With what its asker, as a member at this moment, could not do by hand (law 8)."""
    asker = await asking_member(job, job.guild_id)
    if asker is None:
        return plan
    guild, _ = await job.read_guild()
    powers = powers_of(guild, asker.user_id, asker.role_ids)
    return bounded(plan, guild, job.job.actor.name, powers)


async def _made_earlier(job: JobContext, steps: tuple[JobStep, ...]) -> dict[str, Snowflake]:
    """Ids of what earlier claims made, by the document's keys; also of what the last one did not live to record."""
    made: dict[str, Snowflake] = {}
    for step in steps:
        key, look_up = node_of(step.id), finder(step.id, job.guild_id, job.gateway)
        if key is None or look_up is None:
            continue
        outcome = step.outcome if step.state == "done" else await job.journal.recall(step, look_up)
        if outcome is not None:
            made[key] = outcome
    return made


async def _until_told(
    job: JobContext, basis: PlanBasis, done: Plan, made: dict[str, Snowflake], begun: Begun
) -> Plan:
    """Answers what is left to do."""

    async def look() -> Plan:
        if pictures_of(done):
            await _note_uploads(job, basis, done, made)
        return await _plan_again(job, basis, made, begun)

    return await until_told(look)


async def _note_uploads(job: JobContext, basis: PlanBasis, done: Plan, made: dict[str, Snowflake]) -> None:
    """What Discord has under a new name is what was uploaded, whatever it made of the bytes."""
    snapshot, _ = await read_for(job, basis.document)
    async with job.database.unit() as unit:
        await unit.images.note_assets(uploaded(done, made, snapshot))


async def _remember(
    job: JobContext, basis: PlanBasis, left: Plan, made: dict[str, Snowflake]
) -> uuid.UUID | None:
    """The stored guild is right before the job is settled, so that whoever waited for it plans on the truth. A guild
    that has become equal to a version is measured by it from now on. Answers the job for the members' roles."""
    read = await reader_for(job, basis.document)
    async with job.database.unit() as unit:
        await unit.guilds.store_read(job.guild_id, read)
        await unit.plans.bind(basis, {**made, **left.matched})
        whole = left.is_empty and basis.options.only is None
        if whole and basis.template_id is not None and basis.version is not None:
            await unit.active_versions.note_applied(
                job.job.actor,
                job.guild_id,
                basis.template_id,
                basis.version,
                job.job.id,
                values=basis.values,
            )
        return await unit.plans.request_members(job.job.actor, basis, id_map(basis, left, made))
