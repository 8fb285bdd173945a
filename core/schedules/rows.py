"""Rows as values."""

from datetime import datetime

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from core.actions.undo import UNDO, Undone
from core.actor import Actor
from core.jobs.schemas import Job
from core.schedules.models import ReversalModel, ScheduleModel, ScheduleRunModel
from core.schedules.schemas import Reversal, Schedule, ScheduleChanges, ScheduleDraft, ScheduleRun, Trouble
from core.schedules.states import RunState
from core.schedules.timing import Occurrence, Timing
from core.schedules.triggers import IntervalTrigger

_OF_TIMING = frozenset(Timing.__struct_fields__)


def to_schedule(model: ScheduleModel) -> Schedule:
    return Schedule(
        id=model.id,
        guild_id=model.guild_id,
        name=model.name,
        payload=model.payload,
        timing=model.timing,
        overlap=model.overlap,  # pyright: ignore[reportArgumentType] - written from the same type
        max_runs=model.max_runs,
        pause_after=model.pause_after,
        state=model.state,  # pyright: ignore[reportArgumentType]
        pause=model.pause,
        actor=model.actor,
        runs=model.runs,
        failures=model.failures,
        next=pending_of(model) if model.state == "active" else None,
        created_at=model.created_at,
        updated_at=model.updated_at,
    )


def to_run(model: ScheduleRunModel) -> ScheduleRun:
    return ScheduleRun(
        id=model.id,
        schedule_id=model.schedule_id,
        occurrence=model.occurrence,
        due_at=model.due_at,
        by_hand=model.by_hand,
        state=state_of(model),
        job_id=model.job_id,
        missed=model.missed,
        trouble=model.trouble,
        asked_at=model.asked_at,
        ended_at=model.ended_at,
    )


def to_reversal(model: ReversalModel) -> Reversal:
    return Reversal(
        kind=model.kind,
        target=model.target,
        schedule_id=model.schedule_id,
        since=model.since,
        ends_at=model.ends_at,
        before=model.before,
    )


def trouble_of(job: Job) -> Trouble | None:
    """What is told of a run whose job has ended as it should, and yet did not do all."""
    if job.kind != UNDO.kind or job.result is None:
        return None
    outcomes = msgspec.convert(job.result, Undone).outcomes
    left = [each for each in outcomes if each.state == "left"]
    if not left:
        return None
    return Trouble(
        left[0].code or "left",
        f"{len(left)} of {len(outcomes)} left as they are; the first: {left[0].message}",
    )


def state_of(model: ScheduleRunModel) -> RunState:
    return model.state  # pyright: ignore[reportReturnType] - written from the same type


def pending_of(model: ScheduleModel) -> Occurrence | None:
    if model.next_at is None or model.due_at is None:
        return None
    return Occurrence(at=model.next_at, due_at=model.due_at)


def draft_of(model: ScheduleModel) -> ScheduleDraft:
    now = to_schedule(model)
    return ScheduleDraft(
        name=now.name,
        payload=now.payload,
        timing=now.timing,
        overlap=now.overlap,
        max_runs=now.max_runs,
        pause_after=now.pause_after,
    )


def changed(draft: ScheduleDraft, changes: ScheduleChanges) -> ScheduleDraft:
    said = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    timing = replace(draft.timing, **{name: value for name, value in said.items() if name in _OF_TIMING})
    rest = {name: value for name, value in said.items() if name not in _OF_TIMING}
    return replace(draft, timing=timing, **rest)


def anchored(timing: Timing, moment: datetime) -> Timing:
    """An interval without an anchor counts from when it begins."""
    trigger = timing.trigger
    if not isinstance(trigger, IntervalTrigger) or trigger.anchor is not None:
        return timing
    anchor = (timing.starts_at or moment).replace(microsecond=0)
    return replace(timing, trigger=replace(trigger, anchor=anchor))


def owner_of(actor: Actor, guild_id: str) -> Actor:
    """As whom it asks for what it does: the person or the program, whatever they came with."""
    return replace(actor.kept_for(guild_id), via="schedule", session_id=None, jwt_id=None, request_id=None)


def asker_of(owner: Actor) -> Actor:
    """Its owner before anybody has looked what they are in the guild now."""
    return replace(owner, kind="schedule", in_guild=None, guilds=())
