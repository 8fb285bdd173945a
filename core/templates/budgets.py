"""How much may still be made in a guild, as far as Discord's answers have told.

Discord counts what is made over a day or two and says so only in the headers of its answers (X-RateLimit-Limit,
-Remaining, -Reset-After); nothing here is a number that we have made up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from core.templates.plan import CreateChannel, CreateRole, Notice, Step

# Shorter windows are waited out in passing, and say nothing about a plan as a whole.
_WORTH_TELLING = timedelta(minutes=1)


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """`remaining` creates until `resets_at`, then `limit` in each `window`."""

    limit: int
    remaining: int
    resets_at: datetime
    window: timedelta

    def done_at(self, count: int, now: datetime) -> datetime:
        """When so many can have been made at the earliest."""
        remaining = self.limit if now >= self.resets_at else self.remaining
        if count <= remaining:
            return now
        windows = -(-(count - remaining) // max(self.limit, 1)) - 1
        return max(self.resets_at, now) + windows * self.window


class Budgets(msgspec.Struct, frozen=True, kw_only=True):
    """None where no answer has told yet."""

    roles: Budget | None = None
    channels: Budget | None = None


def over_budget(steps: Iterable[Step], budgets: Budgets, now: datetime) -> tuple[Notice, ...]:
    """A warning for each kind of which the steps make more than may be made now, with the time when they could be
    done."""
    made = list(steps)
    kinds = (
        ("roles", budgets.roles, sum(isinstance(step, CreateRole) for step in made)),
        ("channels", budgets.channels, sum(isinstance(step, CreateChannel) for step in made)),
    )
    return tuple(
        _over(kind, count, budget, done)
        for kind, budget, count in kinds
        if budget is not None and (done := budget.done_at(count, now)) - now > _WORTH_TELLING
    )


def _over(kind: str, count: int, budget: Budget, done: datetime) -> Notice:
    return Notice(
        code="create_budget",
        message=f"The plan makes {count} {kind}, and Discord lets {budget.remaining} be made in this server before "
        f"{budget.resets_at:%Y-%m-%d %H:%M} UTC: it can be finished at {done:%Y-%m-%d %H:%M} UTC at the earliest.",
    )
