"""Examples of schedules and their runs."""

from datetime import UTC, datetime

import msgspec

from api.example_values import ACCOUNT, CHANNEL, GUILD, JOB, OWNER, RUN, SCHEDULE, THEN
from api.schemas.actions import MessageSend
from api.schemas.jobs import JobActor
from api.schemas.schedules import (
    CreateSchedule,
    CronTrigger,
    EditSchedule,
    PauseSchedule,
    PlannedRun,
    PreviewSchedule,
    RunPage,
    Schedule,
    ScheduleDetail,
    SchedulePage,
    SchedulePreview,
    ScheduleRun,
)

_TRIGGER, _ZONE = CronTrigger(expression="0 9 * * mon-fri"), "Europe/Berlin"
_SENTENCE = "every weekday at 09:00, Europe/Berlin"
_PAYLOAD = MessageSend(channel_id=CHANNEL, content="Good morning.")
_RUNS = tuple(
    PlannedRun(at=at, local=local, due_at=at)
    for at, local in (
        (datetime(2026, 3, 27, 8, tzinfo=UTC), "2026-03-27T09:00:00+01:00"),
        (datetime(2026, 3, 30, 7, tzinfo=UTC), "2026-03-30T09:00:00+02:00"),
    )
)
_SHOWN = Schedule(
    id=SCHEDULE,
    guild_id=GUILD,
    name="Morning",
    sentence=_SENTENCE,
    payload=_PAYLOAD,
    trigger=_TRIGGER,
    time_zone=_ZONE,
    starts_at=None,
    ends_at=None,
    jitter_seconds=0,
    misfire="run_once",
    misfire_limit=10,
    grace_seconds=60,
    overlap="skip",
    max_runs=None,
    pause_after=5,
    state="active",
    pause=None,
    owner=JobActor(kind="account", via="schedule", name="ada", account_id=ACCOUNT, discord_user_id=OWNER),
    runs=20,
    failures=0,
    next_run=_RUNS[0],
    created_at=THEN,
    updated_at=THEN,
)
_RUN = ScheduleRun(
    id=RUN,
    schedule_id=SCHEDULE,
    planned_at=THEN,
    due_at=THEN,
    asked_at=THEN,
    ended_at=None,
    by_hand=False,
    state="asked",
    job_id=JOB,
    missed=0,
    trouble=None,
)
SCHEDULE_EXAMPLES: tuple[msgspec.Struct, ...] = (
    CreateSchedule(name="Morning", payload=_PAYLOAD, trigger=_TRIGGER, time_zone=_ZONE),
    EditSchedule(trigger=CronTrigger(expression="30 8 * * mon-fri"), ends_at=None),
    PreviewSchedule(trigger=_TRIGGER, time_zone=_ZONE),
    PauseSchedule(reason="Over the holidays"),
    SchedulePage(items=(_SHOWN,)),
    ScheduleDetail(**{name: getattr(_SHOWN, name) for name in _SHOWN.__struct_fields__}, next_runs=_RUNS),
    SchedulePreview(sentence=_SENTENCE, items=_RUNS),
    _RUN,
    RunPage(items=(_RUN,)),
)
