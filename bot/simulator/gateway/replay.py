"""What a session was sent, kept for a while, so that RESUME can send again what a client missed."""

from collections import deque

from bot.simulator.clock import Clock
from bot.simulator.gateway.settings import GatewaySettings


class Replay:
    """The last events, bounded in number and age."""

    def __init__(self, clock: Clock, settings: GatewaySettings) -> None:
        self._clock = clock
        self._length = settings.replay_length
        self._seconds = settings.replay_seconds
        self._kept: deque[tuple[int, float, bytes]] = deque()
        self._dropped = 0

    def keep(self, seq: int, frame: bytes) -> None:
        self._kept.append((seq, self._clock.now(), frame))
        if len(self._kept) > self._length:
            self._drop()

    def after(self, seq: int) -> list[bytes] | None:
        """Frames after ``seq``, or None when they are not all kept."""
        oldest = self._clock.now() - self._seconds
        while self._kept and self._kept[0][1] < oldest:
            self._drop()
        if seq < self._dropped:
            return None
        return [frame for number, _, frame in self._kept if number > seq]

    def _drop(self) -> None:
        self._dropped = self._kept.popleft()[0]
