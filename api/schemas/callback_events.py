"""What callbacks are sent, as the OpenAPI document describes it. `core.callbacks.events` makes it; tests compare."""

import uuid
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from api.schemas.announcement_events import CallbackAnnouncementMessage, CallbackWaitingAnnouncement
from api.schemas.guild_events import DriftedField, GuildLife, PausedSchedule, ScheduleInEvent
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


class CallbackGuildData(GuildLife, frozen=True, kw_only=True):
    """What became of the guild here."""

    guild_id: Snowflake


class CallbackGuildJoined(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.joined"):
    """The bot is back in a guild of which something was decided before; `state` says what. Not sent while it is
    banned."""

    data: CallbackGuildData


class CallbackGuildPending(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.pending"
):
    """The bot has come, and an owner of the installation has to approve the guild."""

    data: CallbackGuildData


class CallbackGuildApproved(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.approved"
):
    """What is asked for there is done."""

    data: CallbackGuildData


class CallbackGuildRejected(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.rejected"
):
    """Nothing is done there."""

    data: CallbackGuildData


class CallbackGuildSuspended(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.suspended"
):
    """Nothing is done there any more, until it is approved again; what was open is called off."""

    data: CallbackGuildData


class CallbackGuildBanned(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.banned"):
    """As suspended. Nothing more is sent of the bot's coming and going there."""

    data: CallbackGuildData


class CallbackGuildLeft(CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="guild.left"):
    """The bot was removed, or the guild was deleted. Not sent while it is banned."""

    data: CallbackGuildData


class CallbackPausedSchedule(PausedSchedule, frozen=True, kw_only=True):
    """Which schedule, and why."""

    guild_id: Snowflake


class CallbackResumedSchedule(ScheduleInEvent, frozen=True, kw_only=True):
    """Which schedule."""

    guild_id: Snowflake


class CallbackSchedulePaused(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="schedule.paused"
):
    """It does nothing until somebody resumes it."""

    data: CallbackPausedSchedule


class CallbackScheduleResumed(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="schedule.resumed"
):
    """It goes on; what it would have done meanwhile is not made up for."""

    data: CallbackResumedSchedule


class CallbackAnnouncementPosted(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="announcement.posted"
):
    """It was sent."""

    data: CallbackAnnouncementMessage


class CallbackAnnouncementEdited(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="announcement.edited"
):
    """A message of it says something else now."""

    data: CallbackAnnouncementMessage


class CallbackAnnouncementDeleted(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="announcement.deleted"
):
    """A message of it was deleted, by us."""

    data: CallbackAnnouncementMessage


class CallbackAnnouncementWaiting(
    CallbackHappened, frozen=True, kw_only=True, tag_field="type", tag="announcement.waiting"
):
    """It is not posted before somebody else than who wrote it has approved of it."""

    data: CallbackWaitingAnnouncement


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
    | CallbackGuildJoined
    | CallbackGuildPending
    | CallbackGuildApproved
    | CallbackGuildRejected
    | CallbackGuildSuspended
    | CallbackGuildBanned
    | CallbackGuildLeft
    | CallbackSchedulePaused
    | CallbackScheduleResumed
    | CallbackAnnouncementPosted
    | CallbackAnnouncementEdited
    | CallbackAnnouncementDeleted
    | CallbackAnnouncementWaiting
    | CallbackTest
)
