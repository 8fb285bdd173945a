"""All gateway sessions: sending to many, and what the gateway may do to its clients at any time."""

from collections.abc import Callable

import msgspec

from bot.simulator.events import Event
from bot.simulator.faults import Fault, Faults
from bot.simulator.gateway.codes import HEARTBEAT, INVALID_SESSION, RECONNECT
from bot.simulator.gateway.session import Line, Session
from bot.simulator.shapes import JsonObject


class Hub:
    """Dispatching never waits: each connection has its own queue and writer. ``ended`` hears of each ended session."""

    def __init__(self, faults: Faults, ended: Callable[[str], None]) -> None:
        self.sessions: dict[str, Session] = {}
        self._faults = faults
        self._ended = ended

    def open(self, session: Session) -> None:
        self.sessions[session.id] = session

    def close(self, session_id: str) -> None:
        if self.sessions.pop(session_id, None) is not None:
            self._ended(session_id)

    def living(self, session_id: str) -> Session | None:
        """The session, unless it timed out."""
        self._expire()
        return self.sessions.get(session_id)

    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.line is not None]

    def dispatch(self, name: str, data: JsonObject) -> None:
        self._expire()
        event = Event(name, data)
        for session in list(self.sessions.values()):
            session.hear(event)
        self._strike_due()

    def broadcast(
        self, make: Callable[[Session], tuple[str, JsonObject]], *, guild_id: int | None = None
    ) -> None:
        """For an event that is different for each session; ``guild_id`` spares those that do not handle the guild."""
        self._expire()
        for session in list(self.sessions.values()):
            if guild_id is None or session.handles(guild_id):
                session.dispatch(*make(session))
        self._strike_due()

    def _expire(self) -> None:
        for session in [each for each in self.sessions.values() if each.is_over]:
            self.close(session.id)

    def _strike_due(self) -> None:
        for fault in self._faults.due():
            self.strike(fault)

    # What the gateway may do to its clients at any time

    def strike(self, fault: Fault) -> None:
        """A gateway fault, on every connected session."""
        if fault.kind == "op1":
            self._push({"op": HEARTBEAT, "d": None})
        elif fault.kind == "op7":
            self.reconnect()
        elif fault.kind == "op9":
            self.invalidate(resumable=fault.resumable)
        elif fault.kind == "silent":
            for line in self._lines():
                line.silence()
        else:
            self.cut(fault.code)

    def reconnect(self) -> None:
        """Opcode 7: the client closes and resumes."""
        self._push({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Opcode 9; when not resumable the session is forgotten, so a RESUME is refused too."""
        self._push({"op": INVALID_SESSION, "d": resumable})
        if not resumable:
            for session in self.connected():
                self.close(session.id)

    def cut(self, code: int | None) -> None:
        for line in self._lines():
            line.end(code)

    def terminate(self, code: int) -> None:
        """End every session, connected or not."""
        lines = self._lines()
        for session_id in list(self.sessions):
            self.close(session_id)
        for line in lines:
            line.end(code)

    def _lines(self) -> list[Line]:
        return [session.line for session in self.sessions.values() if session.line is not None]

    def _push(self, frame: JsonObject) -> None:
        encoded = msgspec.json.encode(frame | {"s": None, "t": None})
        for line in self._lines():
            line.push(encoded)
