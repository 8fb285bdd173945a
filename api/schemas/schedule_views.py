"""Schedules between HTTP and the product: what is asked for as the product's values, its values as what is shown."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, UnsetType

from api.schemas.jobs import actor_of
from api.schemas.schedule_payloads import SchedulePayload, ScheduleWork
from api.schemas.schedules import (
    CreateSchedule,
    EditSchedule,
    PauseCode,
    PlannedRun,
    PreviewSchedule,
    RunTrouble,
    Schedule,
    ScheduleDetail,
    SchedulePause,
    SchedulePreview,
    ScheduleRun,
    ScheduleTrigger,
)
from core.schedules import payloads, triggers
from core.schedules import schemas as core
from core.schedules.sentences import moments, sentence
from core.schedules.timing import Occurrence, Timing


def draft_of(wanted: CreateSchedule) -> core.ScheduleDraft:
    return core.ScheduleDraft(
        name=wanted.name,
        payload=_payload_of(wanted.payload),
        timing=Timing(
            trigger=_trigger_of(wanted.trigger),
            time_zone=wanted.time_zone,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            jitter_seconds=wanted.jitter_seconds,
            misfire=wanted.misfire,
            misfire_limit=wanted.misfire_limit,
            grace_seconds=wanted.grace_seconds,
        ),
        overlap=wanted.overlap,
        max_runs=wanted.max_runs,
        pause_after=wanted.pause_after,
    )


def timing_of(wanted: PreviewSchedule) -> Timing:
    return Timing(
        trigger=_trigger_of(wanted.trigger),
        time_zone=wanted.time_zone,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
    )


def changes_of(edit: EditSchedule) -> core.ScheduleChanges:
    return core.ScheduleChanges(
        name=edit.name,
        payload=UNSET if isinstance(edit.payload, UnsetType) else _payload_of(edit.payload),
        trigger=UNSET if isinstance(edit.trigger, UnsetType) else _trigger_of(edit.trigger),
        time_zone=edit.time_zone,
        starts_at=edit.starts_at,
        ends_at=edit.ends_at,
        jitter_seconds=edit.jitter_seconds,
        misfire=edit.misfire,
        misfire_limit=edit.misfire_limit,
        grace_seconds=edit.grace_seconds,
        overlap=edit.overlap,
        max_runs=edit.max_runs,
        pause_after=edit.pause_after,
    )


def schedule_of(schedule: core.Schedule) -> Schedule:
    timing = schedule.timing
    return Schedule(
        id=schedule.id,
        guild_id=schedule.guild_id,
        name=schedule.name,
        sentence=sentence(timing),
        payload=msgspec.convert(msgspec.to_builtins(schedule.payload), SchedulePayload),
        trigger=_trigger_shown(timing.trigger),
        time_zone=timing.time_zone,
        starts_at=_in_utc(timing.starts_at),
        ends_at=_in_utc(timing.ends_at),
        jitter_seconds=timing.jitter_seconds,
        misfire=timing.misfire,
        misfire_limit=timing.misfire_limit,
        grace_seconds=timing.grace_seconds,
        overlap=schedule.overlap,
        max_runs=schedule.max_runs,
        pause_after=schedule.pause_after,
        state=schedule.state,
        pause=None if schedule.pause is None else _pause_of(schedule.pause),
        owner=actor_of(schedule.actor),
        runs=schedule.runs,
        failures=schedule.failures,
        next_run=None if schedule.next is None else _planned_of(schedule.next, timing),
        created_at=schedule.created_at,
        updated_at=schedule.updated_at,
    )


def detail_of(schedule: core.Schedule, ahead: Iterable[Occurrence]) -> ScheduleDetail:
    shown = schedule_of(schedule)
    return ScheduleDetail(
        **{name: getattr(shown, name) for name in shown.__struct_fields__},
        next_runs=tuple(_planned_of(each, schedule.timing) for each in ahead),
    )


def preview_of(timing: Timing, ahead: Iterable[Occurrence]) -> SchedulePreview:
    return SchedulePreview(
        sentence=sentence(timing), items=tuple(_planned_of(each, timing) for each in ahead)
    )


def run_of(run: core.ScheduleRun) -> ScheduleRun:
    trouble = run.trouble
    return ScheduleRun(
        id=run.id,
        schedule_id=run.schedule_id,
        planned_at=run.occurrence,
        due_at=run.due_at,
        asked_at=run.asked_at,
        ended_at=run.ended_at,
        by_hand=run.by_hand,
        state=run.state,
        job_id=run.job_id,
        missed=run.missed,
        trouble=None if trouble is None else RunTrouble(code=trouble.code, message=trouble.message),
    )


def _pause_of(pause: core.Pause) -> SchedulePause:
    return SchedulePause(
        at=pause.at,
        by=actor_of(pause.by),
        code=msgspec.convert(pause.code, PauseCode),
        reason=pause.reason,
    )


def _planned_of(occurrence: Occurrence, timing: Timing) -> PlannedRun:
    local, _ = moments(occurrence.at, timing)
    return PlannedRun(at=occurrence.at, local=local, due_at=occurrence.due_at)


def _trigger_of(trigger: ScheduleTrigger) -> triggers.Trigger:
    return msgspec.convert(msgspec.to_builtins(trigger), triggers.Trigger)


def _trigger_shown(trigger: triggers.Trigger) -> ScheduleTrigger:
    match trigger:
        case triggers.CronTrigger():
            said = trigger
        case triggers.IntervalTrigger(anchor=anchor):
            said = msgspec.structs.replace(trigger, anchor=_in_utc(anchor))
        case triggers.OnceTrigger(run_at=run_at):
            said = msgspec.structs.replace(trigger, run_at=run_at.astimezone(UTC))
    return msgspec.convert(msgspec.to_builtins(said), ScheduleTrigger)


def _payload_of(payload: ScheduleWork) -> payloads.SchedulePayload:
    return msgspec.convert(msgspec.to_builtins(payload), payloads.SchedulePayload)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
