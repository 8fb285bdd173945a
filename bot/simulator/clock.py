"""The simulator's clock: the wall clock plus an offset the tests set through ``/_sim/clock``."""

import time
from datetime import UTC, datetime


class Clock:
    """Everything that expires or is stamped asks this clock, so one offset moves tokens, nonces and limits alike."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def stamp(self) -> str:
        """Discord's ISO 8601 form: microseconds and a numeric zone."""
        return iso(self.now())


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
