"""Schedules as people make them and change them. What becomes of them is `running`'s."""

import uuid
from datetime import datetime

from msgspec.structs import replace

from core.actions.undo import UndoPayload
from core.actor import Actor, is_same_person
from core.audit.service import AuditService
from core.clock import Clock
from core.db import new_id
from core.discord.types import Snowflake
from core.errors import Conflict, Forbidden
from core.guilds.service import GuildService
from core.jobs.guild_events import GuildEventService
from core.rights import Right
from core.schedules import events
from core.schedules.checks import require_sound
from core.schedules.edits import (
    differing,
    fields_of,
    is_spent,
    moved,
    plan_on,
    require_end,
    require_fresh,
    require_peoples,
    require_same_work,
    still_named,
    still_to_come,
)
from core.schedules.models import ScheduleModel
from core.schedules.pausing import Pausing
from core.schedules.reading import ScheduleReadings
from core.schedules.rehearsal import Rehearsal
from core.schedules.repository import ScheduleRepository
from core.schedules.reversals import ReversalRepository
from core.schedules.rows import anchored, changed, draft_of, owner_of, to_run, to_schedule
from core.schedules.run_repository import RunRepository
from core.schedules.running import RunService
from core.schedules.schemas import Schedule, ScheduleChanges, ScheduleDraft, ScheduleRun
from core.schedules.scopes import require_scopes

MOST_IN_GUILD = 1_000
_OF_OTHERS = f"{Right.SCHEDULES_WRITE}:others"


class ScheduleService(ScheduleReadings):
    def __init__(
        self,
        schedules: ScheduleRepository,
        runs: RunRepository,
        reversals: ReversalRepository,
        *,
        running: RunService,
        pausing: Pausing,
        rehearsal: Rehearsal,
        guilds: GuildService,
        told: GuildEventService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        super().__init__(schedules, runs, guilds=guilds, clock=clock)
        self._reversals = reversals
        self._running = running
        self._pausing = pausing
        self._rehearsal = rehearsal
        self._told = told
        self._audit = audit

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
            **fields_of(draft),
        )
        plan_on(model, now)
        await self._schedules.add(model)
        await self._schedules.tell()
        await self._record(actor, model, "schedule.create", after=draft)
        return to_schedule(model)

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
        await self._require_present(actor, model)
        require_fresh(model, seen)
        before, now = draft_of(model), self._clock()
        after = changed(before, changes)
        after = replace(after, timing=anchored(after.timing, now))
        if after == before:
            return to_schedule(model)
        if replace(after, name=before.name) != before:
            require_scopes(actor, after.payload)
        moves = moved(before.timing, after.timing)
        require_sound(after, now, when=moves)
        await self._require_allowed(actor, model, before, after)
        for name, value in fields_of(after).items():
            setattr(model, name, value)
        model.updated_at = now
        if moves or (after.max_runs != before.max_runs and (model.state == "ended" or is_spent(model))):
            if model.state == "ended":
                model.state = "active"
            plan_on(model, now, kept=still_named(model, now))
        if isinstance(model.payload, UndoPayload) and model.next_at is not None:
            await self._reversals.move(model.id, model.next_at)
        await self._schedules.tell()
        await self._record(
            actor, model, "schedule.edit", before=differing(before, after), after=differing(after, before)
        )
        return to_schedule(model)

    async def _require_allowed(
        self, actor: Actor, model: ScheduleModel, before: ScheduleDraft, after: ScheduleDraft
    ) -> None:
        """Whose it is from then on is written on the way."""
        if isinstance(before.payload, UndoPayload):
            require_end(before, after)
        elif model.guild_id is None:
            require_same_work(before, after)
        elif replace(after, name=before.name) != before:
            keeps = is_same_person(model.actor, actor) and after.payload == before.payload
            owner = model.actor if keeps else owner_of(actor, model.guild_id)
            if owner.account_id is None:
                raise Forbidden("Only an account can own schedules: log in with Discord first.")
            await self._rehearsal.rehearse(owner, model.guild_id, after.payload)
            model.actor, model.account_id = owner, owner.account_id

    async def pause(self, actor: Actor, schedule_id: uuid.UUID, reason: str | None = None) -> Schedule:
        """What is being done goes on. Raises `Conflict` where it is not active."""
        model = await self._own(actor, schedule_id)
        if model.state != "active":
            raise Conflict(
                f"This schedule is {model.state}: only an active one is paused.", code="schedule_state"
            )
        await self._pausing.pause(model, actor, "by_hand", reason)
        paused = to_schedule(model)
        if paused.pause is not None and paused.guild_id is not None:
            await self._told.tell(paused.guild_id, events.PAUSED, events.paused(paused, paused.pause))
        return paused

    async def resume(self, actor: Actor, schedule_id: uuid.UUID) -> Schedule:
        """What it would have done meanwhile is not made up for. Raises `Conflict` where it is not paused or has
        nothing left to do, and what asking for it as its owner raises."""
        model = await self._own(actor, schedule_id)
        require_scopes(actor, model.payload)
        await self._require_present(actor, model)
        if model.state != "paused":
            raise Conflict(
                f"This schedule is {model.state}: only a paused one is resumed.", code="schedule_state"
            )
        if model.guild_id is not None and not isinstance(model.payload, UndoPayload):
            await self._rehearsal.rehearse(model.actor, model.guild_id, model.payload)
        now = self._clock()
        model.state, model.pause, model.failures, model.updated_at = "active", None, 0, now
        plan_on(model, now, kept=still_to_come(model, now))
        if model.state == "ended":
            raise Conflict("It has no run left: give it other times first.", code="schedule_state")
        await self._schedules.tell()
        await self._record(
            actor, model, "schedule.resume", before={"state": "paused"}, after={"state": "active"}
        )
        resumed = to_schedule(model)
        if resumed.guild_id is not None:
            await self._told.tell(resumed.guild_id, events.RESUMED, events.resumed(resumed, actor))
        return resumed

    async def run_now(self, actor: Actor, schedule_id: uuid.UUID) -> ScheduleRun:
        """Beside its times, as its owner, for a credential that could ask for the same by hand."""
        model = await self._own(actor, schedule_id)
        require_scopes(actor, model.payload)
        await self._require_present(actor, model)
        run = await self._running.run_now(model, request_id=actor.request_id)
        await self._record(actor, model, "schedule.run", after={"run": run.id})
        return to_run(run)

    async def delete(self, actor: Actor, schedule_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """With its history; what is being done goes on. Raises `Stale` where it was changed after `seen`, and `Invalid`
        for one of the installation's own."""
        model = await self._own(actor, schedule_id)
        require_peoples(model)
        require_fresh(model, seen)
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

    async def _require_present(self, actor: Actor, model: ScheduleModel) -> None:
        """Raises what says that nothing can be done in its guild, if it is of one."""
        if model.guild_id is not None:
            await self._guilds.require_present(actor, model.guild_id)

    async def _own(self, actor: Actor, schedule_id: uuid.UUID) -> ScheduleModel:
        """Locked. One's own, or anybody's for who may change those of others; the installation's for its owner."""
        model = await self._visible(actor, schedule_id, lock=True)
        if model.guild_id is None:
            return model
        actor.require(model.guild_id, Right.SCHEDULES_WRITE)
        if not is_same_person(model.actor, actor):
            actor.unscoped().require(model.guild_id, _OF_OTHERS)
        return model
