"""Addresses that sent too many invalid requests (docs: Topics > Rate Limits > Invalid Request Limit)."""

from bot.simulator.clock import Clock
from bot.simulator.ratelimits.table import LimitTable
from bot.simulator.ratelimits.windows import Windows

INVALID = (401, 403, 429)


class Bans:
    """Counts 401, 403 and 429 for each address; a 429 of scope ``shared`` is nobody's fault and does not count.

    How long a ban lasts is not documented; reports say an hour.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows = Windows()
        self._until: dict[str, float] = {}

    def clear(self) -> None:
        self._windows.clear()
        self._until.clear()

    def remaining(self, address: str) -> float | None:
        """Seconds the address is still blocked, or None."""
        until = self._until.get(address)
        if until is None:
            return None
        left = until - self._clock.now()
        if left > 0:
            return left
        del self._until[address]
        return None

    def note(self, address: str, status: int, scope: str | None, table: LimitTable) -> None:
        """Count an answer; the one that reaches the limit is the last the address gets from Discord."""
        if table.invalid is None or status not in INVALID or scope == "shared":
            return
        now = self._clock.now()
        window = self._windows.at(address, now, table.invalid.seconds)
        window.used += 1
        if window.used >= table.invalid.count:
            self._until[address] = now + table.ban_seconds
            window.ends = now
