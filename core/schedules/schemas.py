"""Schedules and their runs as values."""

import uuid
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from core.discord.types import Overwrite, Snowflake
from core.schedules.payloads import SchedulePayload
from core.schedules.states import Overlap, RunState, ScheduleState
from core.schedules.timing import Misfire, Occurrence, Timing
from core.schedules.triggers import Trigger

CHANNEL = "guildwright_schedules"
"""Where PostgreSQL notifies, at its commit, of everything after which something may be due earlier than before."""


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """When something comes to be done: `due` is that of the next schedule, `look_at` that of runs that have ended or
    that wait; None where there is none."""

    due: datetime | None
    look_at: datetime | None

    @property
    def first(self) -> datetime | None:
        return min((each for each in (self.due, self.look_at) if each is not None), default=None)


class Trouble(msgspec.Struct, frozen=True):
    """Why a run was refused or skipped."""

    code: str
    message: str


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who paused it and why; we ourselves do, with `code` `authority_lost` or `failing`."""

    at: datetime
    by: Actor
    code: str = "by_hand"
    reason: str | None = None


class ScheduleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants; `pause_after` is how many runs may fail one after the other."""

    name: str
    payload: SchedulePayload
    timing: Timing
    overlap: Overlap = "skip"
    max_runs: int | None = None
    pause_after: int = 5


class ScheduleChanges(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 7396: absent is unchanged, None clears."""

    name: str | UnsetType = UNSET
    payload: SchedulePayload | UnsetType = UNSET
    trigger: Trigger | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    starts_at: datetime | None | UnsetType = UNSET
    ends_at: datetime | None | UnsetType = UNSET
    jitter_seconds: int | UnsetType = UNSET
    misfire: Misfire | UnsetType = UNSET
    misfire_limit: int | UnsetType = UNSET
    grace_seconds: int | UnsetType = UNSET
    overlap: Overlap | UnsetType = UNSET
    max_runs: int | None | UnsetType = UNSET
    pause_after: int | UnsetType = UNSET


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """`actor` is its owner; `next` is None where it is not active or has no occurrence left. One without a guild is the
    installation's own."""

    id: uuid.UUID
    guild_id: Snowflake | None
    name: str
    payload: SchedulePayload
    timing: Timing
    overlap: Overlap
    max_runs: int | None
    pause_after: int
    state: ScheduleState
    pause: Pause | None
    actor: Actor
    runs: int
    failures: int
    next: Occurrence | None
    created_at: datetime
    updated_at: datetime


class ScheduleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What `None` leaves open is not filtered. `owner` is an account's id; `name` begins like this, however it is
    capitalised."""

    state: ScheduleState | None = None
    kind: str | None = None
    owner: uuid.UUID | None = None
    name: str | None = None


class ScheduleRun(msgspec.Struct, frozen=True, kw_only=True):
    """`occurrence` is the planned moment, `due_at` with its jitter, `asked_at` the actual one. `missed` counts the
    occurrences just before it that were not run."""

    id: uuid.UUID
    schedule_id: uuid.UUID
    occurrence: datetime
    due_at: datetime
    by_hand: bool
    state: RunState
    job_id: uuid.UUID | None
    missed: int
    trouble: Trouble | None
    asked_at: datetime | None
    ended_at: datetime | None


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that holds for a time, since a moment, and the schedule that takes it back. `before` is the overwrite
    that stood where it was written, and what is restored."""

    kind: str
    target: str
    schedule_id: uuid.UUID
    since: datetime
    ends_at: datetime
    before: Overwrite | None
