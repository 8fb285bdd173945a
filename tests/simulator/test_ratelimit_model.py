"""Every call fares as in an independent model of fixed windows."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.ratelimits import Limits, read_table
from tests.simulator.clocks import StillClock

GUILD, ROLES, CHANNEL = "/guilds/{guild_id}", "/guilds/{guild_id}/roles", "/channels/{channel_id}"
EMOJIS = "/guilds/{guild_id}/emojis"
TABLE = read_table(
    {
        "ordinary": {"count": 3, "seconds": 10},
        "buckets": [{"routes": [f"GET {ROLES}", f"POST {ROLES}"], "count": 2, "seconds": 7}],
        "resources": [{"routes": [f"POST {EMOJIS}", f"GET {ROLES}"], "count": 3, "seconds": 20}],
        "global_per_second": 4,
        "renames": {"count": 2, "seconds": 60},
    }
)


@dataclass
class Model:
    """The times of all counted calls, from which the window that is open now is found each time anew."""

    counted: dict[Any, list[float]] = field(default_factory=dict)

    def used(self, key: Any, now: float, seconds: float) -> tuple[int, float]:
        """Calls in the window that is open now, and how long it still is."""
        begun, calls = float("-inf"), 0
        for time in self.counted.get(key, []):
            if time >= begun + seconds:
                begun, calls = time, 0
            calls += 1
        return (calls, begun + seconds - now) if now < begun + seconds else (0, seconds)

    def count(self, key: Any, now: float) -> None:
        self.counted.setdefault(key, []).append(now)

    def call(self, call: "Call", now: float) -> tuple[str | None, int, float]:
        """The scope of the refusal, if it is one, and of the bucket what remains and for how long."""
        in_bucket = (call.method, call.template) in {("GET", ROLES), ("POST", ROLES)}
        limit, seconds = (2, 7) if in_bucket else (3, 10)
        bucket = (call.caller, "roles" if in_bucket else (call.method, call.template), call.resource)
        if self.used(("global", call.caller), now, 1)[0] >= 4:
            scope = "global"
        else:
            self.count(("global", call.caller), now)
            if self.used(bucket, now, seconds)[0] >= limit:
                scope = "user"
            else:
                self.count(bucket, now)
                scope = self._beside(call, now)
        used, left = self.used(bucket, now, seconds)
        return scope, limit - used, left

    def _beside(self, call: "Call", now: float) -> str | None:
        for hidden, applies, limit, seconds, scope in (
            ("shared", (call.method, call.template) in {("POST", EMOJIS), ("GET", ROLES)}, 3, 20, "shared"),
            ("renames", call.renames, 2, 60, "user"),
        ):
            if applies and self.used((hidden, call.resource), now, seconds)[0] >= limit:
                return scope
            if applies:
                self.count((hidden, call.resource), now)
        return None


@dataclass(frozen=True)
class Call:
    caller: str
    method: str
    template: str
    resource: str
    renames: bool

    @property
    def params(self) -> dict[str, str]:
        return {"channel_id" if self.template == CHANNEL else "guild_id": self.resource}


routes = st.sampled_from(
    [("GET", GUILD), ("GET", ROLES), ("POST", ROLES), ("POST", EMOJIS), ("PATCH", CHANNEL)]
)
calls = st.builds(
    lambda caller, route, resource, renames: Call(
        caller, route[0], route[1], resource, renames and route[1] == CHANNEL
    ),
    st.sampled_from(["Bot a", "Bot a", "Bearer b"]),
    routes,
    st.sampled_from(["1", "1", "1", "2"]),
    st.booleans(),
)
# Calls come in bursts, and pauses are those at which a window ends or just does not.
pauses = st.sampled_from([0.0] * 12 + [0.5, 1.0, 3.0, 6.0, 7.0, 10.0, 20.0, 60.0])


@given(st.lists(st.tuples(pauses, calls), min_size=30, max_size=150))
def test_every_call_fares_as_in_the_model(steps: list[tuple[float, Call]]) -> None:
    clock, model = StillClock(), Model()
    limits = Limits(clock, TABLE)
    for pause, call in steps:
        clock.at += pause
        verdict = limits.spend(call.caller, call.method, call.template, call.params, renames=call.renames)
        headers = {name.decode(): value.decode() for name, value in verdict.headers}
        scope = None if verdict.refusal is None else verdict.refusal.scope
        reset = float(headers["x-ratelimit-reset-after"])
        assert (scope, int(headers["x-ratelimit-remaining"]), reset) == model.call(call, clock.at)
        assert float(headers["x-ratelimit-reset"]) == pytest.approx(clock.at + reset, abs=0.002)
        if verdict.refusal is not None and verdict.refusal.is_bucket:
            assert verdict.refusal.retry_after == pytest.approx(reset, abs=0.002)
