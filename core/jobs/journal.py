"""What a job's function writes while it acts: intend, act, record (law 4)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from core.jobs.schemas import JobStep

Reason: TypeAlias = str
Act: TypeAlias = Callable[[Reason], Awaitable[str | None]]
SecondsLeft: TypeAlias = Callable[[], Awaitable[float]]
LookUp: TypeAlias = Callable[[Reason, datetime], Awaitable[str | None]]


class Journal(Protocol):
    """One job's steps. The journal opens its own short transactions; none is open while `act` runs."""

    async def announce(
        self, total: int, *, planned_anew: bool = False, seconds_left: SecondsLeft | None = None
    ) -> None:
        """How many steps the job has. With `planned_anew` it is how many are left, and what earlier claims did is
        added to it. `seconds_left` is asked whenever progress is told."""
        ...

    async def recall(self, step: JobStep, look_up: LookUp) -> str | None:
        """Whether what an earlier claim intended, and did not live to record, was done after all: then it is recorded
        and its outcome returned."""
        ...

    async def refuse(self, step_id: str, title: str, *, code: str, message: str) -> None:
        """Records a step as failed that is not even tried, for a reason that is known beforehand."""
        ...

    async def perform(
        self, step_id: str, title: str, act: Act, *, look_up: LookUp | None = None, once: bool = True
    ) -> str | None:
        """Does one step and records its outcome; returns what `act` returned (the id of the thing made, or None).

        `act` gets the audit log's reason, which names the job and the step and is the same in every attempt. Without
        `look_up` the call must be idempotent. With it, the intent is stored before the call, and a call whose answer
        was lost (now, or by an earlier attempt that died) is looked up by (reason, time of the intent) before it is
        made again: what is found is recorded instead of repeated.

        A step that an earlier claim recorded as done is not done again and gives its recorded outcome. `once=False` is
        for callers that have looked and found it necessary again; with a `look_up`, that is asked first.

        Raises `core.jobs.errors.Cancelled` between two steps, and lets the errors of `core.discord.errors` pass.
        """
        ...
