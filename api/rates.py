"""How often somebody may ask: a rate is so many in a window, spent by the generic cell rate algorithm.

For each key one number is kept, the theoretical arrival time: when all that was spent will have grown back. It moves on
by one step for each request, and a request is refused where it would move further than a window into the future. Times
are whole microseconds, here and in Redis.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from core.config import Settings

MICROSECONDS: Final = 1_000_000
_KEPT = 10_000
_AWAY_SECONDS = 1.0
SPEND: Final = """
local now = tonumber(ARGV[1])
if now == 0 then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end
local is_allowed = 1
local spent = {}
for i, key in ipairs(KEYS) do
    local step, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    local arrival = tonumber(redis.call('GET', key) or now)
    spent[i] = math.min(math.max(arrival - now, 0), window)
    if spent[i] + step > window then
        is_allowed = 0
    end
end
if is_allowed == 1 then
    for i, key in ipairs(KEYS) do
        spent[i] = spent[i] + tonumber(ARGV[2 * i])
        redis.call('SET', key, string.format('%.0f', now + spent[i]), 'PX', math.ceil(spent[i] / 1000) + 1)
    end
end
return {is_allowed, unpack(spent)}
"""
Run: TypeAlias = Callable[[list[str], list[Any]], Awaitable[Any]]
"""Runs `SPEND` in Redis, and raises `OSError` or what `away` names when it does not answer soon."""
log = logging.getLogger(__name__)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is what the answers' headers call it."""

    name: str
    quota: int
    seconds: int = 60

    @property
    def step(self) -> int:
        """What one request costs, in microseconds."""
        return self.seconds * MICROSECONDS // self.quota

    @property
    def window(self) -> int:
        return self.step * self.quota


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """None is: as often as they like."""

    address: Rate | None = None
    login: Rate | None = None
    credential: Rate | None = None
    jobs: Rate | None = None


def limits_of(settings: Settings) -> Limits:
    def rate(name: str, quota: int) -> Rate | None:
        return Rate(name=name, quota=quota) if quota else None

    return Limits(
        address=rate("address", settings.address_requests_per_minute),
        login=rate("login", settings.logins_per_minute),
        credential=rate("credential", settings.requests_per_minute),
        jobs=rate("jobs", settings.jobs_per_minute),
    )


class Claim(msgspec.Struct, frozen=True):
    """One request of `whose` against a rate."""

    rate: Rate
    whose: str

    @property
    def key(self) -> str:
        return f"guildwright:rate:{self.rate.name}:{self.whose}"


class Quota(msgspec.Struct, frozen=True):
    """What is left of a rate, given how much of its window is spent."""

    rate: Rate
    spent: int

    @property
    def remaining(self) -> int:
        return (self.rate.window - self.spent) // self.rate.step

    @property
    def reset_seconds(self) -> int:
        """Until all of it has grown back."""
        return -(-self.spent // MICROSECONDS)

    @property
    def retry_seconds(self) -> int:
        """Until one more request would be let in; 0 is: now."""
        missing = self.spent + self.rate.step - self.rate.window
        return max(0, -(-missing // MICROSECONDS))


class Verdict(msgspec.Struct, frozen=True):
    """Where one claim is refused, none is spent."""

    is_allowed: bool
    quotas: tuple[Quota, ...]


class LocalRates:
    """Of this process alone."""

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000) -> None:
        self._clock = clock
        self._arrivals: dict[str, int] = {}

    def spend(self, claims: Sequence[Claim]) -> Verdict:
        now = self._clock()
        self._forget(now)
        spent = [max(self._arrivals.get(claim.key, now) - now, 0) for claim in claims]
        is_allowed = all(
            so_far + claim.rate.step <= claim.rate.window for claim, so_far in zip(claims, spent, strict=True)
        )
        if is_allowed:
            spent = [so_far + claim.rate.step for claim, so_far in zip(claims, spent, strict=True)]
            self._arrivals |= {claim.key: now + so_far for claim, so_far in zip(claims, spent, strict=True)}
        return _verdict(claims, is_allowed=is_allowed, spent=spent)

    def _forget(self, now: int) -> None:
        """What has grown back says nothing. If even so too many are left, the longest known go."""
        if len(self._arrivals) < _KEPT:
            return
        kept = [(key, arrival) for key, arrival in self._arrivals.items() if arrival > now]
        self._arrivals = dict(kept[-_KEPT // 2 :])


class SharedRates:
    """Of all processes that have this Redis. While it is away each process counts for itself: more gets through than
    should, by as many times as there are processes, but never without limit."""

    def __init__(
        self,
        run: Run,
        *,
        away: tuple[type[Exception], ...] = (OSError,),
        local: LocalRates | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._away = away
        self._local = local or LocalRates()
        self._clock = clock
        self._is_away = False
        self._again_at = 0.0

    async def spend(self, claims: Sequence[Claim], *, now: int = 0) -> Verdict:
        """`now` in microseconds; 0 is Redis' own clock, which all processes share."""
        if self._is_away and self._clock() < self._again_at:
            return self._local.spend(claims)
        args = [number for claim in claims for number in (claim.rate.step, claim.rate.window)]
        try:
            is_allowed, *spent = await self._run([claim.key for claim in claims], [now, *args])
        except self._away as error:
            self._note_away(error)
            return self._local.spend(claims)
        if self._is_away:
            self._is_away = False
            log.warning("Redis is back: all processes share their rate limits again.")
        return _verdict(claims, is_allowed=bool(is_allowed), spent=spent)

    def _note_away(self, error: Exception) -> None:
        self._again_at = self._clock() + _AWAY_SECONDS
        if not self._is_away:
            self._is_away = True
            log.warning(
                "Redis does not answer (%s): this process limits rates by itself.",
                error or type(error).__name__,
            )


def _verdict(claims: Sequence[Claim], *, is_allowed: bool, spent: Sequence[int]) -> Verdict:
    return Verdict(
        is_allowed, tuple(Quota(claim.rate, so_far) for claim, so_far in zip(claims, spent, strict=True))
    )
