"""Plans: made, looked at, applied."""

from typing import Any

from litestar import Controller, Request, Response, get, post

from api.answers import Answer, accepted, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import job_at, plan_at
from api.operations import operation
from api.params import GuildId, PlanId
from api.schemas.jobs import Job, job_of
from api.schemas.plan_options import options_of
from api.schemas.plans import ApplyPlan, CreatePlan, CreateRollback, Plan, plan_of
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.rights import Right


class PlanController(Controller):
    tags = ("plans",)

    @post(
        "/guilds/{guild_id:str}/plans",
        guards=[needs(Right.PLANS_WRITE)],
        **operation("createPlan", body=CreatePlan, refuses=(NotFound, Forbidden, Conflict), once=True),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Plan]:
        """See what it would take to make a guild equal to a template's version. Nothing is done yet."""
        wanted = await body_of(request, CreatePlan)

        async def make() -> Answer[Plan]:
            stored = await unit.plans.create(
                actor,
                guild_id,
                wanted.template_id,
                wanted.version,
                options_of(wanted, wanted.mappings),
                values=wanted.values,
            )
            return created(plan_of(stored), plan_at(stored.id))

        return await once(make)

    @post(
        "/guilds/{guild_id:str}/rollbacks",
        guards=[needs(Right.ROLLBACKS_WRITE)],
        **operation(
            "createRollback", body=CreateRollback, refuses=(NotFound, Forbidden, Conflict), once=True
        ),
    )
    async def create_rollback(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Plan]:
        """See what it would take to make a guild look as in one of its snapshots: a plan like any other."""
        wanted = await body_of(request, CreateRollback)

        async def make() -> Answer[Plan]:
            stored = await unit.plans.create_rollback(
                actor,
                guild_id,
                wanted.snapshot_id,
                max_deletes=wanted.max_deletes,
                mappings=wanted.mappings,
                members=wanted.members,
            )
            return created(plan_of(stored), plan_at(stored.id))

        return await once(make)

    @get(
        "/plans/{plan_id:uuid}", guards=[needs(Right.PLANS_READ)], **operation("getPlan", refuses=(NotFound,))
    )
    async def plan(self, *, actor: Asker, unit: Unit, plan_id: PlanId) -> Plan:
        """One plan, as it was made."""
        return plan_of(await unit.plans.get(actor, plan_id))

    @post(
        "/plans/{plan_id:uuid}/apply",
        guards=[needs(Right.PLANS_APPLY)],
        **operation(
            "applyPlan",
            body=ApplyPlan,
            body_required=False,
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict, Stale),
            once=True,
            waits=True,
        ),
    )
    async def apply(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, plan_id: PlanId
    ) -> Response[Job]:
        """Ask the bot to do what the plan says: exactly that, or nothing. Where the guild wants a second administrator
        to agree to what deletes, the job waits for that."""
        confirmed = await body_of(request, ApplyPlan, default=ApplyPlan())

        async def ask() -> Answer[Job]:
            job = await unit.plans.request_apply(actor, plan_id, confirmed_hash=confirmed.hash)
            return accepted(job_of(job), job_at(job.id))

        return await once(ask)

    @post(
        "/plans/{plan_id:uuid}/approve",
        guards=[needs(Right.PLANS_APPROVE)],
        **operation(
            "approvePlan",
            body=ApplyPlan,
            body_required=False,
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict, Stale),
            once=True,
            waits=True,
        ),
    )
    async def approve(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, plan_id: PlanId
    ) -> Response[Job]:
        """Agree to a plan that another administrator has asked to apply: its job waits for that no longer."""
        confirmed = await body_of(request, ApplyPlan, default=ApplyPlan())

        async def decide() -> Answer[Job]:
            job = await unit.plan_approvals.approve(actor, plan_id, confirmed_hash=confirmed.hash)
            return accepted(job_of(job), job_at(job.id))

        return await once(decide)

    @post(
        "/plans/{plan_id:uuid}/reject",
        guards=[needs(Right.PLANS_APPROVE)],
        **operation(
            "rejectPlan",
            statuses=(202, 200),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
            waits=True,
        ),
    )
    async def reject(self, *, actor: Asker, unit: Unit, once: Once, plan_id: PlanId) -> Response[Job]:
        """Do not agree: the job that waits for it is cancelled."""

        async def decide() -> Answer[Job]:
            job = await unit.plan_approvals.reject(actor, plan_id)
            return accepted(job_of(job), job_at(job.id))

        return await once(decide)
