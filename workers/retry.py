"""How long to wait before an attempt that failed for a passing reason is made again."""

import random
from datetime import timedelta

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_DICE = random.SystemRandom()


def backoff(attempts: int) -> timedelta:
    """Doubles with every attempt made, up to a minute, and jitters by a half, so that jobs do not return at once."""
    longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2 ** max(0, attempts - 1))
    return timedelta(seconds=longest * (0.5 + _DICE.random() / 2))
