"""Plans that delete, in guilds that want a second administrator to agree."""

import uuid

import msgspec

from core.actor import Actor
from core.audit.service import AuditService
from core.discord.types import Snowflake
from core.errors import Conflict, Stale
from core.jobs.approvals import ApprovalService
from core.jobs.schemas import Job
from core.rights import Right
from core.templates.jobs import APPLY, ApplyPayload
from core.templates.planning import PlanService
from core.templates.schemas import AwaitedPlan, StoredPlan


class PlanApprovalService:
    def __init__(self, plans: PlanService, approvals: ApprovalService, audit: AuditService) -> None:
        self._plans = plans
        self._approvals = approvals
        self._audit = audit

    async def waiting(self, actor: Actor, guild_id: Snowflake) -> tuple[AwaitedPlan, ...]:
        """A guild's plans that wait until a second administrator agrees, newest first."""
        jobs = await self._approvals.waiting(actor, APPLY.kind, guild_id)
        plans = [msgspec.convert(job.payload, ApplyPayload).plan_id for job in jobs]
        found = [await self._plans.get(actor.unscoped(), plan_id) for plan_id in plans]
        return tuple(AwaitedPlan(stored=plan, job=job) for job, plan in zip(jobs, found, strict=True))

    async def approve(self, actor: Actor, plan_id: uuid.UUID, *, confirmed_hash: str | None = None) -> Job:
        """Lets the job begin that was asked to apply it. Needs somebody else than who asked. Raises
        `Stale` where the guild has changed so that the plan would be another one now, or for another hash; `Conflict`
        where no job waits for that."""
        stored = await self._decidable(actor, plan_id)
        job_id = _job_of(stored)
        if confirmed_hash is not None and confirmed_hash != stored.plan.hash:
            raise Stale(
                "The hash you confirm is not this plan's hash: look at the plan again.", code="plan_stale"
            )
        job = await self._approvals.approve(actor, job_id)
        await self._plans.require_fresh(actor, plan_id)
        await self._note(actor, stored, "plan.approve")
        return job

    async def reject(self, actor: Actor, plan_id: uuid.UUID) -> Job:
        """Ends the job that was asked to apply it. Raises `Conflict` where none waits."""
        stored = await self._decidable(actor, plan_id)
        job = await self._approvals.reject(actor, _job_of(stored))
        await self._note(actor, stored, "plan.reject")
        return job

    async def _decidable(self, actor: Actor, plan_id: uuid.UUID) -> StoredPlan:
        stored = await self._plans.get(actor.unscoped(), plan_id)
        actor.require(stored.guild_id, Right.PLANS_APPROVE)
        return stored

    async def _note(self, actor: Actor, stored: StoredPlan, action: str) -> None:
        await self._audit.record(
            actor,
            action,
            ("plan", stored.id),
            guild_id=stored.guild_id,
            after={"hash": stored.plan.hash},
            job_id=stored.job_id,
        )


def _job_of(stored: StoredPlan) -> uuid.UUID:
    if stored.job_id is None:
        raise Conflict("Nobody has asked to apply this plan.", code="not_awaiting_approval")
    return stored.job_id
