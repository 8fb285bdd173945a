"""What a schedule and one of its runs can be, and what becomes of a run that finds an earlier one open. Pure."""

from typing import Final, Literal, TypeAlias

from core.jobs.states import JobState

ScheduleState: TypeAlias = Literal["active", "paused", "ended"]
"""`ended` has no occurrence left; an edit may give it some again."""

Overlap: TypeAlias = Literal["skip", "queue", "cancel_previous"]
RunState: TypeAlias = Literal[
    "waiting", "asked", "succeeded", "partial", "failed", "cancelled", "dead", "refused", "skipped"
]
"""`waiting` for an earlier run to end, or for the guild to be free; `asked` as long as its job is open, and from then
on what became of the job. `refused` could not be asked for at all."""

OPEN_RUNS: Final[frozenset[RunState]] = frozenset({"waiting", "asked"})
FAILURES: Final[frozenset[RunState]] = frozenset({"partial", "failed", "dead", "refused"})
MOST_QUEUED: Final = 100
"""Runs of one schedule that wait for each other; a schedule that is slower than its clock would fill the house."""


def begins(overlap: Overlap, others_open: int) -> bool:
    """Whether an occurrence gets a run that will be asked for."""
    return others_open == 0 or (overlap != "skip" and others_open < MOST_QUEUED)


def after_run(state: RunState, failures: int) -> int:
    """How many runs have now failed one after the other; one that was skipped or called off says nothing of that."""
    if state == "succeeded":
        return 0
    return failures + 1 if state in FAILURES else failures


def run_state(state: JobState) -> RunState:
    """Of a run by that of its job."""
    match state:
        case "queued" | "waiting" | "running":
            return "asked"
        case _:
            return state
