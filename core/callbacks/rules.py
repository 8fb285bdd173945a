"""What the installation's settings say about callbacks, as one value."""

from datetime import datetime, timedelta

import msgspec

from core.addresses import Allowance, allowance_of
from core.callbacks.schemas import Attempt
from core.config import Settings


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True):
    """`overlap` is how long a replaced secret goes on signing. A callback is disabled when `failures` attempts in a
    row have failed and the first of them is `failing_for` ago."""

    allowance: Allowance = Allowance()
    per_guild: int = 20
    overlap: timedelta = timedelta(hours=24)
    failures: int = 8
    failing_for: timedelta = timedelta(hours=12)

    def why_disable(self, attempt: Attempt, failures: int, since: datetime, now: datetime) -> str | None:
        """The reason for people, where there is one."""
        if attempt.is_gone:
            return "It answered 410 Gone."
        if failures < self.failures or now - since < self.failing_for:
            return None
        return f"The last {failures} attempts failed, since {since:%Y-%m-%d %H:%M} UTC. {attempt.error or ''}".strip()


def rules_of(settings: Settings) -> CallbackRules:
    return CallbackRules(
        allowance=allowance_of(settings.callback_allow),
        per_guild=settings.callbacks_per_guild,
        overlap=timedelta(hours=settings.callback_overlap_hours),
        failures=settings.callback_disable_failures,
        failing_for=timedelta(hours=settings.callback_disable_hours),
    )
