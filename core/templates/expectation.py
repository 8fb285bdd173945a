"""How long steps take: round trips, calls that are under way together, and Discord's windows, played through."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from core.discord.pace import Budget, Call, Pace
from core.discord.types import Snowflake
from core.templates.calls import OF_GUILD, calls_of
from core.templates.checks.budgets import over_budget
from core.templates.plan import Plan, Step
from core.templates.waves import AT_ONCE, waves_of

ROUND_TRIP = 0.25
"""Seconds that are assumed of a call where none was timed."""
_EVERYWHERE = Budget(limit=50, window=timedelta(seconds=1))
"""Discord documentation, Topics > Rate Limits > Global Rate Limit."""


def paced(plan: Plan, pace: Pace, now: datetime) -> Plan:
    """With how long it takes as Discord's limits stand, and what it makes too much of. Its hash stays."""
    if plan.is_empty:
        return plan
    return replace(
        plan,
        expected_seconds=expected_seconds(waves_of(plan), pace, now),
        warnings=(*plan.warnings, *over_budget(plan.steps, pace, now)),
    )


def expected_seconds(
    waves: Iterable[Sequence[Step]], pace: Pace, now: datetime, *, beside: float = 0.0
) -> float:
    """Until the last answer. `beside` is what each step takes beside its calls."""
    windows, trip, at = _Windows(pace, now), pace.round_trip or ROUND_TRIP, 0.0
    for wave in waves:
        hands = [at] * min(len(wave), AT_ONCE)
        for step in wave:
            free = min(hands)
            at = free
            for call, counted_for in calls_of(step):
                at = windows.admitted(call, counted_for, at) + trip
            hands[hands.index(free)] = at + beside
        at = max(hands)
    return round(at, 3)


class _Window:
    """So many are left from the second `begins` to the second `ends`."""

    __slots__ = ("begins", "ends", "left")

    def __init__(self, left: int, ends: float, begins: float = 0.0) -> None:
        self.left = left
        self.begins = begins
        self.ends = ends


class _Windows:
    """Seconds from now."""

    def __init__(self, pace: Pace, now: datetime) -> None:
        self._budgets = {call: (budget.bucket or call, budget) for call, budget in pace.budgets.items()}
        self._open: dict[tuple[str, Snowflake], _Window] = {}
        for name, budget in self._budgets.values():
            ends = (budget.resets_at - now).total_seconds() if budget.resets_at else 0.0
            if ends > 0:
                known = self._open.get((name, OF_GUILD))
                left = budget.remaining if known is None else min(budget.remaining, known.left)
                self._open[name, OF_GUILD] = _Window(left, max(ends, known.ends if known else 0.0))

    def admitted(self, call: Call, counted_for: Snowflake, at: float) -> float:
        """The second, not before `at`, at which such a call may be made; it is made then."""
        if found := self._budgets.get(call):
            name, budget = found
            at = self._entered((name, counted_for), budget, at)
        return self._entered(("", OF_GUILD), _EVERYWHERE, at)

    def _entered(self, key: tuple[str, Snowflake], budget: Budget, at: float) -> float:
        window = self._open.get(key)
        if window is None:
            window = self._open[key] = _Window(0, at)
        at = max(at, window.begins if window.left else window.ends)
        if at >= window.ends:
            window.left, window.begins = max(budget.limit, 1), at
            window.ends = at + budget.window.total_seconds()
        window.left -= 1
        return at
