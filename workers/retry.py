"""How long to wait before an attempt that failed for a passing reason is made again."""

import random
from datetime import timedelta

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_MOST_DOUBLINGS = 10
_DELIVERIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
)
"""Standard Webhooks 1.0, "Deliverability and reliability": its example schedule, up to about a day."""

MOST_DELIVERY_ATTEMPTS = len(_DELIVERIES) + 1
LONGEST_DELIVERY_WAIT = _DELIVERIES[-1]
_DICE = random.SystemRandom()


def backoff(attempts: int) -> timedelta:
    """Doubles with every attempt made, up to a minute, and jitters by a half, so that jobs do not return at once."""
    doublings = min(max(0, attempts - 1), _MOST_DOUBLINGS)
    return _jittered(timedelta(seconds=min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**doublings)))


def delivery_backoff(attempts: int, retry_after: timedelta | None = None) -> timedelta | None:
    """After so many attempts of one delivery; None when all are made. Jitters by a half; what the receiver asked for
    by Retry-After is kept, up to the longest wait of the schedule."""
    if attempts >= MOST_DELIVERY_ATTEMPTS:
        return None
    wait = _jittered(_DELIVERIES[max(0, attempts - 1)])
    return wait if retry_after is None else max(wait, min(retry_after, LONGEST_DELIVERY_WAIT))


def _jittered(longest: timedelta) -> timedelta:
    return longest * (0.5 + _DICE.random() / 2)
