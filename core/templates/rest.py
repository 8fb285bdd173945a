"""How long the rest of a plan takes while it is done: what is left, at the pace seen so far."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from core.clock import utc_now
from core.discord.pace import Pace
from core.jobs.journal import Act, Reason
from core.templates.expectation import expected_seconds
from core.templates.plan import Step

ReadPace: TypeAlias = Callable[[], Awaitable[Pace]]
# A big plan is not played through again for each of its steps.
_AGAIN_AFTER = 1.0
# How much the newest step weighs.
_NEWEST = 0.2


class Rest:
    """`waves` are those of the plan. `now` is the clock of limits, `seconds` one that never goes back."""

    def __init__(
        self,
        waves: Sequence[Sequence[Step]],
        read_pace: ReadPace,
        *,
        now: Callable[[], datetime] = utc_now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._waves = waves
        self._read_pace = read_pace
        self._now = now
        self._seconds = seconds
        self._steps = sum(len(wave) for wave in waves)
        self._done: set[str] = set()
        self._beside: dict[str, float] = {}
        self._seen_beside: float | None = None
        self._told: tuple[float, float] | None = None

    def timed(self, step: Step, act: Act) -> Act:
        """The same act: what a step takes beside it is its record."""
        begun = self._seconds()

        async def timed(reason: Reason) -> str | None:
            sent = self._seconds()
            outcome = await act(reason)
            self._beside[step.id] = begun + self._seconds() - sent
            self._done.add(step.id)
            return outcome

        return timed

    def recorded(self, step: Step) -> None:
        """It was done now, or found to have been done before."""
        self._done.add(step.id)
        if (since := self._beside.pop(step.id, None)) is None:
            return
        seconds, seen = self._seconds() - since, self._seen_beside
        self._seen_beside = seconds if seen is None else seen + _NEWEST * (seconds - seen)

    async def left(self) -> float:
        """Seconds until the last step is done."""
        if len(self._done) == self._steps:
            return 0.0
        at = self._seconds()
        if self._told is None or at - self._told[0] >= _AGAIN_AFTER:
            waves = [left for wave in self._waves if (left := [s for s in wave if s.id not in self._done])]
            pace = await self._read_pace()
            self._told = at, expected_seconds(waves, pace, self._now(), beside=self._seen_beside or 0.0)
        told_at, told = self._told
        return max(told - (at - told_at), 0.0)
