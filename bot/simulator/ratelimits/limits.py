"""Counting calls against the table (Discord docs: Topics > Rate Limits).

Everything runs by the simulator's clock, so moving it moves every window.
"""

import hashlib
from dataclasses import dataclass

from bot.simulator.clock import Clock
from bot.simulator.ratelimits.refusals import Limited
from bot.simulator.ratelimits.table import PROFILES, Bucket, LimitTable, Quota, SharedQuota
from bot.simulator.ratelimits.windows import Window, Windows

Headers = list[tuple[bytes, bytes]]

# The top-level resources that are counted apart; the callback of an interaction is counted for its interaction.
_TOP_LEVEL = ("guild_id", "channel_id", "webhook_id", "interaction_id")
_SHORTEST_WAIT = 0.001


@dataclass(slots=True, frozen=True)
class Verdict:
    """``refusal`` is set when the call is over a limit."""

    headers: Headers
    bucket: str
    refusal: Limited | None = None


@dataclass(slots=True, frozen=True)
class _Rule:
    """What counts for one route: its bucket, and the shared limits beside it."""

    quota: Quota
    hash: str
    shared: tuple[SharedQuota, ...]


class Limits:
    """Buckets per caller and top-level resource, the global limit per caller, and the limits of shared resources."""

    def __init__(self, clock: Clock, table: LimitTable) -> None:
        self._clock = clock
        self._windows = Windows()
        self._rules: dict[tuple[str, str], _Rule] = {}
        self._buckets: dict[str, Bucket] = {}
        self.table = table

    @property
    def table(self) -> LimitTable:
        return self._table

    @table.setter
    def table(self, table: LimitTable) -> None:
        """What was counted by the old table is forgotten."""
        self._table = table
        self._buckets = {route: bucket for bucket in table.buckets for route in bucket.routes}
        self._rules.clear()
        self._windows.clear()

    @property
    def profile(self) -> str:
        return self._table.profile

    @profile.setter
    def profile(self, name: str) -> None:
        self.table = PROFILES[name]

    def clear(self) -> None:
        self._windows.clear()

    def spend(
        self,
        caller: str,
        method: str,
        template: str,
        params: dict[str, str],
        *,
        renames: bool = False,
        is_interaction: bool = False,
    ) -> Verdict:
        """Count one call of a caller, who is told by what authorises the call.

        ``renames``: it changes a channel's name or topic. ``is_interaction``: an interaction endpoint, which is not
        bound to the global limit. A call that is refused by its bucket or by the global limit is not counted there;
        one that is refused by a limit beside the bucket is counted in the bucket, as Discord's headers show.
        """
        now = self._clock.now()
        rule = self._rules.get((method, template)) or self._rule(method, template)
        window = self._windows.at((caller, rule.hash, _resource(params)), now, rule.quota.seconds)
        wait = None if is_interaction else self._over_global(caller, now)
        if wait is not None:
            return self._verdict(rule, window, now, Limited(wait, "global"))
        if window.used >= rule.quota.count:
            return self._verdict(rule, window, now, Limited(max(window.ends - now, _SHORTEST_WAIT)))
        window.used += 1
        return self._verdict(rule, window, now, self._over_hidden(rule, params, now, renames=renames))

    def unspent(self, method: str, template: str) -> Verdict:
        """Headers for a call that was refused before it was counted: what a first call would see."""
        rule = self._rules.get((method, template)) or self._rule(method, template)
        now = self._clock.now()
        return self._verdict(rule, Window(now + rule.quota.seconds), now, None)

    def _rule(self, method: str, template: str) -> _Rule:
        route = f"{method} {template}"
        bucket = self._buckets.get(route)
        name = route if bucket is None else " ".join(bucket.routes)
        shared = tuple(each for each in self._table.resources if route in each.routes)
        digest = hashlib.blake2s(name.encode(), digest_size=16).hexdigest()
        rule = _Rule(bucket or self._table.ordinary, digest, shared)
        self._rules[method, template] = rule
        return rule

    def _over_global(self, caller: str, now: float) -> float | None:
        if self._table.global_per_second is None:
            return None
        window = self._windows.at(caller, now, 1.0)
        if window.used >= self._table.global_per_second:
            return max(window.ends - now, _SHORTEST_WAIT)
        window.used += 1
        return None

    def _over_hidden(
        self, rule: _Rule, params: dict[str, str], now: float, *, renames: bool
    ) -> Limited | None:
        """Limits that no header foretells: that of the resource, whoever calls, and that of a channel's name."""
        for quota in rule.shared:
            window = self._windows.at((quota.routes, params.get(quota.of)), now, quota.seconds)
            if window.used >= quota.count:
                return Limited(max(window.ends - now, _SHORTEST_WAIT), "shared")
            window.used += 1
        quota = self._table.renames
        if quota is None or not renames:
            return None
        window = self._windows.at(("renames", params["channel_id"]), now, quota.seconds)
        if window.used >= quota.count:
            return Limited(max(window.ends - now, _SHORTEST_WAIT), is_bucket=False)
        window.used += 1
        return None

    @staticmethod
    def _verdict(rule: _Rule, window: Window, now: float, refusal: Limited | None) -> Verdict:
        limit = rule.quota.count
        headers = [
            (b"x-ratelimit-limit", b"%d" % limit),
            (b"x-ratelimit-remaining", b"%d" % max(limit - window.used, 0)),
            (b"x-ratelimit-reset", b"%.3f" % window.ends),
            (b"x-ratelimit-reset-after", b"%.3f" % max(window.ends - now, 0.0)),
            (b"x-ratelimit-bucket", rule.hash.encode()),
        ]
        return Verdict(headers, rule.hash, refusal)


def _resource(params: dict[str, str]) -> str:
    for name in _TOP_LEVEL:
        if name in params:
            return params[name] + params.get("webhook_token", "")
    return ""
