"""A gateway session: who hears on it, its sequence numbers, and the connection it has at the moment."""

from typing import Protocol

import msgspec

from bot.simulator import events
from bot.simulator.clock import Clock
from bot.simulator.gateway.replay import Replay
from bot.simulator.gateway.settings import GatewaySettings
from bot.simulator.shapes import JsonObject

Shard = tuple[int, int]
DEFAULT_LARGE_THRESHOLD = 50


class Line(Protocol):
    """A connection as the sessions see it."""

    def push(self, frame: bytes) -> None: ...

    def end(self, code: int | None) -> None:
        """Close with a code, or cut the socket without a close frame when there is none."""
        ...

    def silence(self) -> None:
        """From now on nothing reaches the client any more, though the connection stays open."""
        ...


class Session:
    """Outlives its connections: what is sent while none is there waits for RESUME."""

    def __init__(
        self,
        session_id: str,
        intents: int,
        bot_id: int,
        clock: Clock,
        settings: GatewaySettings,
        *,
        shard: Shard = (0, 1),
        large_threshold: int = DEFAULT_LARGE_THRESHOLD,
    ) -> None:
        self.id = session_id
        self.intents = intents
        self.bot_id = bot_id
        self.shard = shard
        self.large_threshold = large_threshold
        self.seq = 0
        self.line: Line | None = None
        self.heartbeats = 0
        self._clock = clock
        self._lasts = settings.session_seconds
        self._lost_at = clock.now()
        self._replay = Replay(clock, settings)

    def attach(self, line: Line) -> None:
        self.line = line

    def detach(self) -> None:
        self.line = None
        self._lost_at = self._clock.now()

    @property
    def is_over(self) -> bool:
        """Without a connection a session times out (docs: Gateway > Initiating a Disconnect)."""
        return self.line is None and self._clock.now() - self._lost_at > self._lasts

    def handles(self, guild_id: int | None) -> bool:
        """Whether a guild is this shard's; what has no guild is the first shard's (docs: Gateway > Sharding)."""
        number, count = self.shard
        return (0 if guild_id is None else (guild_id >> 22) % count) == number

    def dispatch(self, name: str, data: JsonObject) -> None:
        self.hear(events.Event(name, data))

    def hear(self, event: events.Event) -> None:
        """Take an event, if it is this session's to hear."""
        if self.handles(event.guild_id) and events.wanted(event.name, event.data, self.intents, self.bot_id):
            self.send(event.name, event.encoded(self.intents, self.bot_id))

    def answer(self, name: str, data: JsonObject) -> None:
        """Dispatch to this session alone, because it asked."""
        self.send(name, msgspec.json.encode(data))

    def send(self, name: str, encoded: bytes) -> None:
        self.seq += 1
        frame = b'{"t":"%b","s":%d,"op":0,"d":%b}' % (name.encode(), self.seq, encoded)
        self._replay.keep(self.seq, frame)
        if self.line is not None:
            self.line.push(frame)

    def missed(self, seq: int) -> list[bytes] | None:
        """Frames after ``seq``, or None when they are not all kept any more."""
        return self._replay.after(seq)
