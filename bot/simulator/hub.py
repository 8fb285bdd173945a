"""Gateway sessions: sequence numbers, the replay buffer that RESUME reads, and sending to many."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from bot.simulator import events
from bot.simulator.faults import Fault
from bot.simulator.shapes import JsonObject

_REPLAY_LENGTH = 20_000
_encode = msgspec.json.Encoder().encode


class Line(Protocol):
    """A connection as the sessions see it."""

    def push(self, frame: bytes) -> None: ...

    def end(self, code: int | None) -> None:
        """Close with a code, or cut the socket without a close frame when there is none."""
        ...


class Session:
    """Outlives its connections: what is sent while none is there waits in the replay buffer for RESUME."""

    def __init__(self, session_id: str, intents: int, bot_id: int) -> None:
        self.id = session_id
        self.intents = intents
        self.bot_id = bot_id
        self.seq = 0
        self.replay: deque[tuple[int, bytes]] = deque(maxlen=_REPLAY_LENGTH)
        self.line: Line | None = None

    def dispatch(self, name: str, data: JsonObject) -> None:
        if not events.wanted(name, data, self.intents, self.bot_id):
            return
        seen = events.seen_with(name, data, self.intents, self.bot_id)
        self.send(name, msgspec.Raw(_encode(seen)))

    def send(self, name: str, raw: msgspec.Raw) -> None:
        self.seq += 1
        frame = _encode({"op": 0, "t": name, "s": self.seq, "d": raw})
        self.replay.append((self.seq, frame))
        if self.line is not None:
            self.line.push(frame)

    def missed(self, seq: int) -> list[bytes] | None:
        """Frames after ``seq``, or None when the buffer no longer reaches back that far."""
        if seq > self.seq or (self.replay and seq < self.replay[0][0] - 1):
            return None
        return [frame for number, frame in self.replay if number > seq]


class Hub:
    """All sessions. Dispatching never waits: each connection has its own queue and writer."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self._countdowns: list[tuple[int, Callable[[], None]]] = []

    def open(self, session: Session) -> None:
        self.sessions[session.id] = session

    def close(self, session_id: str) -> None:
        self.sessions.pop(session_id, None)

    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.line is not None]

    def dispatch(self, name: str, data: JsonObject) -> None:
        for session in list(self.sessions.values()):
            session.dispatch(name, data)
        self._count_down()

    def broadcast(self, make: Callable[[Session], tuple[str, JsonObject]]) -> None:
        """For an event that is different for each session."""
        for session in list(self.sessions.values()):
            session.dispatch(*make(session))
        self._count_down()

    def after_events(self, count: int, act: Callable[[], None]) -> None:
        """Act once ``count`` more events were dispatched; at once for 0."""
        if count <= 0:
            act()
        else:
            self._countdowns.append((count, act))

    def forget_countdowns(self) -> None:
        self._countdowns.clear()

    def _count_down(self) -> None:
        due: list[Callable[[], None]] = []
        left: list[tuple[int, Callable[[], None]]] = []
        for count, act in self._countdowns:
            if count == 1:
                due.append(act)
            else:
                left.append((count - 1, act))
        self._countdowns = left
        for act in due:
            act()

    # What the gateway may do to its clients at any time

    def strike(self, fault: Fault) -> None:
        """A gateway fault, on every connected session."""
        if fault.kind == "op7":
            self.reconnect()
        elif fault.kind == "op9":
            self.invalidate(resumable=fault.resumable)
        else:
            self.cut(fault.code)

    def reconnect(self) -> None:
        """Opcode 7: the client closes and resumes."""
        for session in self.connected():
            self._push(session, {"op": 7, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Opcode 9; when not resumable the session is forgotten, so a RESUME is refused too."""
        for session in self.connected():
            if not resumable:
                self.close(session.id)
            self._push(session, {"op": 9, "d": resumable})

    def cut(self, code: int | None) -> None:
        for session in self.connected():
            if session.line is not None:
                session.line.end(code)

    @staticmethod
    def _push(session: Session, frame: JsonObject) -> None:
        if session.line is not None:
            session.line.push(_encode(frame))
