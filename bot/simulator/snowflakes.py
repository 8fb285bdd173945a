"""Discord's ids: 42 bits of milliseconds since 2015, 5 of worker, 5 of process, 12 of increment."""

from bot.simulator.clock import Clock

EPOCH_MS = 1_420_070_400_000
_INCREMENTS = 1 << 12


class Snowflakes:
    """Mints ids that only ever grow, also when the clock is set back or 4096 are wanted in one millisecond."""

    def __init__(self, clock: Clock, *, worker: int = 1, process: int = 0) -> None:
        self._clock = clock
        self._tail = (worker & 0x1F) << 17 | (process & 0x1F) << 12
        self._ms = 0
        self._increment = 0

    def mint(self) -> int:
        ms = int(self._clock.now() * 1000) - EPOCH_MS
        if ms > self._ms:
            self._ms, self._increment = ms, 0
        else:
            self._increment += 1
            if self._increment == _INCREMENTS:
                self._ms, self._increment = self._ms + 1, 0
        return self._ms << 22 | self._tail | self._increment


def born_at(snowflake: int) -> float:
    """The second an id was minted in."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000
