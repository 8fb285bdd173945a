"""Plans: made from a version or a snapshot, looked at, confirmed, asked to be applied. Never applied here (law 5)."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from core.access.service import AccessService
from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import ImageHash
from core.discord.permissions import Permission
from core.discord.types import Snapshot, Snowflake
from core.errors import Conflict, NotFound, Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import GuildView
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.images.service import ImageService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.policies.service import PolicyService
from core.rights import Right
from core.templates.active import ActiveVersionService
from core.templates.capture import document_of
from core.templates.checks.askers import unbound
from core.templates.documents.document import Document
from core.templates.jobs import APPLY, RESTORE_MEMBERS, ApplyPayload, RestoreMembersPayload
from core.templates.models import PlanModel
from core.templates.options import DELETED
from core.templates.plan import PlanOptions, Ref
from core.templates.planner import Planner
from core.templates.repository import BindingRepository, PlanRepository
from core.templates.rollback import warned
from core.templates.rows import to_plan
from core.templates.schemas import PlanBasis, StoredPlan
from core.templates.standing import no_members, require_fitting, require_unblocked
from core.templates.versions import TemplateVersionService
from core.templates.visibility import Visibility, require_known, tells_roles, unknown_member, visibility_of


class PlanService:
    def __init__(
        self,
        plans: PlanRepository,
        bindings: BindingRepository,
        *,
        versions: TemplateVersionService,
        active: ActiveVersionService,
        guilds: GuildService,
        snapshots: SnapshotService,
        access: AccessService,
        policies: PolicyService,
        options: GuildOptionsService,
        images: ImageService,
        jobs: JobService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._plans = plans
        self._bindings = bindings
        self._versions = versions
        self._active = active
        self._guilds = guilds
        self._snapshots = snapshots
        self._access = access
        self._options = options
        self._jobs = jobs
        self._audit = audit
        self._planner = Planner(policies, options, images, clock)

    async def create(
        self,
        actor: Actor,
        guild_id: Snowflake,
        template_id: uuid.UUID,
        number: int | None,
        options: PlanOptions,
        *,
        values: Mapping[str, str] | None = None,
    ) -> StoredPlan:
        """What it would take to make the guild, as last seen, equal to a version (the newest unless named). What
        `values` do not say of its variables is as in the guild's active version of this template. Raises `Invalid` for
        options and values that cannot be."""
        actor.require(guild_id, Right.PLANS_WRITE)
        await self._guilds.require_present(actor, guild_id)
        version = await self._versions.get(actor.unscoped(), template_id, number)
        meant = await self._active.resolved(guild_id, version, values or {})
        return await self._store(
            actor,
            await self._guilds.seen(guild_id),
            meant.document,
            await self._bindings.of(guild_id, template_id),
            options,
            template_id=template_id,
            version=version.info.number,
            values=meant.values,
        )

    async def create_rollback(
        self,
        actor: Actor,
        guild_id: Snowflake,
        snapshot_id: uuid.UUID,
        *,
        max_deletes: int = 750,
        mappings: Mapping[str, Snowflake] | None = None,
        members: bool = False,
    ) -> StoredPlan:
        """What it would take to make the guild look as in one of its snapshots, with `members` also to give members
        back the roles that they had. Raises as `create`, and `Invalid` where a snapshot has no
        members' roles."""
        actor.require(guild_id, Right.ROLLBACKS_WRITE)
        await self._guilds.require_present(actor, guild_id)
        snapshot = await self._snapshots.content(guild_id, snapshot_id)
        captured = document_of(snapshot.content)
        if members and not await self._snapshots.members_of(snapshot_id):
            raise no_members()
        return await self._store(
            actor,
            await self._guilds.seen(guild_id),
            captured.document,
            captured.bindings,
            PlanOptions(
                mode="exact",
                extras=DELETED,
                confirm_destructive=True,
                max_deletes=max_deletes,
                mappings=dict(mappings or {}),
                members=members,
            ),
            snapshot_id=snapshot_id,
        )

    async def get(self, actor: Actor, plan_id: uuid.UUID) -> StoredPlan:
        """Raises `NotFound` also for a plan of a guild that the actor may not know of."""
        model = await self._visible(actor, plan_id)
        actor.require(model.guild_id, Right.PLANS_READ)
        return to_plan(model)

    async def request_apply(
        self, actor: Actor, plan_id: uuid.UUID, *, confirmed_hash: str | None = None
    ) -> Job:
        """Asks the bot to do it. Needs Discord's Administrator, and for what deletes the approval of another one where
        the guild wants that.

        Raises `Stale` when the guild has changed so that the plan would be another one now, or when the asker confirms
        another hash; `Conflict` for a plan with blockers, or one that was applied already."""
        model = await self._visible(actor, plan_id, lock=True)
        actor.require(model.guild_id, Right.PLANS_APPLY)
        actor.require_could(model.guild_id, Permission(APPLY.bits))
        await self._guilds.require_present(actor, model.guild_id)
        if confirmed_hash is not None and confirmed_hash != model.plan.hash:
            raise Stale(
                "The hash you confirm is not this plan's hash: look at the plan again.", code="plan_stale"
            )
        if model.job_id is not None:
            raise Conflict(
                f"This plan was used already, by job {model.job_id}: make a new plan.", code="plan_used"
            )
        require_unblocked(unbound(model.plan))
        await self._jobs.require_free(model.guild_id)
        await self._planner.require_fresh(actor, model, await self._guilds.seen(model.guild_id))
        wants_approval = (await self._options.of(model.guild_id)).approval_required
        job = await self._jobs.ask(
            actor,
            APPLY,
            ApplyPayload(plan_id=plan_id),
            guild_id=model.guild_id,
            needs_approval=wants_approval and model.plan.is_destructive,
        )
        await self._plans.note_job(plan_id, job.id)
        await self._audit.record(
            actor,
            "plan.apply",
            ("plan", plan_id),
            guild_id=model.guild_id,
            after={"hash": model.plan.hash},
            job_id=job.id,
        )
        return job

    async def require_fresh(self, actor: Actor, plan_id: uuid.UUID) -> None:
        """Raises `Stale` where it would be another plan now, `Conflict` where something stands against it."""
        model = await self._visible(actor, plan_id)
        await self._planner.require_fresh(actor, model, await self._guilds.seen(model.guild_id))

    async def basis(self, plan_id: uuid.UUID) -> PlanBasis:
        """For the job that applies it; bindings are read anew, because an earlier attempt may have written some."""
        model = await self._plans.find_whole(plan_id)
        if model is None:
            raise NotFound(f"There is no plan {plan_id}.")
        stored: dict[str, Snowflake] = {}
        if model.template_id is not None:
            stored = await self._bindings.of(model.guild_id, model.template_id)
        return PlanBasis(
            plan_id=model.id,
            guild_id=model.guild_id,
            template_id=model.template_id,
            version=model.version,
            snapshot_id=model.snapshot_id,
            values=model.values,
            document=model.document,
            bindings={**model.bindings, **stored},
            options=await self._planner.with_protected(model.guild_id, model.options),
            plan=model.plan,
        )

    async def request_members(
        self, actor: Actor, basis: PlanBasis, id_map: Mapping[Snowflake, Snowflake]
    ) -> uuid.UUID | None:
        """After a rollback that was to give members their roles back: asks for it. The job's id."""
        if basis.snapshot_id is None or not basis.options.members:
            return None
        payload = RestoreMembersPayload(snapshot_id=basis.snapshot_id, id_map=dict(id_map))
        return (await self._jobs.ask(actor, RESTORE_MEMBERS, payload, guild_id=basis.guild_id)).id

    async def bind(self, basis: PlanBasis, ids: Mapping[str, Snowflake]) -> None:
        """Remembers which Discord object a node of the template is in that guild."""
        if basis.template_id is not None:
            await self._bindings.bind(basis.guild_id, basis.template_id, ids)

    async def snapshots_since(self, moment: datetime) -> frozenset[uuid.UUID]:
        """Those that a plan made since then goes back to."""
        return await self._plans.snapshots_since(moment)

    async def pictures(self) -> frozenset[ImageHash]:
        """All that a plan's document names."""
        return await self._plans.pictures()

    async def visibility(
        self,
        actor: Actor,
        guild_id: Snowflake,
        *,
        roles: Collection[Ref],
        member: Snowflake | None = None,
        plan_id: uuid.UUID | None = None,
    ) -> tuple[int, Visibility]:
        """What somebody with these roles may do in the guild as last seen, whose revision is told, and when a plan is
        done. Without `roles` a member has those that they were last seen with. Raises `NotFound` for
        roles that are not there, `Invalid` for a member of whom no roles are known, `Stale` for a plan that was made on
        another guild than the one of now."""
        view = await self._guilds.view(actor, guild_id)
        plan = None
        if plan_id is not None:
            model = await self._visible(actor, plan_id)
            if model.guild_id != guild_id:
                raise NotFound(f"Guild {guild_id} has no plan {plan_id}.")
            if model.guild_revision != view.guild.revision:
                raise Stale(
                    "The guild has changed since this plan was made: make a new plan.", code="plan_stale"
                )
            plan = model.plan
        seen_at = None
        if member is not None and not roles and member != view.structure.owner_id:
            seen_at, held = await self._last_seen(view.structure, member)
            known = {role.id for role in view.structure.roles}
            roles = [role for role in held if role in known]
        require_known(roles, view.structure, plan)
        # @everyone is everybody's already, and comes before the roles of one.
        held_roles = [role for role in roles if role != guild_id]
        return view.guild.revision, visibility_of(
            view.structure, roles=held_roles, roles_seen_at=seen_at, member=member, plan=plan
        )

    async def _last_seen(self, guild: Snapshot, member: Snowflake) -> tuple[datetime, tuple[Snowflake, ...]]:
        """What is kept of people in step with the gateway comes first; of who means nothing here only captures
        tell."""
        person = await self._access.member(guild.guild_id, member)
        if person is not None and tells_roles(person[1], guild):
            return person[0], person[1].role_ids
        found = await self._snapshots.member_last_seen(guild.guild_id, member)
        if found is None:
            raise unknown_member(guild.guild_id, member)
        return found[0], found[1].role_ids

    async def _store(
        self,
        actor: Actor,
        view: GuildView,
        document: Document,
        bindings: Mapping[str, Snowflake],
        options: PlanOptions,
        *,
        template_id: uuid.UUID | None = None,
        version: int | None = None,
        values: dict[str, str] | None = None,
        snapshot_id: uuid.UUID | None = None,
    ) -> StoredPlan:
        require_fitting(document, view.structure, options)
        options = await self._planner.with_protected(view.guild.id, options)
        plan = await self._planner.plan(actor, view, document, bindings, options)
        if snapshot_id is not None:
            plan = warned(plan)
        model = await self._plans.add(
            PlanModel(
                guild_id=view.guild.id,
                guild_revision=view.guild.revision,
                template_id=template_id,
                version=version,
                values=values or {},
                snapshot_id=snapshot_id,
                options=options,
                document=document,
                bindings=dict(bindings),
                plan=plan,
                actor=actor.kept_for(view.guild.id),
            )
        )
        await self._audit.record(
            actor,
            "plan.create",
            ("plan", model.id),
            guild_id=view.guild.id,
            after=msgspec.to_builtins({"hash": plan.hash, "calls": plan.calls, "template": template_id}),
        )
        return to_plan(model)

    async def _visible(self, actor: Actor, plan_id: uuid.UUID, *, lock: bool = False) -> PlanModel:
        model = await self._plans.find_whole(plan_id, lock=lock)
        if model is None or not actor.unscoped().may(model.guild_id, Right.PLANS_READ):
            raise NotFound(f"There is no plan {plan_id}.")
        return model
