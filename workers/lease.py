"""What a holder knows of its own lease without asking: for how long it is certainly still its own."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

CALL_SECONDS = 15.0
"""As long as a call to Discord may take once it is sent."""

_SHARE = 3  # of a lease that is too short to have room for a whole call


class Lease:
    """`now` is a clock that never goes back, in seconds. The lease in PostgreSQL ends no earlier than this one says:
    it is counted from before the statement that renewed it was sent."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._now = now
        self._until = float("-inf")

    @contextmanager
    def renewing(self) -> Generator[None]:
        """Around a transaction that renews it."""
        began = self._now()
        yield
        self._until = max(self._until, began + self.seconds)

    def lose(self) -> None:
        """PostgreSQL said that the job is in other hands."""
        self._until = float("-inf")
        self.seconds = 0.0

    def outlives_a_call(self) -> bool:
        """Whether a call that is sent now ends while the lease is still held."""
        return self._until - self._now() >= min(CALL_SECONDS, self.seconds / _SHARE) > 0
