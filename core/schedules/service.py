"""Schedules as people make them, look at them and change them. What becomes of them is `running`'s."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec.structs import replace

from core.actions.undo import UndoPayload
from core.actor import Actor, is_same_person
from core.audit.service import AuditService
from core.clock import Clock
from core.db import new_id
from core.discord.types import Snowflake
from core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Stale
from core.guilds.service import GuildService
from core.jobs.guild_events import GuildEventService
from core.paging import Page, Paging
from core.rights import Right
from core.schedules import events
from core.schedules.checks import require_sound, require_sound_timing
from core.schedules.models import ScheduleModel
from core.schedules.rehearsal import Rehearsal
from core.schedules.repository import RunRepository, ScheduleRepository
from core.schedules.reversals import ReversalRepository
from core.schedules.rows import anchored, changed, draft_of, owner_of, to_run, to_schedule
from core.schedules.running import RunService
from core.schedules.schemas import Schedule, ScheduleChanges, ScheduleDraft, ScheduleRun
from core.schedules.timing import Occurrence, Timing, first_after, preview
from core.schedules.triggers import OnceTrigger

MOST_IN_GUILD = 1_000
MOST_PREVIEWED = 100
SHOWN_AHEAD = 5
"""Of the next runs, where nobody says how many."""
_OF_OTHERS = f"{Right.SCHEDULES_WRITE}:others"


class ScheduleService:
    def __init__(
        self,
        schedules: ScheduleRepository,
        runs: RunRepository,
        reversals: ReversalRepository,
        *,
        running: RunService,
        rehearsal: Rehearsal,
        guilds: GuildService,
        told: GuildEventService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._reversals = reversals
        self._running = running
        self._rehearsal = rehearsal
        self._guilds = guilds
        self._told = told
        self._audit = audit
        self._clock = clock

    async def create(self, actor: Actor, guild_id: Snowflake, draft: ScheduleDraft) -> Schedule:
        """The actor owns it, and may ask by it for what they may ask for by hand at each run. Raises `Invalid` with
        every bad field, also where asking for it right now would fail, and what asking raises."""
        actor.require(guild_id, Right.SCHEDULES_WRITE)
        await self._guilds.require_present(actor, guild_id)
        if actor.account_id is None:
            raise Forbidden("Only an account can own schedules: log in with Discord first.")
        now = self._clock()
        draft = replace(draft, timing=anchored(draft.timing, now))
        require_sound(draft, now)
        owner = owner_of(actor, guild_id)
        await self._rehearsal.rehearse(owner, guild_id, draft.payload)
        if await self._schedules.count_in(guild_id) >= MOST_IN_GUILD:
            raise Conflict(
                f"Guild {guild_id} has {MOST_IN_GUILD} schedules: delete one first.", code="too_many"
            )
        model = ScheduleModel(
            id=new_id(),
            guild_id=guild_id,
            account_id=actor.account_id,
            actor=owner,
            runs=0,
            failures=0,
            state="active",
            updated_at=now,
            created_at=now,
            **_fields(draft),
        )
        _plan(model, now)
        await self._schedules.add(model)
        await self._schedules.tell()
        await self._record(actor, model, "schedule.create", after=draft)
        return to_schedule(model)

    async def preview(
        self, actor: Actor, guild_id: Snowflake, timing: Timing, count: int
    ) -> tuple[Occurrence, ...]:
        """When it would run, without its jitter. Raises `Invalid` for times as `create` does."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        now = self._clock()
        timing = anchored(timing, now)
        require_sound_timing(timing, now)
        return preview(replace(timing, jitter_seconds=0), uuid.UUID(int=0), now, count)

    async def get(self, actor: Actor, schedule_id: uuid.UUID) -> Schedule:
        """Raises `NotFound` also for a schedule of a guild that the actor may not know of."""
        return to_schedule(await self._visible(actor, schedule_id))

    async def list(self, actor: Actor, guild_id: Snowflake, paging: Paging) -> Page[Schedule]:
        """Newest first."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        rows = await self._schedules.page(guild_id, paging)
        items = tuple(to_schedule(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def runs(self, actor: Actor, schedule_id: uuid.UUID, paging: Paging) -> Page[ScheduleRun]:
        """Newest first."""
        await self._visible(actor, schedule_id)
        rows = await self._runs.page(schedule_id, paging)
        items = tuple(to_run(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def upcoming(self, actor: Actor, schedule_id: uuid.UUID, count: int) -> tuple[Occurrence, ...]:
        """As `ahead`."""
        return self.ahead(await self.get(actor, schedule_id), count)

    def ahead(self, schedule: Schedule, count: int) -> tuple[Occurrence, ...]:
        """The next ones, as if it were active; none where it has ended. One whose moment is over and that waits for
        its jitter is still to come."""
        if schedule.state == "ended":
            return ()
        left = max(schedule.max_runs - schedule.runs, 0) if schedule.max_runs is not None else count
        first = () if schedule.next is None else (schedule.next,)
        after = self._clock() if schedule.next is None else schedule.next.at
        return (*first, *preview(schedule.timing, schedule.id, after, count))[: min(left, count)]

    async def latest_runs(
        self, actor: Actor, guild_id: Snowflake, ids: Collection[uuid.UUID]
    ) -> dict[uuid.UUID, ScheduleRun]:
        """Of those of the guild's schedules that have ever had one."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        return {row.schedule_id: to_run(row) for row in await self._runs.latest_of(guild_id, ids)}

    async def last_zone(self, actor: Actor, guild_id: Snowflake) -> str | None:
        """That of the schedule which somebody of the guild was last to make or change."""
        actor.require(guild_id, Right.SCHEDULES_READ)
        await self._guilds.known(actor, guild_id)
        return await self._schedules.last_zone(guild_id)

    async def edit(
        self,
        actor: Actor,
        schedule_id: uuid.UUID,
        changes: ScheduleChanges,
        *,
        seen: datetime | None = None,
    ) -> Schedule:
        """Who changes what somebody else's does, or when, owns it from then on; what one's own does, by the credential
        that says so, which may allow less than the one it was made with. Raises `Stale` where it was changed after
        `seen`, and as `create`."""
        model = await self._own(actor, schedule_id)
        await self._guilds.require_present(actor, model.guild_id)
        _require_fresh(model, seen)
        before, now = draft_of(model), self._clock()
        after = changed(before, changes)
        after = replace(after, timing=anchored(after.timing, now))
        if after == before:
            return to_schedule(model)
        moves = _moved(before.timing, after.timing)
        require_sound(after, now, when=moves)
        if isinstance(before.payload, UndoPayload):
            _require_end(before, after)
        elif replace(after, name=before.name) != before:
            keeps = is_same_person(model.actor, actor) and after.payload == before.payload
            owner = model.actor if keeps else owner_of(actor, model.guild_id)
            if owner.account_id is None:
                raise Forbidden("Only an account can own schedules: log in with Discord first.")
            await self._rehearsal.rehearse(owner, model.guild_id, after.payload)
            model.actor, model.account_id = owner, owner.account_id
        for name, value in _fields(after).items():
            setattr(model, name, value)
        model.updated_at = now
        # What waits for its jitter is kept, unless the times are others.
        if moves or (after.max_runs != before.max_runs and (model.state == "ended" or _is_spent(model))):
            if model.state == "ended":
                model.state = "active"
            _plan(model, now)
        if isinstance(model.payload, UndoPayload) and model.next_at is not None:
            await self._reversals.move(model.id, model.next_at)
        await self._schedules.tell()
        await self._record(
            actor, model, "schedule.edit", before=_differing(before, after), after=_differing(after, before)
        )
        return to_schedule(model)

    async def pause(self, actor: Actor, schedule_id: uuid.UUID, reason: str | None = None) -> Schedule:
        """What is being done goes on. Raises `Conflict` where it is not active."""
        model = await self._own(actor, schedule_id)
        if model.state != "active":
            raise Conflict(
                f"This schedule is {model.state}: only an active one is paused.", code="schedule_state"
            )
        await self._running.pause(model, actor, "by_hand", reason)
        paused = to_schedule(model)
        if paused.pause is not None:
            await self._told.tell(paused.guild_id, events.PAUSED, events.paused(paused, paused.pause))
        return paused

    async def resume(self, actor: Actor, schedule_id: uuid.UUID) -> Schedule:
        """What it would have done meanwhile is not made up for. Raises `Conflict` where it is not paused or has
        nothing left to do, and what asking for it as its owner raises."""
        model = await self._own(actor, schedule_id)
        await self._guilds.require_present(actor, model.guild_id)
        if model.state != "paused":
            raise Conflict(
                f"This schedule is {model.state}: only a paused one is resumed.", code="schedule_state"
            )
        if not isinstance(model.payload, UndoPayload):
            await self._rehearsal.rehearse(model.actor, model.guild_id, model.payload)
        now = self._clock()
        model.state, model.pause, model.failures, model.updated_at = "active", None, 0, now
        _plan(model, now)
        if model.state == "ended":
            raise Conflict("It has no run left: give it other times first.", code="schedule_state")
        await self._schedules.tell()
        await self._record(
            actor, model, "schedule.resume", before={"state": "paused"}, after={"state": "active"}
        )
        resumed = to_schedule(model)
        await self._told.tell(resumed.guild_id, events.RESUMED, events.resumed(resumed, actor))
        return resumed

    async def run_now(self, actor: Actor, schedule_id: uuid.UUID) -> ScheduleRun:
        """Beside its times, as its owner."""
        model = await self._own(actor, schedule_id)
        await self._guilds.require_present(actor, model.guild_id)
        run = await self._running.run_now(model, request_id=actor.request_id)
        await self._record(actor, model, "schedule.run", after={"run": run.id})
        return to_run(run)

    async def delete(self, actor: Actor, schedule_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """With its history; what is being done goes on. Raises `Stale` where it was changed after `seen`."""
        model = await self._own(actor, schedule_id)
        _require_fresh(model, seen)
        await self._schedules.drop(schedule_id)
        await self._record(actor, model, "schedule.delete", before=draft_of(model))

    async def _record(
        self, actor: Actor, model: ScheduleModel, action: str, *, before: object = None, after: object = None
    ) -> None:
        await self._audit.record(
            actor,
            action,
            ("schedule", model.id),
            guild_id=model.guild_id,
            before=before,
            after=after,
        )

    async def _visible(self, actor: Actor, schedule_id: uuid.UUID, *, lock: bool = False) -> ScheduleModel:
        actor.require_scope(Right.SCHEDULES_WRITE if lock else Right.SCHEDULES_READ)
        model = await self._schedules.find(schedule_id, lock=lock)
        if model is None or not actor.unscoped().may(model.guild_id, Right.SCHEDULES_READ):
            raise NotFound(f"There is no schedule {schedule_id}.")
        return model

    async def _own(self, actor: Actor, schedule_id: uuid.UUID) -> ScheduleModel:
        """Locked. One's own, or anybody's for who may change those of others."""
        model = await self._visible(actor, schedule_id, lock=True)
        actor.require(model.guild_id, Right.SCHEDULES_WRITE)
        if not is_same_person(model.actor, actor):
            actor.unscoped().require(model.guild_id, _OF_OTHERS)
        return model


def _moved(before: Timing, after: Timing) -> bool:
    """Whether it runs at other times; what becomes of missed ones is none of that."""
    same = ("misfire", "misfire_limit", "grace_seconds")
    return replace(after, **{name: getattr(before, name) for name in same}) != before


def _require_fresh(model: ScheduleModel, seen: datetime | None) -> None:
    if seen is not None and model.updated_at != seen:
        raise Stale("This schedule was changed after you read it: read it again.", code="precondition_failed")


def _fields(draft: ScheduleDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


def _plan(model: ScheduleModel, now: datetime) -> None:
    """What comes next from now on; it has ended where nothing does."""
    found = None if _is_spent(model) else first_after(model.timing, model.id, now)
    model.next_at = None if found is None else found.at
    model.due_at = None if found is None else found.due_at
    if found is None and model.state == "active":
        model.state = "ended"


def _is_spent(model: ScheduleModel) -> bool:
    return model.max_runs is not None and model.runs >= model.max_runs


def _require_end(before: ScheduleDraft, after: ScheduleDraft) -> None:
    """Of what takes something back only the moment and the name are anybody's to change; whose act it was stays."""
    timing = replace(before.timing, trigger=after.timing.trigger, time_zone=after.timing.time_zone)
    if replace(after, name=before.name) != replace(before, timing=timing) or not isinstance(
        timing.trigger, OnceTrigger
    ):
        message = "This takes back what was done for a time: only its name and the moment (type once) can be changed."
        raise Invalid(message, problems=(Problem(pointer="", code="ours", message=message),))


def _differing(one: ScheduleDraft, other: ScheduleDraft) -> dict[str, object]:
    return {name: value for name, value in _flat(one) if value != dict(_flat(other)).get(name)}


def _flat(draft: ScheduleDraft) -> Iterable[tuple[str, object]]:
    for part in (draft, draft.timing):
        for name in part.__struct_fields__:
            if name != "timing":
                yield name, getattr(part, name)
