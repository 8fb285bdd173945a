"""Rates, against a model that counts otherwise: a bucket that fills drop by drop."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rates import SPEND, Claim, LocalRates, Quota, Rate, SharedRates
from workers.wire import AWAY, Script, connect, disconnect

STRICT = Rate(name="strict", quota=3, seconds=7)
EASY = Rate(name="easy", quota=10, seconds=10)
ONCE = Rate(name="once", quota=1, seconds=1)
ORIGIN = 1_000_000_000
CALLS = st.lists(
    st.tuples(
        st.integers(0, 9_000_000),
        st.sampled_from([(STRICT,), (EASY,), (STRICT, EASY), (ONCE, EASY)]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=40,
)


class Buckets:
    """Each holds a window's worth of microseconds; a request takes a step of them, if all that it needs are there."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[int, int]] = {}

    def spend(self, claims: list[Claim], now: int) -> tuple[bool, list[int]]:
        levels = [self._level(claim, now) for claim in claims]
        is_allowed = all(level >= claim.rate.step for level, claim in zip(levels, claims, strict=True))
        if is_allowed:
            levels = [level - claim.rate.step for level, claim in zip(levels, claims, strict=True)]
        for claim, level in zip(claims, levels, strict=True):
            self._levels[claim.key] = (level, now)
        return is_allowed, [level // claim.rate.step for level, claim in zip(levels, claims, strict=True)]

    def _level(self, claim: Claim, now: int) -> int:
        level, then = self._levels.get(claim.key, (claim.rate.window, now))
        return min(claim.rate.window, level + now - then)


@given(calls=CALLS)
def test_a_process_lets_in_what_the_bucket_lets_in(calls: list[Any]) -> None:
    now = ORIGIN
    rates, model = LocalRates(lambda: now), Buckets()
    for pause, asked, whose in calls:
        now += pause
        claims = [Claim(rate, whose) for rate in asked]
        verdict = rates.spend(claims)
        assert (verdict.is_allowed, [quota.remaining for quota in verdict.quotas]) == model.spend(claims, now)


@pytest.fixture
async def script(redis_url: str) -> AsyncIterator[Script]:
    redis = connect(redis_url)
    yield Script(redis, SPEND)
    await disconnect(redis)


async def test_two_processes_share_what_the_bucket_lets_in(script: Script) -> None:
    runs: list[list[Any]] = []

    @given(calls=CALLS)
    def collect(calls: list[Any]) -> None:
        runs.append(calls)

    collect()
    both = (SharedRates(script), SharedRates(script))
    for number, calls in enumerate(runs):
        now, model = ORIGIN, Buckets()
        for turn, (pause, asked, whose) in enumerate(calls):
            now += pause
            claims = [Claim(rate, f"{number}:{whose}") for rate in asked]
            verdict = await both[turn % 2].spend(claims, now=now)
            left = [quota.remaining for quota in verdict.quotas]
            assert (verdict.is_allowed, left) == model.spend(claims, now)


@given(spent=st.integers(0, EASY.window))
def test_whoever_waits_as_long_as_they_are_told_is_let_in(spent: int) -> None:
    quota = Quota(EASY, spent)
    later = Quota(EASY, max(0, spent - quota.retry_seconds * 1_000_000))
    assert later.remaining >= 1
    assert Quota(EASY, max(0, spent - quota.reset_seconds * 1_000_000)).remaining == EASY.quota


def test_what_has_grown_back_is_forgotten() -> None:
    now = ORIGIN
    rates = LocalRates(lambda: now)
    for number in range(30_000):
        rates.spend([Claim(ONCE, str(number))])
    assert len(rates._arrivals) <= 10_000


async def test_without_redis_each_process_limits_by_itself_and_says_so_once(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    now, is_there = 0.0, False

    async def run(keys: list[str], args: list[Any]) -> Any:
        if not is_there:
            raise ConnectionRefusedError("nobody is there")
        return await script(keys, args)

    rates = SharedRates(run, away=AWAY, local=LocalRates(lambda: int(now * 1_000_000)), clock=lambda: now)
    claims = [Claim(STRICT, "somebody")]
    with caplog.at_level(logging.WARNING):
        said = [(await rates.spend(claims)).is_allowed for _ in range(5)]
    assert said == [True, True, True, False, False]
    assert [record.getMessage() for record in caplog.records] == [
        "Redis does not answer (nobody is there): this process limits rates by itself."
    ]
    is_there, now = True, 2.0
    assert (await rates.spend(claims)).is_allowed
    assert "Redis is back" in caplog.messages[-1]
