"""Jobs that nobody may do before somebody else than who asked has agreed."""

import uuid
from typing import NoReturn

from core.actor import Actor, is_same_person
from core.audit.service import AuditService
from core.discord.permissions import Permission
from core.errors import Conflict, Forbidden, NotFound
from core.jobs.event_repository import JobEventRepository
from core.jobs.mapping import event_data, to_job
from core.jobs.models import JobModel
from core.jobs.repository import JobRepository
from core.jobs.ring import RingLater, Rung
from core.jobs.schemas import Job, JobError, JobFilter
from core.jobs.service import JobService
from core.jobs.sight import JobSight
from core.jobs.spec import Catalog
from core.jobs.transition_repository import TransitionRepository
from core.paging import Paging
from core.rights import Right, Role

_MOST_WAITING = 200


class ApprovalService:
    """Whoever may ask for a job may decide on it."""

    def __init__(
        self,
        jobs: JobRepository,
        transitions: TransitionRepository,
        events: JobEventRepository,
        *,
        known: JobService,
        audit: AuditService,
        catalog: Catalog,
        ring: RingLater,
    ) -> None:
        self._jobs = jobs
        self._transitions = transitions
        self._events = events
        self._known = known
        self._audit = audit
        self._catalog = catalog
        self._ring = ring

    async def waiting(self, actor: Actor, kind: str, guild_id: str) -> tuple[Job, ...]:
        """Jobs of a kind that wait for that in a guild, newest first. For whoever may decide on them."""
        actor.require(guild_id, Right.PLANS_APPROVE)
        actor.require_could(guild_id, Permission(self._catalog[kind].bits))
        wanted = JobFilter(guild_id=guild_id, kind=kind, state="waiting")
        found = await self._jobs.page(wanted, Paging(limit=_MOST_WAITING), sight=JobSight(everywhere=True))
        return tuple(to_job(model) for model in found if model.waiting_for == "approval")

    async def approve(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """Lets it begin. Raises `Forbidden` for who asked for it, `Conflict` where it does not wait for approval, and
        `GuildBusy` while other structural work goes on in that guild."""
        before = await self._decidable(actor, job_id)
        if is_same_person(before.actor, actor):
            raise Forbidden("Who asked for this cannot approve of it: somebody else has to.", code="own_job")
        if before.guild_id is not None and before.structural:
            await self._known.require_free(before.guild_id)
        model = await self._transitions.approve(job_id, actor.kept_for(before.guild_id))
        if model is None:
            _refuse(before)
        await self._jobs.note_dispatch(job_id)
        is_due = model.state == "queued"
        await self._events.append(model, "job.queued" if is_due else "job.waiting", event_data(model))
        await self._note(actor, model, "job.approve")
        self._ring(
            Rung(
                lane="bot" if model.lane == "bot" else "background",
                job_id=job_id,
                dispatch=model.dispatches + 1,
            )
        )
        return to_job(model)

    async def reject(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """Ends it. Who asked may do that, too. Raises `Conflict` where it does not wait for approval."""
        before = await self._decidable(actor, job_id)
        model = await self._transitions.reject(
            job_id, JobError(code="rejected", message=f"{actor.name} rejected it.")
        )
        if model is None:
            _refuse(before)
        await self._events.append(model, "job.settled", event_data(model))
        await self._note(actor, model, "job.reject")
        return to_job(model)

    async def _decidable(self, actor: Actor, job_id: uuid.UUID) -> JobModel:
        model = await self._jobs.get_one_or_none(id=job_id)
        if model is None or model.guild_id is None or actor.role_in(model.guild_id) is Role.GUEST:
            raise NotFound(f"There is no job {job_id}.")
        actor.require(model.guild_id, Right.PLANS_APPROVE)
        actor.require_could(model.guild_id, Permission(self._catalog[model.kind].bits))
        return model

    async def _note(self, actor: Actor, model: JobModel, action: str) -> None:
        await self._audit.record(actor, action, ("job", model.id), guild_id=model.guild_id, job_id=model.id)


def _refuse(model: JobModel) -> NoReturn:
    raise Conflict(f"Job {model.id} does not wait for approval: {model.state}.", code="not_awaiting_approval")
