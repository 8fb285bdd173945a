"""How long to wait before the next attempt."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from workers.retry import LONGEST_DELIVERY_WAIT, MOST_DELIVERY_ATTEMPTS, backoff, delivery_backoff

ATTEMPTS = st.integers(1, MOST_DELIVERY_ATTEMPTS - 1)


@given(st.integers(0, 10_000))
def test_a_job_waits_ever_longer_up_to_a_minute(attempts: int) -> None:
    longest = min(60, 2 ** max(0, attempts - 1))
    assert timedelta(seconds=longest / 2) <= backoff(attempts) <= timedelta(seconds=longest)


@given(ATTEMPTS)
def test_a_delivery_waits_ever_longer(attempts: int) -> None:
    wait, after = delivery_backoff(attempts), delivery_backoff(attempts + 1)
    assert wait is not None
    assert timedelta(seconds=2.5) <= wait <= LONGEST_DELIVERY_WAIT
    assert after is None or attempts > MOST_DELIVERY_ATTEMPTS - 3 or after > wait


@given(st.integers(MOST_DELIVERY_ATTEMPTS, 10_000))
def test_when_all_attempts_are_made_there_is_no_further_one(attempts: int) -> None:
    assert delivery_backoff(attempts, timedelta(hours=1)) is None


@given(st.data())
def test_all_attempts_of_a_delivery_take_about_a_day(data: st.DataObject) -> None:
    waits = [delivery_backoff(attempts) for attempts in range(1, MOST_DELIVERY_ATTEMPTS)]
    whole = sum((wait for wait in waits if wait is not None), timedelta())
    assert timedelta(hours=12) < whole < timedelta(hours=28)


@given(ATTEMPTS, st.timedeltas(timedelta(), timedelta(days=300)))
def test_what_the_receiver_asks_for_is_kept_up_to_the_longest_wait(attempts: int, asked: timedelta) -> None:
    wait = delivery_backoff(attempts, asked)
    assert wait is not None
    assert min(asked, LONGEST_DELIVERY_WAIT) <= wait <= LONGEST_DELIVERY_WAIT


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert len({delivery_backoff(1) for _ in range(50)}) > 1
    assert len({backoff(5) for _ in range(50)}) > 1
