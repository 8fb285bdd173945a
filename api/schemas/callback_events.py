"""What callbacks are sent, as the OpenAPI document describes it. `core.callbacks.events` makes it; tests compare."""

import uuid
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from api.schemas.guild_events import DriftedField
from api.schemas.jobs import JobError, JobKind, JobProgress, JobResult, JobState, WaitingFor
from api.schemas.values import Snowflake, Time


class CallbackJob(msgspec.Struct, frozen=True, kw_only=True):
    """The job as it was at that moment. `sequence` counts the job's events, from 1."""

    job_id: uuid.UUID
    kind: JobKind
    guild_id: Snowflake
    sequence: int
    state: JobState
    waiting_for: WaitingFor | None
    resume_at: Time | None
    attempts: int
    progress: JobProgress
    cancel_requested: bool


class CallbackSettledJob(CallbackJob, frozen=True, kw_only=True):
    """The job as it ended."""

    result: JobResult | None | UnsetType = UNSET
    error: JobError | None | UnsetType = UNSET


class CallbackTestData(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the test is for."""

    callback_id: uuid.UUID
    guild_id: Snowflake


class CallbackHappened(msgspec.Struct, frozen=True, kw_only=True):
    """`timestamp` is when it happened, which is not when it is sent."""

    timestamp: Time


class CallbackJobQueued(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="job.queued"):
    """It was asked for, asked for again, or handed back."""

    data: CallbackJob


class CallbackJobRunning(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="job.running"):
    """A worker has it."""

    data: CallbackJob


class CallbackJobProgressed(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="job.progress"
):
    """Steps are known or done, or somebody asked for it to be cancelled."""

    data: CallbackJob


class CallbackJobWaiting(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="job.waiting"):
    """It goes on when what it waits for is there."""

    data: CallbackJob


class CallbackJobSettled(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="job.settled"):
    """It has ended; nothing follows unless somebody asks for a retry."""

    data: CallbackSettledJob


class CallbackDriftData(msgspec.Struct, frozen=True, kw_only=True):
    """What is not as that version of the template says any more: all that was seen at once."""

    guild_id: Snowflake
    template_id: uuid.UUID
    version: int
    items: tuple[DriftedField, ...]


class CallbackDrift(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.drift"):
    """Somebody changed what the guild's active version says. Told once of each deviation: again only after it was put
    right."""

    data: CallbackDriftData


class CallbackTest(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="callback.test"):
    """Somebody asked for a test."""

    data: CallbackTestData


CallbackEvent: TypeAlias = (
    CallbackJobQueued
    | CallbackJobRunning
    | CallbackJobProgressed
    | CallbackJobWaiting
    | CallbackJobSettled
    | CallbackDrift
    | CallbackTest
)
