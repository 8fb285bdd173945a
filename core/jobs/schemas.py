import uuid
from datetime import datetime
from typing import Any

import msgspec

from core.actor import Actor
from core.jobs.states import TERMINAL, JobState, Lane, StepState, WaitingFor


class JobProgress(msgspec.Struct, frozen=True):
    """`total` is None until the job knows; `now` says in words what is being done. `expected_at` is when it will
    probably be done, None where nobody can tell."""

    done: int = 0
    total: int | None = None
    now: str | None = None
    expected_at: datetime | None = None

    def seconds_left(self, at: datetime) -> float | None:
        """How long it probably still takes, seen from that moment."""
        if self.expected_at is None:
            return None
        # In this order, because of what rounds to -0.0 the first of two equal ones is taken.
        return max(0.0, round((self.expected_at - at).total_seconds(), 1))


class JobError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a job did not succeed: `retryable` tells whether asking again may help."""

    code: str
    message: str
    retryable: bool = False
    step: str | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`payload` and `result` are the plain JSON of the kind's own structs. `attempts` counts those begun,
    `spent_attempts` those since a step was last done."""

    id: uuid.UUID
    kind: str
    lane: Lane
    guild_id: str | None
    state: JobState
    waiting_for: WaitingFor | None
    resume_at: datetime | None
    run_at: datetime | None
    expires_at: datetime | None
    payload: dict[str, Any]
    result: dict[str, Any] | None
    error: JobError | None
    progress: JobProgress
    attempts: int
    spent_attempts: int
    max_attempts: int
    actor: Actor
    request_id: str | None
    created_at: datetime
    started_at: datetime | None
    first_call_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    approved_by: Actor | None = None

    @property
    def is_settled(self) -> bool:
        return self.state in TERMINAL


class JobStep(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded call. `claim` is the number of the claim that intended it; `outcome` is the id of what was made,
    where something was made; of a failed step it is the code of the failure."""

    id: str
    title: str
    state: StepState
    claim: int
    intended_at: datetime
    finished_at: datetime | None = None
    outcome: str | None = None
    error: str | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """How many steps a job has; where it was `planned_anew`, how many are left beside those that are done, and how many
    seconds they take."""

    total: int
    planned_anew: bool = False
    seconds_left: float | None = None


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A step about to be done. `since` is when it was first intended; `begun_earlier` tells that a claim before this
    one intended it, and may have done it. `recorded` is the step as that claim left it, where it is done."""

    job: Job
    since: datetime
    begun_earlier: bool
    recorded: JobStep | None = None


class JobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a job's history, in order of `sequence` (from 1). `type` is job.queued, job.running, job.progress,
    job.waiting or job.settled; `data` is the job's state and progress at that moment."""

    job_id: uuid.UUID
    sequence: int
    type: str
    at: datetime
    data: dict[str, Any]

    @property
    def seconds_left(self) -> float | None:
        """As expected at that moment."""
        return msgspec.convert(self.data["progress"], JobProgress).seconds_left(self.at)


class GuildEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a guild beside its jobs. `type` says what it was, and what is in `data`."""

    id: uuid.UUID
    guild_id: str
    type: str
    at: datetime
    data: dict[str, Any]


class EventPosition(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A place in the events of a guild."""

    transaction: int
    position: int


class GuildEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a guild and of its jobs, and the place behind them."""

    events: tuple[JobEvent | GuildEvent, ...]
    position: EventPosition


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A job in its holder's hands. `number` is the fencing token: every write of the holder names it."""

    job: Job
    number: int


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What `None` leaves open is not filtered. `actor` is an account's id."""

    state: JobState | None = None
    kind: str | None = None
    guild_id: str | None = None
    actor: uuid.UUID | None = None
    since: datetime | None = None


class LaneDepth(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is to do in a lane; `oldest_at` is since when the job has been due that has
    waited longest."""

    lane: Lane
    queued: int
    waiting: int
    running: int
    oldest_at: datetime | None


class LastError(msgspec.Struct, frozen=True, kw_only=True):
    """How the job ended that last ended badly."""

    job_id: uuid.UUID
    kind: str
    at: datetime
    error: JobError


class ClaimTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker may take next: at most `per_guild` jobs of one guild run at once, and `structural` ones only while
    it says so, which keeps slots free for what is short."""

    per_guild: int = 4
    structural: bool = True


ANY_CLAIM = ClaimTerms()
