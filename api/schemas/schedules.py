"""Schedules and their runs as HTTP shows them: `payload` is a union told apart by `kind`, `trigger` one by `type`."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.jobs import JobActor
from api.schemas.schedule_payloads import SchedulePayload, ScheduleWork
from api.schemas.values import NextCursor, Snowflake, Time
from core.schedules.checks import (
    FAILURES_LIMIT,
    GRACE_LIMIT,
    JITTER_LIMIT,
    MISFIRE_LIMIT,
    NAME_LIMIT,
    RUNS_LIMIT,
)
from core.schedules.triggers import FLOOR_SECONDS

ScheduleState: TypeAlias = Literal["active", "paused", "ended"]
RunState: TypeAlias = Literal[
    "waiting", "asked", "succeeded", "partial", "failed", "cancelled", "dead", "refused", "skipped"
]
PauseCode: TypeAlias = Literal["by_hand", "authority_lost", "failing"]
Overlap: TypeAlias = Annotated[
    Literal["skip", "queue", "cancel_previous"],
    Meta(
        description="What becomes of a run that finds an earlier one open: it is skipped, waits for its turn, or the "
        "earlier one is called off."
    ),
]
Misfire: TypeAlias = Annotated[
    Literal["skip", "run_once", "run_all"],
    Meta(
        description="What becomes of runs that were missed by more than `grace_seconds`, because nothing of ours ran: "
        "none is made up for, the latest is, or the latest `misfire_limit` are."
    ),
]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT)]
ZoneName: TypeAlias = Annotated[str, Meta(max_length=100, description="An IANA name, e.g. Europe/Berlin.")]
JitterSeconds: TypeAlias = Annotated[
    int,
    Meta(ge=0, le=JITTER_LIMIT, description="Each run is due up to so much later, drawn for each anew."),
]
MisfireLimit: TypeAlias = Annotated[int, Meta(ge=1, le=MISFIRE_LIMIT)]
GraceSeconds: TypeAlias = Annotated[
    int, Meta(ge=1, le=GRACE_LIMIT, description="How late a run may be before it counts as missed.")
]
PauseAfter: TypeAlias = Annotated[
    int,
    Meta(ge=1, le=FAILURES_LIMIT, description="So many runs that fail one after the other pause it."),
]
MaxRuns: TypeAlias = Annotated[int, Meta(ge=1, le=RUNS_LIMIT, description="It ends after so many.")]
LocalTime: TypeAlias = Annotated[
    str,
    Meta(
        description="The same moment by the clocks of the schedule's zone, with the offset that holds then.",
        extra_json_schema={"format": "date-time"},
    ),
]


class CronTrigger(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="cron"
):
    """By the clocks of the schedule's zone: a local time that does not exist there, because clocks go forward, is the
    first moment after the gap; one that comes twice, because they go back, is its first coming alone."""

    expression: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Five fields (minute hour day month weekday), six with the second first, or @hourly, @daily, "
            "@weekly, @monthly or @yearly; months and weekdays also by name. Where a day of the month and a weekday "
            f"are both given, either is enough. At most every {FLOOR_SECONDS} seconds.",
        ),
    ]


class IntervalTrigger(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="interval"
):
    """Every so many seconds that pass, whatever clocks do."""

    every_seconds: Annotated[int, Meta(ge=FLOOR_SECONDS, le=366 * 86_400)]
    anchor: Annotated[
        Time | None, Meta(description="It counts from here; null: from `starts_at`, or from now.")
    ] = None


class OnceTrigger(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="once"
):
    """One time."""

    run_at: Time


ScheduleTrigger: TypeAlias = CronTrigger | IntervalTrigger | OnceTrigger


class PreviewSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something would run: those fields of a schedule that say so."""

    trigger: ScheduleTrigger
    time_zone: ZoneName = "UTC"
    starts_at: Time | None = None
    ends_at: Time | None = None


class CreateSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do, and when. `ends_at` itself belongs to it."""

    name: Name
    payload: ScheduleWork
    trigger: ScheduleTrigger
    time_zone: ZoneName = "UTC"
    starts_at: Time | None = None
    ends_at: Time | None = None
    jitter_seconds: JitterSeconds = 0
    misfire: Misfire = "run_once"
    misfire_limit: MisfireLimit = 10
    grace_seconds: GraceSeconds = 60
    overlap: Overlap = "skip"
    max_runs: MaxRuns | None = None
    pause_after: PauseAfter = 5


class EditSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears. `payload` and `trigger` are replaced as wholes."""

    name: Name | UnsetType = UNSET
    payload: ScheduleWork | UnsetType = UNSET
    trigger: ScheduleTrigger | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET
    starts_at: Time | None | UnsetType = UNSET
    ends_at: Time | None | UnsetType = UNSET
    jitter_seconds: JitterSeconds | UnsetType = UNSET
    misfire: Misfire | UnsetType = UNSET
    misfire_limit: MisfireLimit | UnsetType = UNSET
    grace_seconds: GraceSeconds | UnsetType = UNSET
    overlap: Overlap | UnsetType = UNSET
    max_runs: MaxRuns | None | UnsetType = UNSET
    pause_after: PauseAfter | UnsetType = UNSET


class PauseSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, for those who find it paused."""

    reason: Annotated[str, Meta(max_length=500)] | None = None


class PlannedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run to come: when its trigger names it, and when it is due, which is later by its jitter."""

    at: Time
    local: LocalTime
    due_at: Time


class SchedulePreview(msgspec.Struct, frozen=True, kw_only=True):
    """In words, and the next runs; fewer than were asked for where it ends before."""

    sentence: Annotated[str, Meta(description="E.g. every weekday at 09:00, Europe/Berlin.")]
    items: tuple[PlannedRun, ...]


class SchedulePause(msgspec.Struct, frozen=True, kw_only=True):
    """Who paused it, and why. `authority_lost`: its owner may no longer ask for what it does. `failing`: too many of
    its runs failed one after the other."""

    at: Time
    by: JobActor
    code: PauseCode
    reason: str | None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is asked for again and again, or once, with the rights that its owner has at that time."""

    id: uuid.UUID
    guild_id: Annotated[Snowflake | None, Meta(description="Null: it is the installation's own.")]
    name: str
    sentence: Annotated[str, Meta(description="When, in words; e.g. every weekday at 09:00, Europe/Berlin.")]
    payload: SchedulePayload
    trigger: ScheduleTrigger
    time_zone: str
    starts_at: Time | None
    ends_at: Time | None
    jitter_seconds: int
    misfire: Misfire
    misfire_limit: int
    grace_seconds: int
    overlap: Overlap
    max_runs: int | None
    pause_after: int
    state: ScheduleState
    pause: SchedulePause | None
    owner: Annotated[
        JobActor, Meta(description="Who made it, or was the last to change what it does or when.")
    ]
    runs: Annotated[int, Meta(description="How many it has had.")]
    failures: Annotated[int, Meta(description="How many of the last runs failed one after the other.")]
    next_run: Annotated[PlannedRun | None, Meta(description="Null where it is not active, or has none left.")]
    created_at: Time
    updated_at: Time


class ScheduleDetail(Schedule, frozen=True, kw_only=True):
    """A schedule with its next runs, as if it were active; none where it has ended."""

    next_runs: tuple[PlannedRun, ...]


class SchedulePage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Schedule, ...]
    next_cursor: NextCursor = None


class RunTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a run was refused or skipped, or had nothing to do."""

    code: str
    message: str


class ScheduleRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `waiting` for an earlier one to end; `asked` as long as its job is open, then what became of the job.
    `refused`: it could not be asked for. `skipped`: it was missed, overlapped, or came while the schedule was paused.
    """

    id: uuid.UUID
    schedule_id: uuid.UUID
    planned_at: Time
    due_at: Annotated[Time, Meta(description="With its jitter.")]
    asked_at: Annotated[Time | None, Meta(description="When its job was asked for.")]
    ended_at: Time | None
    by_hand: bool
    state: RunState
    job_id: uuid.UUID | None
    missed: Annotated[int, Meta(description="Runs just before this one that were missed.")]
    trouble: RunTrouble | None


class RunPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[ScheduleRun, ...]
    next_cursor: NextCursor = None
