"""A clock for what must not depend on how fast the test runs."""

from bot.simulator.clock import Clock


class StillClock(Clock):
    """Stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1000.0

    def now(self) -> float:
        return self.at
