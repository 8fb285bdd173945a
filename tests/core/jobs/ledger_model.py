"""The ledger's transitions once more, as plain as they can be said: what the one on PostgreSQL is held against.

Knows nothing of SQL: a list of jobs, and what each verb does to it. Times are whole minutes.
"""

from dataclasses import dataclass, field
from typing import Any

PER_GUILD = 2
MAX_ATTEMPTS = 2
APPROVED_WITHIN = 7 * 24 * 60
TERMINAL = frozenset({"succeeded", "partial", "failed", "cancelled", "dead"})
RETRYABLE = frozenset({"failed", "partial", "dead"})


class Refused(Exception):
    """The verb does not apply: nothing has changed."""


@dataclass
class ModelJob:
    guild: int
    structural: bool
    state: str = "queued"
    waiting_for: str | None = None
    resume_at: int | None = None
    run_at: int | None = None
    expires_at: int | None = None
    attempts: int = 0
    spent_attempts: int = 0
    claims: int = 0
    cancel_requested: bool = False
    is_lapsed: bool = False
    needs_approval: bool = False
    is_approved: bool = False
    events: list[str] = field(default_factory=lambda: ["job.queued"])
    steps: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def is_open(self) -> bool:
        return self.state not in TERMINAL

    @property
    def is_awaited(self) -> bool:
        """Nobody has agreed to it yet: it keeps nobody from anything."""
        return self.state == "waiting" and self.waiting_for == "approval"

    @property
    def is_begun(self) -> bool:
        return any(step != "superseded" for step in self.steps.values())

    def seen(self) -> dict[str, Any]:
        """What can be compared."""
        names = (
            "state",
            "waiting_for",
            "resume_at",
            "attempts",
            "spent_attempts",
            "claims",
            "cancel_requested",
        )
        return {name: getattr(self, name) for name in names} | {
            "events": list(self.events),
            "steps": dict(self.steps),
            "is_held": self.state == "running",
            "is_finished": not self.is_open,
        }


@dataclass
class LedgerModel:
    """Jobs by their number, in the order in which they were asked for."""

    jobs: list[ModelJob] = field(default_factory=list[ModelJob])
    now: int = 0
    is_paused: bool = False

    def ask(
        self,
        guild: int,
        structural: bool,
        run_in: int | None,
        expires_in: int | None,
        on_conflict: str,
        *,
        needs_approval: bool = False,
    ) -> int:
        run_at = None if run_in is None else self.now + run_in
        job = ModelJob(guild, structural, run_at=run_at, needs_approval=needs_approval)
        job.expires_at = None if expires_in is None else self.now + expires_in
        if job.expires_at is not None and job.expires_at <= (self.now if run_at is None else run_at):
            raise Refused
        first = self._first_structural(guild) if structural else None
        if first is not None and on_conflict == "attach":
            return first
        if first is not None and on_conflict != "queue":
            raise Refused
        if needs_approval:
            job.state, job.waiting_for, job.events = "waiting", "approval", ["job.waiting"]
            if job.expires_at is None:
                job.expires_at = (self.now if run_at is None else run_at) + APPROVED_WITHIN
        elif run_at is not None:
            job.state, job.waiting_for, job.resume_at = "waiting", "run_at", run_at
        elif first is not None:
            job.state, job.waiting_for = "waiting", "guild_lock"
        self.jobs.append(job)
        return len(self.jobs) - 1

    def claim(self, only: int | None = None) -> tuple[int, int] | None:
        """The number of the job and of the claim. With `only` that job or none, whatever comes first by right and
        however many are running."""
        while True:
            ready = [
                n
                for n in range(len(self.jobs))
                if self._is_ready(self.jobs[n])
                and self._has_its_guild(n)
                and (n == only if only is not None else self._busy(self.jobs[n]) < PER_GUILD)
            ]
            if not ready:
                return None
            number = min(ready, key=lambda n: (self._busy(self.jobs[n]), n))
            job = self.jobs[number]
            job.claims += 1
            job.waiting_for, job.resume_at, job.is_lapsed = None, None, False
            if job.spent_attempts < MAX_ATTEMPTS:
                job.state, job.attempts = "running", job.attempts + 1
                job.spent_attempts += 1
                job.events.append("job.running")
                return number, job.claims
            self._end(job, "dead")

    def settle(self, held: tuple[int, int], state: str) -> None:
        self._end(self._held(held), state)

    def wait(self, held: tuple[int, int], why: str, minutes: int, burn: bool) -> None:
        job = self._held(held)
        job.attempts -= not burn
        job.spent_attempts = max(job.spent_attempts - (not burn), 0)
        if job.cancel_requested:
            self._end(job, "cancelled")
        else:
            job.state, job.waiting_for, job.resume_at = "waiting", why, self.now + minutes
            job.events.append("job.waiting")

    def hand_back(self, held: tuple[int, int]) -> None:
        job = self._held(held)
        job.attempts -= 1
        job.spent_attempts = max(job.spent_attempts - 1, 0)
        if job.cancel_requested:
            self._end(job, "cancelled")
        else:
            job.state = "queued"
            job.events.append("job.queued")

    def renew(self, held: tuple[int, int]) -> None:
        self._held(held).is_lapsed = False

    def intend(self, held: tuple[int, int], key: str) -> None:
        job = self._held(held)
        job.is_lapsed = False
        if job.steps.get(key) != "done":
            job.steps[key] = "intended"

    def record(self, held: tuple[int, int], key: str, state: str) -> None:
        job = self._held(held)
        job.is_lapsed = False
        if key in job.steps:
            job.steps[key] = state
        if state == "done":
            job.spent_attempts = 0
        job.events.append("job.progress")

    def cancel(self, number: int) -> None:
        job = self.jobs[number]
        if not job.is_open:
            raise Refused
        job.cancel_requested = True
        if job.state == "running":
            job.events.append("job.progress")
        else:
            self._end(job, "cancelled")

    def approve(self, number: int) -> None:
        job = self.jobs[number]
        if not job.is_awaited or (job.structural and self._first_structural(job.guild) is not None):
            raise Refused
        job.is_approved, job.expires_at = True, None
        if job.run_at is None:
            job.state, job.waiting_for = "queued", None
            job.events.append("job.queued")
        else:
            job.waiting_for, job.resume_at = "run_at", job.run_at
            job.events.append("job.waiting")

    def reject(self, number: int) -> None:
        job = self.jobs[number]
        if not job.is_awaited:
            raise Refused
        job.cancel_requested = True
        self._end(job, "cancelled")

    def retry(self, number: int) -> None:
        job = self.jobs[number]
        if job.state not in RETRYABLE or (job.structural and self._first_structural(job.guild) is not None):
            raise Refused
        job.state, job.attempts, job.cancel_requested, job.expires_at = "queued", 0, False, None
        job.spent_attempts = 0
        job.steps = {key: "superseded" if at == "failed" else at for key, at in job.steps.items()}
        if job.needs_approval and not job.is_approved:
            job.state, job.waiting_for = "waiting", "approval"
            job.events.append("job.waiting")
        else:
            job.events.append("job.queued")

    def park(self) -> None:
        for job in self.jobs:
            if job.state == "queued":
                job.state, job.waiting_for = "waiting", "bot"
                job.events.append("job.waiting")

    def expire(self) -> None:
        for job in self.jobs:
            is_nobodys = job.state in ("queued", "waiting") or (job.state == "running" and job.is_lapsed)
            if is_nobodys and self._is_over(job):
                self._end(job, "failed")

    def lapse(self, number: int) -> None:
        self.jobs[number].is_lapsed = self.jobs[number].state == "running"

    def seen(self) -> list[dict[str, Any]]:
        return [job.seen() for job in self.jobs]

    def _is_ready(self, job: ModelJob) -> bool:
        if self.is_paused or job.is_awaited or self._is_over(job):
            return False
        if job.state == "running":
            return job.is_lapsed
        if job.state == "waiting" and job.resume_at is not None:
            return job.resume_at <= self.now
        return job.is_open and (job.run_at is None or job.run_at <= self.now)

    def _is_over(self, job: ModelJob) -> bool:
        return job.expires_at is not None and job.expires_at <= self.now and not job.is_begun

    def _has_its_guild(self, number: int) -> bool:
        mine = self.jobs[number]
        return not mine.structural or not any(
            job.guild == mine.guild
            and job.structural
            and job.is_open
            and not job.is_awaited
            and (job.state == "running" or n < number)
            for n, job in enumerate(self.jobs)
            if n != number
        )

    def _busy(self, mine: ModelJob) -> int:
        return sum(
            job.guild == mine.guild and job.state == "running" and not job.is_lapsed for job in self.jobs
        )

    def _first_structural(self, guild: int) -> int | None:
        return next(
            (
                n
                for n, job in enumerate(self.jobs)
                if job.guild == guild and job.structural and job.is_open and not job.is_awaited
            ),
            None,
        )

    def _held(self, held: tuple[int, int]) -> ModelJob:
        job = self.jobs[held[0]]
        if job.state != "running" or job.claims != held[1]:
            raise Refused
        return job

    def _end(self, job: ModelJob, state: str) -> None:
        job.state, job.waiting_for, job.resume_at, job.is_lapsed = state, None, None, False
        becomes = "superseded" if state == "succeeded" else "outcome_unknown"
        in_doubt = ("intended", "outcome_unknown")
        job.steps = {key: becomes if at in in_doubt else at for key, at in job.steps.items()}
        job.events.append("job.settled")
