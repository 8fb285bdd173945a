"""How fast Discord lets things be done in one guild, as far as its answers have told.

Discord counts calls in windows and says so only in the headers of its answers (X-RateLimit-Limit, -Remaining,
-Reset-After) and in refusals; nothing here is a number that we have made up.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

Call: TypeAlias = Literal[
    "edit_guild",
    "create_role",
    "edit_role",
    "delete_role",
    "order_roles",
    "create_channel",
    "edit_channel",
    "delete_channel",
    "order_channels",
    "create_emoji",
    "edit_emoji",
    "delete_emoji",
    "create_sticker",
    "edit_sticker",
    "delete_sticker",
    "create_webhook",
    "edit_webhook",
    "delete_webhook",
    "create_automod_rule",
    "edit_automod_rule",
    "delete_automod_rule",
    "create_scheduled_event",
    "edit_scheduled_event",
    "delete_scheduled_event",
    "set_onboarding",
    "set_welcome_screen",
]
"""A kind of call that changes a guild's structure."""


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`limit` calls in each `window`, which begins with the first of them. Of the one that ends at `resets_at` so many
    are left as `remaining` says; None where no window is known to be open. Calls of one `bucket` are counted together.
    """

    limit: int
    window: timedelta
    remaining: int = 0
    resets_at: datetime | None = None
    bucket: str = ""

    def left(self, now: datetime) -> int:
        """How many may be made without waiting."""
        return self.limit if self.resets_at is None or now >= self.resets_at else self.remaining

    def done_at(self, count: int, now: datetime) -> datetime:
        """When so many can have been made at the earliest."""
        left = self.left(now)
        if count <= left:
            return now
        windows = -(-(count - left) // max(self.limit, 1))
        if self.resets_at is None or now >= self.resets_at:
            return now + windows * self.window
        return self.resets_at + (windows - 1) * self.window


class Pace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call of which no answer has told is in no budget. `round_trip` is seconds from asking to being answered, None
    where nothing was asked yet."""

    budgets: dict[Call, Budget] = {}
    round_trip: float | None = None


UNTOLD = Pace()
"""Before any answer has told."""


def merged(earlier: Pace, told: Pace) -> Pace:
    """`told` is the newer one; where it knows of no open window, that of `earlier` stays."""
    newer: dict[Call, Budget] = {
        call: _kept_open(earlier.budgets.get(call), budget) for call, budget in told.budgets.items()
    }
    return Pace(budgets=earlier.budgets | newer, round_trip=told.round_trip or earlier.round_trip)


def _kept_open(earlier: Budget | None, told: Budget) -> Budget:
    if told.resets_at is not None or earlier is None or earlier.resets_at is None:
        return told
    return replace(told, remaining=earlier.remaining, resets_at=earlier.resets_at)
