"""Jobs as those see them who ask for them, watch them and call them off."""

import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from core.actor import Actor
from core.audit.service import Act, AuditService
from core.clock import Clock, in_range
from core.db import new_id
from core.discord.permissions import Permission
from core.errors import Conflict, Invalid, NotFound, Problem
from core.jobs.ends import EarlyEnds
from core.jobs.errors import GuildBusy
from core.jobs.event_repository import JobEventRepository
from core.jobs.mapping import event_data, to_event, to_job, to_step
from core.jobs.models import JobModel
from core.jobs.repository import JobRepository
from core.jobs.ring import RingLater, Rung
from core.jobs.schemas import (
    EventPosition,
    GuildEvents,
    Job,
    JobEvent,
    JobFilter,
    JobStep,
    LaneDepth,
    LastError,
)
from core.jobs.sight import sees, sight_of
from core.jobs.spec import Catalog, JobSpec
from core.jobs.states import Lane, OnConflict
from core.jobs.step_repository import StepRepository
from core.jobs.transition_repository import TransitionRepository
from core.paging import Page, Paging
from core.rights import Right

_Asked: TypeAlias = tuple[JobModel, Actor]
_UNBEGUN: dict[str, Any] = {
    "progress_done": 0,
    "attempts": 0,
    "spent_attempts": 0,
    "claims": 0,
    "dispatches": 1,
    "events": 1,
    "cancel_requested": False,
}
_APPROVED_WITHIN = timedelta(days=7)
_LAST = datetime.max.replace(tzinfo=UTC)


class JobService:
    """Everything is written in the caller's transaction; workers are rung after its commit."""

    def __init__(
        self,
        jobs: JobRepository,
        transitions: TransitionRepository,
        steps: StepRepository,
        events: JobEventRepository,
        *,
        ends: EarlyEnds,
        audit: AuditService,
        catalog: Catalog,
        clock: Clock,
        ring: RingLater,
    ) -> None:
        self._jobs = jobs
        self._transitions = transitions
        self._steps = steps
        self._events = events
        self._ends = ends
        self._audit = audit
        self._catalog = catalog
        self._clock = clock
        self._ring = ring
        self._unwritten: list[_Asked] | None = None

    async def ask(
        self,
        actor: Actor,
        spec: JobSpec[Any, Any],
        payload: msgspec.Struct,
        *,
        guild_id: str | None,
        run_at: datetime | None = None,
        expires_at: datetime | None = None,
        on_conflict: OnConflict = "reject",
        needs_approval: bool = False,
    ) -> Job:
        """Writes the job; where it `needs_approval` it waits for that, a week at most. Raises `Forbidden` when the
        asker could not do it by hand, `Invalid` for times that are over, and for structural work, where another such
        job has not ended in that guild, `GuildBusy` unless `on_conflict` says to wait for its turn or to take part in
        the very same work."""
        require_asker(actor, spec, guild_id)
        by_default = _APPROVED_WITHIN if needs_approval else spec.expires_after
        expires_at = _checked_expiry(self._clock(), run_at, expires_at, by_default)
        plain = msgspec.to_builtins(payload)
        waits_for_turn = False
        if (
            guild_id is not None
            and spec.structural
            and (first := await self._first_structural(guild_id)) is not None
        ):
            if on_conflict == "attach" and (first.kind, first.payload) == (spec.kind, plain):
                return to_job(first)
            if on_conflict != "queue":
                raise _busy(first, guild_id)
            waits_for_turn = run_at is None
        waiting_for = "run_at" if run_at is not None else "guild_lock" if waits_for_turn else None
        if needs_approval:
            waiting_for = "approval"
        model = JobModel(
            **_UNBEGUN,
            id=new_id(),
            created_at=datetime.now(UTC),
            kind=spec.kind,
            lane=spec.lane,
            structural=spec.structural,
            priority=spec.priority,
            guild_id=guild_id,
            state="queued" if waiting_for is None else "waiting",
            waiting_for=waiting_for,
            resume_at=None if needs_approval else run_at,
            run_at=run_at,
            expires_at=expires_at,
            payload=plain,
            max_attempts=spec.max_attempts,
            needs_approval=needs_approval,
            account_id=actor.account_id,
            actor=actor.kept_for(guild_id),
            request_id=actor.request_id,
        )
        if self._unwritten is None or spec.structural:  # of which others must know who ask in the same guild
            await self._write([(model, actor)])
        else:
            self._unwritten.append((model, actor))
        return to_job(model)

    @asynccontextmanager
    async def together(self) -> AsyncGenerator[None]:
        """What is asked for in the block is written at its end, all at once; where that ends in an error, none of it.
        Whatever is structural is written when it is asked for."""
        asked = self._unwritten = list[_Asked]()
        try:
            yield
            if asked:
                await self._write(asked)
        finally:
            self._unwritten = None

    async def _write(self, asked: Sequence[_Asked]) -> None:
        """In three statements, however many they are."""
        await self._jobs.insert([model for model, _ in asked])
        await self._events.begin([(model, _first_event(model), event_data(model)) for model, _ in asked])
        await self._audit.record_all(
            [
                Act(
                    actor,
                    "job.ask",
                    ("job", model.id),
                    guild_id=model.guild_id,
                    after={"kind": model.kind},
                    job_id=model.id,
                )
                for model, actor in asked
            ]
        )
        for model, _ in asked:
            if not model.needs_approval:
                self._ring_for(model)

    async def get(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """Raises `NotFound` for a job that does not exist or that the actor may not see."""
        return to_job(await self._readable(actor, job_id))

    async def list(self, actor: Actor, wanted: JobFilter, paging: Paging) -> Page[Job]:
        """Newest first: those that the actor asked for, and all of guilds in which they may see others'."""
        actor.require_scope(Right.JOBS_READ)
        rows = await self._jobs.page(wanted, paging, sight=sight_of(actor))
        items = tuple(to_job(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def steps(self, actor: Actor, job_id: uuid.UUID) -> tuple[JobStep, ...]:
        await self._readable(actor, job_id)
        return tuple(to_step(step) for step in await self._steps.of_job(job_id))

    async def events_after(self, actor: Actor, job_id: uuid.UUID, sequence: int) -> tuple[JobEvent, ...]:
        """The history from after `sequence` on; 0 is from the beginning."""
        await self._readable(actor, job_id)
        return tuple(to_event(event) for event in await self._events.of_job_after(job_id, sequence))

    async def guild_position(
        self, actor: Actor, guild_id: str, last: tuple[uuid.UUID, int] | None
    ) -> EventPosition:
        """Where to read on: behind the event (its job's id or its own, sequence) that was seen last, or behind
        everything where none was, or where it is not kept any more."""
        actor.require(guild_id, Right.EVENTS_READ)
        found = None if last is None else await self._events.position_of(guild_id, *last)
        return found or await self._events.present_position()

    async def guild_events_after(self, actor: Actor, guild_id: str, position: EventPosition) -> GuildEvents:
        """What happened in the guild and to its jobs since."""
        actor.require(guild_id, Right.EVENTS_READ)
        rows = await self._events.of_guild_after(guild_id, position)
        return GuildEvents(
            events=tuple(row.event for row in rows), position=rows[-1].place if rows else position
        )

    async def cancel(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """At once where it is not running; a running job stops between two steps. Either tells what it did before.
        Raises `Conflict` if it has ended."""
        actor.require_scope(Right.JOBS_WRITE)
        before = await self._find(actor, job_id, others=Right.JOBS_WRITE)
        state = before.state
        model = await self._transitions.cancel(job_id)
        if model is None:
            raise Conflict(f"Job {job_id} has already ended: {state}.", code="job_ended")
        if model.state == "cancelled":
            model = await self._ends.told(model)
        type_ = "job.settled" if model.state == "cancelled" else "job.progress"
        await self._events.append(model, type_, event_data(model))
        await self._audit.record(
            actor,
            "job.cancel",
            ("job", job_id),
            guild_id=model.guild_id,
            before={"state": state},
            job_id=job_id,
        )
        return to_job(model)

    async def cancel_in(self, actor: Actor, guild_id: str) -> tuple[uuid.UUID, ...]:
        """All that is open there, as `cancel` does it one by one, but for what only speaks about the guild; answers
        which."""
        ids = await self._jobs.open_in(guild_id, but=[spec.kind for spec in self._catalog if spec.about])
        return tuple([(await self.cancel(actor, job_id)).id for job_id in ids])

    async def retry(self, actor: Actor, job_id: uuid.UUID) -> Job:
        """Asks again for what failed, was done in part or is dead: what was done stays done, what failed is tried anew.
        Raises `Conflict` in any other state."""
        actor.require_scope(Right.JOBS_WRITE)
        before = await self._find(actor, job_id, others=Right.JOBS_WRITE)
        state = before.state
        spec = self._catalog[before.kind]
        if before.guild_id is not None:
            actor.unscoped().require(before.guild_id, spec.needed_right)
            actor.require_could(before.guild_id, Permission(spec.bits))
            if spec.structural:
                await self.require_free(before.guild_id)
        model = await self._transitions.retry(job_id)
        if model is None:
            raise Conflict(
                f"Job {job_id} is {state}; only failed, partial and dead jobs can be retried.",
                code="job_not_retryable",
            )
        await self._steps.reopen(job_id)
        await self._jobs.note_dispatch(job_id)
        awaited = model.state == "waiting"
        await self._events.append(model, "job.waiting" if awaited else "job.queued", event_data(model))
        await self._audit.record(
            actor,
            "job.retry",
            ("job", job_id),
            guild_id=model.guild_id,
            before={"state": state},
            job_id=job_id,
        )
        if not awaited:
            self._ring_for(model, dispatch=model.dispatches + 1)
        return to_job(model)

    async def is_care_due(self) -> tuple[bool, bool]:
        """In one statement, because it is asked again and again: whether `park_for_bot` has something to do, and
        whether `expire_due` has."""
        return await self._transitions.is_care_due(self._clock())

    async def park_for_bot(self) -> int:
        """Says of every queued job of the bot's lane that it waits for the bot: for when no bot is alive."""
        parked = await self._transitions.wait_for_bot()
        for model in parked:
            await self._events.append(model, "job.waiting", event_data(model))
        return len(parked)

    async def expire_due(self) -> int:
        """Fails the jobs that nothing began before they expired."""
        expired = await self._transitions.expire(self._clock())
        for model in expired:
            await self._events.append(model, "job.settled", event_data(model))
        return len(expired)

    async def delete_old(self, keep: timedelta) -> int:
        """Deletes ended jobs, their steps and events, that ended longer ago than `keep`."""
        return await self._jobs.delete_ended_before(self._clock() - keep)

    async def delete_in(self, guild_id: str) -> int:
        """All of a guild that is left for good; answers how many jobs that were."""
        return await self._jobs.delete_in(guild_id)

    async def depths(self) -> tuple[LaneDepth, ...]:
        """One for each lane."""
        found = {row[0]: row for row in await self._jobs.depths(self._clock())}
        lanes: tuple[Lane, ...] = ("bot", "background")
        return tuple(_depth(lane, found.get(lane)) for lane in lanes)

    async def last_error(self) -> LastError | None:
        """Of the job that last ended badly."""
        model = await self._jobs.last_failed()
        if model is None or model.error is None or model.finished_at is None:
            return None
        return LastError(job_id=model.id, kind=model.kind, at=model.finished_at, error=model.error)

    async def hold_unbegun(self, job_id: uuid.UUID) -> bool:
        """Whether nobody has begun it, nor does before the transaction ends."""
        return await self._jobs.hold_unbegun(job_id)

    async def begun_at(self, job_id: uuid.UUID) -> datetime | None:
        """None for one that nobody has, or that is not kept any more."""
        return await self._jobs.begun_at(job_id)

    async def is_open(self, spec: JobSpec[Any, Any], guild_id: str) -> bool:
        """Whether such a job of that guild has not ended."""
        return await self._jobs.has_open(spec.kind, guild_id)

    async def is_at_work(self, guild_id: str) -> bool:
        """Whether a structural job is running in that guild."""
        return await self._jobs.is_at_work(guild_id)

    async def require_free(self, guild_id: str) -> None:
        """Raises `GuildBusy` naming the structural job that has not ended there."""
        first = await self._first_structural(guild_id)
        if first is not None:
            raise _busy(first, guild_id)

    async def _first_structural(self, guild_id: str) -> JobModel | None:
        await self._jobs.lock_guild(guild_id)
        return await self._jobs.find_structural(guild_id)

    async def _find(self, actor: Actor, job_id: uuid.UUID, *, others: Right) -> JobModel:
        """The actor's own, or one in a guild in which they have that right over others'. To who may know of it and
        no more, `Forbidden` says so."""
        model = await self._jobs.get_one_or_none(id=job_id)
        if model is None or not sees(actor, model, others=Right.JOBS_READ):
            raise NotFound(f"There is no job {job_id}.")
        if model.guild_id is not None and not sees(actor, model, others=others):
            actor.unscoped().require(model.guild_id, others)
        return model

    async def _readable(self, actor: Actor, job_id: uuid.UUID) -> JobModel:
        actor.require_scope(Right.JOBS_READ)
        return await self._find(actor, job_id, others=Right.JOBS_READ)

    def _ring_for(self, model: JobModel, dispatch: int = 1) -> None:
        lane: Lane = "bot" if model.lane == "bot" else "background"
        self._ring(Rung(lane=lane, job_id=model.id, dispatch=dispatch))


def _first_event(model: JobModel) -> str:
    return "job.waiting" if model.needs_approval else "job.queued"


def require_asker(actor: Actor, spec: JobSpec[Any, Any], guild_id: str | None) -> None:
    """Raises `Forbidden` for who could not do it by hand, `NotFound` where they are nobody."""
    if guild_id is None:
        actor.require_owner(spec.needed_right)
    else:
        actor.require(guild_id, spec.needed_right)
        actor.require_could(guild_id, Permission(spec.bits))


def _depth(lane: Lane, row: tuple[str, int, int, int, datetime | None] | None) -> LaneDepth:
    _, queued, waiting, running, oldest = row or (lane, 0, 0, 0, None)
    return LaneDepth(lane=lane, queued=queued, waiting=waiting, running=running, oldest_at=oldest)


def _busy(first: JobModel, guild_id: str) -> GuildBusy:
    return GuildBusy(
        f"Job {first.id} ({first.kind}, {first.state}) is changing guild {guild_id}: "
        "wait until it ends, cancel it, or ask with on_conflict: queue."
    )


def _checked_expiry(
    now: datetime, run_at: datetime | None, expires_at: datetime | None, by_default: timedelta | None
) -> datetime | None:
    """When a job expires that is asked for `now`. Raises `Invalid` for times that make no sense."""
    for pointer, moment in (("/run_at", run_at), ("/expires_at", expires_at)):
        if moment is not None and not in_range(moment):
            raise _bad_time(pointer, "range", "This moment is out of range.")
    due = max(now, run_at or now)
    if expires_at is None:
        if by_default is None:
            return None
        if due > _LAST - by_default:
            raise _bad_time("/run_at", "range", "This moment is out of range.")
        return due + by_default
    if expires_at <= due:
        raise _bad_time("/expires_at", "too_early", "expires_at must lie in the future and behind run_at.")
    return expires_at


def _bad_time(pointer: str, code: str, message: str) -> Invalid:
    return Invalid(
        f"This job could not be done in time: {message}",
        problems=(Problem(pointer=pointer, code=code, message=message),),
    )
