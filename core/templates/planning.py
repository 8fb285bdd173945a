"""Plans: made from a version or a snapshot, looked at, confirmed, asked to be applied. Never applied here (law 5)."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.images import ImageHash
from core.discord.permissions import Permission
from core.discord.types import Snapshot, Snowflake
from core.errors import Conflict, Invalid, NotFound, Problem, Stale
from core.guilds.options_service import GuildOptionsService
from core.guilds.schemas import GuildView
from core.guilds.service import GuildService
from core.guilds.snapshots import SnapshotService
from core.images.service import ImageService
from core.jobs.schemas import Job
from core.jobs.service import JobService
from core.policies.service import PolicyService
from core.templates.active import ActiveVersionService
from core.templates.capture import document_of
from core.templates.checks.askers import bounded, powers_of, unbound
from core.templates.diff import diff
from core.templates.documents.document import Document
from core.templates.expectation import paced
from core.templates.jobs import APPLY, RESTORE_MEMBERS, ApplyPayload, RestoreMembersPayload
from core.templates.judged import judged
from core.templates.matching.unfit import unfit
from core.templates.models import PlanModel
from core.templates.options import DELETED
from core.templates.plan import CreateRole, Plan, PlanOptions, Ref, ref_to
from core.templates.repository import BindingRepository, PlanRepository
from core.templates.resources.uploads import not_ready, pictures_of
from core.templates.rollback import warned
from core.templates.schemas import PlanBasis, StoredPlan
from core.templates.service import TemplateService
from core.templates.staleness import changes_since, told
from core.templates.visibility import Visibility, visibility_of


class PlanService:
    def __init__(
        self,
        plans: PlanRepository,
        bindings: BindingRepository,
        *,
        templates: TemplateService,
        active: ActiveVersionService,
        guilds: GuildService,
        snapshots: SnapshotService,
        policies: PolicyService,
        options: GuildOptionsService,
        images: ImageService,
        jobs: JobService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._plans = plans
        self._bindings = bindings
        self._templates = templates
        self._active = active
        self._guilds = guilds
        self._snapshots = snapshots
        self._policies = policies
        self._options = options
        self._images = images
        self._jobs = jobs
        self._audit = audit
        self._clock = clock

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
        await self._guilds.require_present(actor, guild_id)
        version = await self._templates.version(actor, template_id, number)
        meant = await self._active.resolved(guild_id, version, values or {})
        return await self._store(
            actor,
            await self._guilds.view(actor, guild_id),
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
        back the roles that they had. Needs Administrator. Raises as `create`, and `Invalid` where a snapshot has no
        members' roles."""
        await self._guilds.require_present(actor, guild_id)
        actor.require(guild_id, Permission.ADMINISTRATOR)
        snapshot = await self._snapshots.get(actor, guild_id, snapshot_id)
        captured = document_of(snapshot.content)
        if members and not await self._snapshots.members_of(snapshot_id):
            raise _no_members()
        return await self._store(
            actor,
            await self._guilds.view(actor, guild_id),
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
        return to_plan(await self._visible(actor, plan_id))

    async def request_apply(
        self, actor: Actor, plan_id: uuid.UUID, *, confirmed_hash: str | None = None
    ) -> Job:
        """Asks the bot to do it. Needs Administrator, and for what deletes the approval of another one where the guild
        wants that.

        Raises `Stale` when the guild has changed so that the plan would be another one now, or when the asker
        confirms another hash; `Conflict` for a plan with blockers, or one that was applied already.
        """
        model = await self._visible(actor, plan_id, lock=True)
        actor.require(model.guild_id, Permission(APPLY.bits))
        await self._guilds.require_present(actor, model.guild_id)
        if confirmed_hash is not None and confirmed_hash != model.plan.hash:
            raise Stale(
                "The hash you confirm is not this plan's hash: look at the plan again.", code="plan_stale"
            )
        if model.job_id is not None:
            raise Conflict(
                f"This plan was used already, by job {model.job_id}: make a new plan.", code="plan_used"
            )
        _require_unblocked(unbound(model.plan))
        await self._jobs.require_free(model.guild_id)
        await self._require_fresh(actor, model)
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
        await self._require_fresh(actor, await self._visible(actor, plan_id))

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
            options=await self._with_protected(model.guild_id, model.options),
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
        done. Without `roles` a member has those that they had when members' roles were last kept. Needs Manage Guild.
        Raises `NotFound` for roles that are not there, `Invalid` for a member of whom no roles are known, `Stale` for a
        plan that was made on another guild than the one of now."""
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
        known = {role.id for role in view.structure.roles}
        seen_at = None
        if member is not None and not roles and member != view.structure.owner_id:
            seen_at, held = await self._last_seen(guild_id, member)
            roles = [role for role in held if role in known]
        if plan is not None:
            known |= {ref_to(step.key) for step in plan.steps if isinstance(step, CreateRole)}
        if unknown := [role for role in roles if role not in known]:
            raise NotFound(f"Guild {guild_id} has no role {unknown[0]}.")
        # @everyone is everybody's already, and comes before the roles of one.
        held_roles = [role for role in roles if role != guild_id]
        return view.guild.revision, visibility_of(
            view.structure, roles=held_roles, roles_seen_at=seen_at, member=member, plan=plan
        )

    async def _last_seen(
        self, guild_id: Snowflake, member: Snowflake
    ) -> tuple[datetime, tuple[Snowflake, ...]]:
        found = await self._snapshots.member_last_seen(guild_id, member)
        if found is None:
            raise _unknown_member(guild_id, member)
        return found[0], found[1].role_ids

    async def _require_fresh(self, actor: Actor, model: PlanModel) -> None:
        view = await self._guilds.view(actor, model.guild_id)
        options = await self._with_protected(model.guild_id, model.options)
        if view.guild.revision != model.guild_revision or options != model.options:
            now = diff(model.document, view.structure, model.bindings, view.powers, options)
            if now.hash != model.plan.hash:
                changes = changes_since(model.plan, now)
                raise Stale(told(changes), code="plan_stale", problems=changes)
        rules = await self._policies.of(model.guild_id)
        _require_unblocked(judged(_bounded(model.plan, view.structure, actor), view.structure, rules))

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
        _require_fitting(document, view.structure, options)
        options = await self._with_protected(view.guild.id, options)
        rules = await self._policies.of(view.guild.id)
        plan = diff(document, view.structure, bindings, view.powers, options)
        plan = judged(_bounded(plan, view.structure, actor), view.structure, rules)
        plan = await self._with_pictures(plan, view.structure)
        plan = paced(plan, view.pace, self._clock())
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
                actor=actor,
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

    async def _with_pictures(self, plan: Plan, guild: Snapshot) -> Plan:
        """With what stands against its pictures and its dates at this moment."""
        held = await self._images.held(pictures_of(plan))
        found = not_ready(plan, held, guild, self._clock())
        return msgspec.structs.replace(plan, blockers=(*plan.blockers, *found)) if found else plan

    async def _with_protected(self, guild_id: Snowflake, options: PlanOptions) -> PlanOptions:
        """Beside what the asker protects, what the guild does at this moment."""
        own = (await self._options.of(guild_id)).protected_ids
        return msgspec.structs.replace(options, protected=tuple(dict.fromkeys((*options.protected, *own))))

    async def _visible(self, actor: Actor, plan_id: uuid.UUID, *, lock: bool = False) -> PlanModel:
        model = await self._plans.find_whole(plan_id, lock=lock)
        if model is None or not actor.may(model.guild_id, Permission.MANAGE_GUILD):
            raise NotFound(f"There is no plan {plan_id}.")
        return model


def _bounded(plan: Plan, guild: Snapshot, actor: Actor) -> Plan:
    """With what stands against this asker."""
    if actor.is_owner:
        return unbound(plan)
    user_id, own = actor.discord_user_id or "0", actor.in_guild
    role_ids, bits = (own.role_ids, own.bits) if own and own.guild_id == guild.guild_id else ((), 0)
    return bounded(plan, guild, actor.name, powers_of(guild, user_id, role_ids, bits))


def _require_fitting(document: Document, snapshot: Snapshot, options: PlanOptions) -> None:
    """Raises `Invalid` for options that cannot be."""
    if problems := unfit(document, snapshot, options):
        raise Invalid(problems[0].message, problems=problems)


def _require_unblocked(plan: Plan) -> None:
    if plan.blockers:
        reasons = " ".join(notice.message for notice in plan.blockers)
        raise Conflict(
            f"This plan cannot be applied: {reasons}", code="plan_blocked", problems=_problems(plan)
        )


def _problems(plan: Plan) -> tuple[Problem, ...]:
    """Pointers into the plan, which says of each blocker what node of the document it is about."""
    return tuple(
        Problem(pointer=f"/blockers/{index}", code=notice.code, message=notice.message)
        for index, notice in enumerate(plan.blockers)
    )


def to_plan(model: PlanModel) -> StoredPlan:
    return StoredPlan(
        id=model.id,
        guild_id=model.guild_id,
        guild_revision=model.guild_revision,
        template_id=model.template_id,
        version=model.version,
        values=model.values,
        snapshot_id=model.snapshot_id,
        options=model.options,
        created_at=model.created_at,
        job_id=model.job_id,
        plan=model.plan,
    )


def _unknown_member(guild_id: Snowflake, member: Snowflake) -> Invalid:
    message = (
        f"Which roles {member} has is not known: give them as `role_id` ({guild_id}, the id of @everyone, for none), "
        "or capture the guild with `members: true`."
    )
    return Invalid(message, problems=(Problem(pointer="/member_id", code="roles_unknown", message=message),))


def _no_members() -> Invalid:
    message = (
        "No members' roles were kept with this snapshot, or not any more: leave `members` out. Captures keep them with "
        "`members: true` where the guild's settings have `keep_member_roles`."
    )
    return Invalid(message, problems=(Problem(pointer="/members", code="no_members_kept", message=message),))
