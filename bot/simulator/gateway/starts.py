"""How many sessions may start (Discord docs: Gateway > Identifying, Sharding > Max Concurrency)."""

from bot.simulator.clock import Clock
from bot.simulator.gateway.settings import GatewaySettings
from bot.simulator.ratelimits.windows import Window, Windows
from bot.simulator.shapes import JsonObject

_ALL = "all"


class SessionStarts:
    """Counts by the simulator's clock; a RESUME is no start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows = Windows()

    def clear(self) -> None:
        self._windows.clear()

    def limit(self, settings: GatewaySettings) -> JsonObject:
        """The session start limit object of ``GET /gateway/bot``; ``reset_after`` is in milliseconds."""
        now = self._clock.now()
        window = self._windows.open_at(_ALL, now) or Window(now)
        return {
            "total": settings.session_starts,
            "remaining": max(settings.session_starts - window.used, 0),
            "reset_after": int((window.ends - now) * 1000),
            "max_concurrency": settings.max_concurrency,
        }

    def too_soon(self, shard_id: int, settings: GatewaySettings) -> bool:
        """Whether another shard of the same key (``shard_id % max_concurrency``) identified a moment ago."""
        if not settings.identify_seconds:
            return False
        key = shard_id % settings.max_concurrency
        window = self._windows.at(key, self._clock.now(), settings.identify_seconds)
        window.used += 1
        return window.used > 1

    def spend(self, settings: GatewaySettings) -> bool:
        """Count a start; False when there is none left."""
        window = self._windows.at(_ALL, self._clock.now(), settings.session_starts_seconds)
        window.used += 1
        return window.used <= settings.session_starts
