"""Applying a plan: read the guild, plan again, do what that plan says, look whether it came true."""

import asyncio

from core.discord.types import Snowflake
from core.jobs.errors import JobFailed
from core.jobs.schemas import JobStep
from core.templates.apply import apply, finder
from core.templates.askers import bounded, powers_of
from core.templates.diff import diff
from core.templates.jobs import APPLY, ApplyPayload, ApplyResult
from core.templates.plan import Plan, deletes_of, node_of
from core.templates.schemas import PlanBasis
from workers.acting import asking_member
from workers.capture import keep
from workers.registry import JobContext, runs

_TOLD_WITHIN_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.05


@runs(APPLY)
async def apply_plan(job: JobContext, payload: ApplyPayload) -> ApplyResult:
    """Before anything is done it is exactly the plan that was confirmed, or nothing. After that a claim converges: it
    plans again on what earlier ones left, and deletes nothing that was not confirmed."""
    async with job.database.read() as unit:
        basis = await unit.plans.basis(payload.plan_id)
        steps = await unit.ledger.steps(job.job.id)
    made = await _made_earlier(job, steps)
    plan = await _plan_again(job, basis, made)
    begun = bool(made) or any(step.state == "done" for step in steps)
    if plan.hash != basis.hash and (not begun or not deletes_of(plan) <= basis.deletes):
        raise JobFailed("The guild has changed since this plan was made: make a new plan.", code="plan_stale")
    plan = await _bounded(job, plan)
    if plan.blockers:
        raise JobFailed(" ".join(notice.message for notice in plan.blockers), code="plan_blocked")
    before = (await keep(job, "before_apply", members=True)).info.id
    made |= await apply(plan, job.guild_id, job.gateway, job.journal)
    left = await _until_told(job, basis, made)
    await _remember(job, basis, left, {**made, **left.matched})
    async with job.database.read() as unit:
        steps = await unit.ledger.steps(job.job.id)
    return ApplyResult(
        created=made,
        snapshot_id=before,
        calls=sum(step.state == "done" for step in steps),
        is_equal=left.is_empty,
    )


async def _plan_again(job: JobContext, basis: PlanBasis, made: dict[str, Snowflake]) -> Plan:
    snapshot, powers = await job.read_guild()
    return diff(basis.document, snapshot, {**basis.bindings, **made}, powers, basis.options)


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


async def _until_told(job: JobContext, basis: PlanBasis, made: dict[str, Snowflake]) -> Plan:
    """Gateway events follow the answers to calls by moments: looks until nothing is left to do, or gives up."""
    deadline, pause = asyncio.get_running_loop().time() + _TOLD_WITHIN_SECONDS, _FIRST_PAUSE_SECONDS
    while True:
        left = await _plan_again(job, basis, made)
        if left.is_empty or asyncio.get_running_loop().time() > deadline:
            return left
        await asyncio.sleep(pause)
        pause *= 1.5


async def _remember(job: JobContext, basis: PlanBasis, left: Plan, ids: dict[str, Snowflake]) -> None:
    """The stored guild is right before the job is settled, so that whoever waited for it plans on the truth. A guild
    that has become equal to a version is measured by it from now on."""
    async with job.database.unit() as unit:
        await unit.guilds.store_read(job.guild_id, job.read_guild)
        await unit.plans.bind(basis, ids)
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
