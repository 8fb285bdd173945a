"""A job's life.

    queued ──claim──▶ running ──settle──▶ succeeded | partial | failed | cancelled | dead
       ▲                │  ▲
       │                │  └─claim── waiting (rate_limit | retry | bot | run_at | approval | guild_lock)
       └──retry(failed, partial, dead)   ▲
                        └──wait──────────┘

    waiting (approval) ──approve──▶ queued, ──reject──▶ cancelled

Each arrow is one conditional statement in `repository`; what is not drawn does not exist.
"""

from typing import Final, Literal, TypeAlias, get_args

JobState: TypeAlias = Literal[
    "queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled", "dead"
]
WaitingFor: TypeAlias = Literal["bot", "rate_limit", "retry", "run_at", "approval", "guild_lock"]
StepState: TypeAlias = Literal["intended", "done", "failed", "superseded", "outcome_unknown"]
Lane: TypeAlias = Literal["bot", "background"]
OnConflict: TypeAlias = Literal["reject", "queue", "attach"]
"""What asking for structural work does while the guild has such a job that has not ended: refuse, wait for its turn,
or answer with that job where it is the very same work."""

TERMINAL: Final[frozenset[JobState]] = frozenset({"succeeded", "partial", "failed", "cancelled", "dead"})
OPEN: Final[frozenset[JobState]] = frozenset(get_args(JobState)) - TERMINAL
RETRYABLE: Final[frozenset[JobState]] = frozenset({"failed", "partial", "dead"})
