"""What was done for a time gets the schedule that takes it back, in the transaction that settles the job that did it.

Each thing is taken back by one schedule alone: the same done again for longer is taken back later, done again for good
never, and what people of ours have taken back themselves is left to them. Whoever settles a job holds no schedule but
the one of the same id, which nobody else writes who wants that job.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from core.actions.ends import end_of
from core.actions.payloads import Endable
from core.actions.undo import UNDO, Act, LockDone, OverwriteDone, Undone, UndoPayload, on_behalf_of
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snowflake
from core.jobs.ledger import Ledger
from core.jobs.schemas import Job
from core.schedules.checks import NAME_LIMIT
from core.schedules.effects import (
    BEGINS,
    ENDS,
    LAYERS,
    Effect,
    act_of,
    action_of,
    effects_of,
    kind_of,
    subjects_of,
    target_of,
    targets_of,
)
from core.schedules.layering import Layering
from core.schedules.layers import Move
from core.schedules.models import ScheduleModel
from core.schedules.repository import ScheduleRepository
from core.schedules.reversals import ReversalRepository
from core.schedules.rows import draft_of, owner_of, to_reversal
from core.schedules.schemas import Reversal
from core.schedules.timing import Timing
from core.schedules.triggers import OnceTrigger


class UndoService:
    def __init__(
        self,
        schedules: ScheduleRepository,
        reversals: ReversalRepository,
        *,
        ledger: Ledger,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._schedules = schedules
        self._reversals = reversals
        self._layering = Layering(reversals)
        self._ledger = ledger
        self._audit = audit
        self._clock = clock

    async def job_ended(self, job: Job) -> None:
        """In the transaction that settles it, however it ended: what was done of it holds."""
        if job.kind == UNDO.kind:
            await self._taken_back(job)
            return
        if job.guild_id is None or (job.kind not in BEGINS and job.kind not in ENDS):
            return
        effects = effects_of(job, await self._ledger.steps(job.id))
        late = [effect for effect in effects if effect.is_late]
        if not late:
            return
        action, now = action_of(job), self._clock()
        ends_at = None if action is None else end_of(action, now)
        if action is None or ends_at is None:
            await self._end(job, job.guild_id, late)
            return
        await self._put(job, action, effects, ends_at, now)
        await self._reversals.move(job.id, ends_at)
        since = job.started_at or now
        if late[0].kind in LAYERS:
            await self._layering.begin(job.guild_id, late[0], job, since=since, ends_at=ends_at)
            return
        await self._reversals.prolong(job.guild_id, [e for e in late if not e.is_new], job.id, ends_at)
        new = [effect for effect in late if effect.is_new]
        await self._reversals.begin(job.guild_id, new, job.id, since=since, ends_at=ends_at)

    async def pending(self, guild_id: str, payload: UndoPayload) -> tuple[Reversal, ...]:
        """What holds of that act, whichever schedule takes it back by now."""
        kind, targets = kind_of(payload.act), targets_of(payload)
        return tuple(map(to_reversal, await self._reversals.of_targets(guild_id, kind, targets)))

    async def layers(self, guild_id: str, act: Act) -> tuple[Reversal, ...]:
        """Everything that holds for a time of the overwrite that was written."""
        match act:
            case LockDone(channel_id=channel_id):
                return await self._layering.of(guild_id, channel_id, guild_id)
            case OverwriteDone(channel_id=channel_id, target_id=target_id):
                return await self._layering.of(guild_id, channel_id, target_id)
            case _:
                return ()

    async def rest_on(self, guild_id: str, moves: Sequence[Move]) -> None:
        """What those layers restore from now on."""
        await self._layering.rest_on(guild_id, moves)

    async def _end(self, job: Job, guild_id: str, effects: Sequence[Effect]) -> None:
        if effects[0].kind in LAYERS:
            await self._layering.end(guild_id, effects[0], job)
        else:
            await self._reversals.end(guild_id, effects)

    async def _taken_back(self, job: Job) -> None:
        if job.result is None:
            return
        payload = msgspec.convert(job.payload, UndoPayload)
        over = {
            each.target_id for each in msgspec.convert(job.result, Undone).outcomes if each.state != "failed"
        }
        targets = [target_of(payload, subject) for subject in subjects_of(payload.act) if subject in over]
        await self._reversals.drop(payload.job_id, targets)

    async def is_pending(self, payload: UndoPayload, subject: Snowflake) -> bool:
        """Whether that act's own schedule still takes it back."""
        return await self._reversals.has(payload.job_id, target_of(payload, subject))

    async def delete_old(self, keep: timedelta) -> int:
        """Schedules that took something back longer ago than `keep`; those of people are theirs to delete. Answers how
        many."""
        return await self._schedules.drop_undone(self._clock() - keep)

    async def _put(
        self, job: Job, action: Endable, effects: Sequence[Effect], ends_at: datetime, now: datetime
    ) -> None:
        model = await self._schedules.find(job.id, lock=True)
        is_new = model is None
        if model is None:
            model = _schedule(job, now)
        model.payload = UndoPayload(job_id=job.id, act=act_of(action, effects))
        model.timing = Timing(trigger=OnceTrigger(run_at=ends_at), time_zone="UTC")
        model.next_at = model.due_at = ends_at
        model.state, model.pause, model.updated_at = "active", None, now
        if is_new:
            await self._schedules.add(model)
        await self._schedules.tell()
        await self._audit.record(
            on_behalf_of(job.actor),
            "schedule.create" if is_new else "schedule.edit",
            ("schedule", job.id),
            guild_id=job.guild_id,
            after=draft_of(model),
            job_id=job.id,
        )


def _schedule(job: Job, now: datetime) -> ScheduleModel:
    """It is its asker's, who may give it up; it is run as nobody's but ours (`core.actions.undo`)."""
    guild_id = job.guild_id or ""
    return ScheduleModel(
        id=job.id,
        guild_id=guild_id,
        name=f"The end of {job.kind} by {job.actor.name}"[:NAME_LIMIT],
        account_id=job.actor.account_id,
        actor=owner_of(job.actor, guild_id),
        overlap="queue",
        max_runs=None,
        pause_after=5,
        runs=0,
        failures=0,
        created_at=now,
    )
