"""Jobs as HTTP shows them: `payload` and `result` are unions told apart by `kind`."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.actions import ActionPayload
from api.schemas.announcement_jobs import AnnouncementPayload, AnnouncementResult
from api.schemas.applying import ApplyResult
from api.schemas.guilds import SnapshotReason
from api.schemas.housekeeping import HousekeepingPayload, HousekeepingResult
from api.schemas.join_notices import JoinNoticePayload, JoinNoticeResult
from api.schemas.notifications import NotifyPayload, NotifyResult
from api.schemas.results import ActionResult, MemberOutcome
from api.schemas.undos import UndoPayload, UndoResult
from api.schemas.values import NextCursor, Snowflake, Time
from core.actor import Actor
from core.clock import utc_now
from core.jobs import schemas as core

JobState: TypeAlias = Literal[
    "queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled", "dead"
]
WaitingFor: TypeAlias = Literal["bot", "rate_limit", "retry", "run_at", "approval", "guild_lock"]
StepState: TypeAlias = Literal["intended", "done", "failed", "superseded", "outcome_unknown"]
JobKind: TypeAlias = Literal[
    "guild.sync",
    "guild.capture",
    "guild.announce_join",
    "guild.announce_decision",
    "notification.send",
    "template.apply",
    "template.restore_members",
    "drift.revert",
    "action.undo",
    "message.send",
    "message.edit",
    "message.delete",
    "message.crosspost",
    "message.purge",
    "role.grant",
    "role.revoke",
    "member.timeout",
    "member.kick",
    "member.ban",
    "member.unban",
    "member.nick",
    "channel.follow",
    "channel.unfollow",
    "channel.lock",
    "channel.unlock",
    "channel.overwrite",
    "guild.leave",
    "housekeeping.jobs",
    "housekeeping.credentials",
    "housekeeping.deliveries",
    "housekeeping.redeliveries",
    "housekeeping.left_guilds",
    "housekeeping.snapshots",
    "housekeeping.images",
    "housekeeping.audit",
    "announcement.post",
    "announcement.edit",
    "announcement.delete",
]
ActorKind: TypeAlias = Literal["account", "token", "schedule", "bot", "system"]
Via: TypeAlias = Literal["http", "discord", "schedule", "system"]


class SyncPayload(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="guild.sync"
):
    """Read the guild again."""


class CapturePayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    """Keep what the guild looks like now, with `members` also who has which roles."""

    label: str | None = None
    members: bool = False
    reason: SnapshotReason = "capture"


class ApplyPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.apply"):
    """Do what a plan says."""

    plan_id: uuid.UUID


class RestoreMembersPayload(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.restore_members"
):
    """Give members back the roles that they had in a snapshot; `id_map` has those that are others now."""

    snapshot_id: uuid.UUID
    id_map: dict[str, Snowflake] = {}


class RestoreMembersResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.restore_members"
):
    """How many members got their roles back, had them, or are no members any more; and who could not be given them."""

    restored: int
    unchanged: int
    absent: int
    failed: tuple[MemberOutcome, ...] = ()


class LeftField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that was put back too often, and is left to people."""

    key: Annotated[str | None, Meta(description="The node; null for the server's own settings.")] = None
    field: str


class DriftRevertPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="drift.revert"):
    """Put nodes back to what the active version says of them, with `guild` also the server's own settings."""

    template_id: uuid.UUID
    version: int
    nodes: tuple[str, ...] = ()
    guild: bool = False
    left: tuple[LeftField, ...] = ()


class SyncResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.sync"):
    """`changed` tells whether what we had stored was out of date."""

    revision: int
    changed: bool
    roles: int
    channels: int


class CaptureResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    """What was kept."""

    snapshot_id: uuid.UUID
    roles: int
    channels: int
    images: Annotated[int, Meta(description="Pictures whose content is kept.")] = 0
    members: Annotated[int | None, Meta(description="Members whose roles are kept.")] = None
    notes: Annotated[tuple[str, ...], Meta(description="What could not be read.")] = ()


class DriftRevertResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="drift.revert"):
    """`created` are keys of the document and the ids of what was made again for them."""

    created: dict[str, Snowflake]
    calls: int


JobPayload: TypeAlias = (
    SyncPayload
    | CapturePayload
    | ApplyPayload
    | RestoreMembersPayload
    | DriftRevertPayload
    | JoinNoticePayload
    | NotifyPayload
    | UndoPayload
    | ActionPayload
    | HousekeepingPayload
    | AnnouncementPayload
)
JobResult: TypeAlias = (
    SyncResult
    | CaptureResult
    | ApplyResult
    | RestoreMembersResult
    | DriftRevertResult
    | JoinNoticeResult
    | NotifyResult
    | UndoResult
    | ActionResult
    | HousekeepingResult
    | AnnouncementResult
)
OnConflict: TypeAlias = Literal["reject", "queue", "attach"]


class CreateJob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to ask for. It waits until `run_at`, and fails as `expired` if nothing could begin it by `expires_at` (by
    default an hour after it is due for messages and members).

    `on_conflict` is for work that needs the guild to itself (guild.leave): refuse while such a job has not ended,
    queue behind it, or attach to it where it is the very same work.
    """

    payload: SyncPayload | ActionPayload
    run_at: Time | None = None
    expires_at: Time | None = None
    on_conflict: OnConflict = "reject"


class JobProgress(msgspec.Struct, frozen=True, kw_only=True):
    """`total` is null until the job knows; `now` says in words what is being done. `expected_at` is when it will
    probably be done, and `seconds_left` how long that is from now, or from when the event happened."""

    done: int
    total: int | None
    now: str | None
    expected_at: Time | None = None
    seconds_left: float | None = None


class JobError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job did not succeed. `step` is the step that failed, where one did."""

    code: str
    message: str
    retryable: bool = False
    step: str | None = None


class JobActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked, and through which door."""

    kind: ActorKind
    via: Via
    name: str
    account_id: uuid.UUID | None
    discord_user_id: Snowflake | None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One thing asked of the bot. `attempts` counts those begun; a gateway that is away is not an attempt.
    A job is dead after `max_attempts` in a row that got no step done."""

    id: uuid.UUID
    kind: JobKind
    guild_id: Snowflake | None
    state: JobState
    waiting_for: WaitingFor | None
    resume_at: Time | None
    run_at: Time | None
    expires_at: Time | None
    payload: JobPayload
    result: JobResult | None
    error: JobError | None
    progress: JobProgress
    attempts: int
    max_attempts: int
    cancel_requested: bool
    actor: JobActor
    approved_by: Annotated[JobActor | None, Meta(description="Who agreed, where somebody else had to.")]
    request_id: str | None
    created_at: Time
    started_at: Time | None
    first_call_at: Annotated[Time | None, Meta(description="When the first call to Discord was made.")]
    finished_at: Time | None


class JobPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Job, ...]
    next_cursor: NextCursor = None


class JobStep(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded call. `claim` is the number of the claim that intended it; `outcome` the id of what was made."""

    id: str
    title: str
    state: StepState
    claim: int
    intended_at: Time
    finished_at: Time | None
    outcome: str | None
    error: str | None


class JobStepPage(msgspec.Struct, frozen=True):
    """In the order in which they were begun; always all of them."""

    items: tuple[JobStep, ...]
    next_cursor: NextCursor = None


class JobChange(msgspec.Struct, frozen=True, kw_only=True):
    job_id: uuid.UUID
    sequence: Annotated[int, Meta(description="From 1, without gaps.")]
    at: Time
    kind: JobKind
    state: JobState
    waiting_for: WaitingFor | None
    resume_at: Time | None
    attempts: int
    progress: JobProgress
    cancel_requested: bool


class JobQueued(JobChange, frozen=True, kw_only=True, tag_field="type", tag="job.queued"):
    """It was asked for, asked for again, or handed back."""


class JobRunning(JobChange, frozen=True, kw_only=True, tag_field="type", tag="job.running"):
    """A worker has it."""


class JobProgressed(JobChange, frozen=True, kw_only=True, tag_field="type", tag="job.progress"):
    """Steps are known or done, or somebody asked for it to be cancelled."""


class JobWaiting(JobChange, frozen=True, kw_only=True, tag_field="type", tag="job.waiting"):
    """It goes on when what it waits for is there."""


class JobSettled(JobChange, frozen=True, kw_only=True, tag_field="type", tag="job.settled"):
    """It has ended; nothing follows unless somebody asks for a retry."""

    result: JobResult | None | UnsetType = UNSET
    error: JobError | None | UnsetType = UNSET


JobEvent: TypeAlias = JobQueued | JobRunning | JobProgressed | JobWaiting | JobSettled


def job_of(job: core.Job) -> Job:
    return Job(
        id=job.id,
        kind=msgspec.convert(job.kind, JobKind),
        guild_id=job.guild_id,
        state=job.state,
        waiting_for=job.waiting_for,
        resume_at=job.resume_at,
        run_at=job.run_at,
        expires_at=job.expires_at,
        payload=msgspec.convert(job.payload, JobPayload),
        result=msgspec.convert(job.result, JobResult | None),
        error=None if job.error is None else error_of(job.error),
        progress=JobProgress(
            done=job.progress.done,
            total=job.progress.total,
            now=job.progress.now,
            expected_at=job.progress.expected_at,
            seconds_left=job.progress.seconds_left(utc_now()),
        ),
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        cancel_requested=job.cancel_requested,
        actor=actor_of(job.actor),
        approved_by=None if job.approved_by is None else actor_of(job.approved_by),
        request_id=job.request_id,
        created_at=job.created_at,
        started_at=job.started_at,
        first_call_at=job.first_call_at,
        finished_at=job.finished_at,
    )


def actor_of(actor: Actor) -> JobActor:
    return JobActor(
        kind=actor.kind,
        via=actor.via,
        name=actor.name,
        account_id=actor.account_id,
        discord_user_id=actor.discord_user_id,
    )


def error_of(error: core.JobError) -> JobError:
    return JobError(code=error.code, message=error.message, retryable=error.retryable, step=error.step)


def step_of(step: core.JobStep) -> JobStep:
    return JobStep(
        id=step.id,
        title=step.title,
        state=step.state,
        claim=step.claim,
        intended_at=step.intended_at,
        finished_at=step.finished_at,
        outcome=step.outcome,
        error=step.error,
    )


def event_of(event: core.JobEvent) -> JobEvent:
    said = {"type": event.type, "job_id": event.job_id, "sequence": event.sequence, "at": event.at}
    progress = {**event.data["progress"], "seconds_left": event.seconds_left}
    return msgspec.convert({**event.data, **said, "progress": progress}, JobEvent)
