"""What a client may say (Discord docs: Gateway Events > Send Events), and what each opcode does."""

from collections.abc import Callable

import msgspec

from bot.simulator.gateway.codes import (
    DECODE_ERROR,
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SEQ,
    INVALID_SESSION,
    NOT_AUTHENTICATED,
    PRESENCE,
    RATE_LIMITED,
    REQUEST_CHANNEL_INFO,
    REQUEST_MEMBERS,
    REQUEST_SOUNDBOARD,
    RESUME,
    TWICE,
    UNKNOWN_ERROR,
    UNKNOWN_OPCODE,
    VOICE_STATE,
    WRONG_TOKEN,
    GatewayClosed,
)
from bot.simulator.gateway.identify import read_identity, require_room, require_token
from bot.simulator.gateway.members import request_members
from bot.simulator.gateway.opening import open_session
from bot.simulator.gateway.presence import read_presence
from bot.simulator.gateway.requests import request_channel_info, request_soundboard
from bot.simulator.gateway.session import Line, Session
from bot.simulator.gateway.voice import update_voice
from bot.simulator.ratelimits.windows import Window
from bot.simulator.shapes import JsonObject, as_int, as_object, as_text
from bot.simulator.world import World

LONGEST = 4096
_ACK = msgspec.json.encode({"op": HEARTBEAT_ACK})
_Act = Callable[[Session, JsonObject], None]


class Dialogue:
    """One connection's; it holds a session once it has identified or resumed."""

    def __init__(self, world: World, line: Line, *, version: int, host: str) -> None:
        self._world = world
        self._line = line
        self._version = version
        self._host = host
        self._sends = Window(0.0)
        self._settings = world.gateway
        self._acts: dict[int, _Act] = {
            PRESENCE: self._update_presence,
            VOICE_STATE: lambda session, data: update_voice(world, session, data),
            REQUEST_MEMBERS: lambda session, data: request_members(world, session, data),
            REQUEST_SOUNDBOARD: lambda session, data: request_soundboard(world, session, data),
            REQUEST_CHANNEL_INFO: lambda session, data: request_channel_info(world, session, data),
        }
        self.session: Session | None = None
        self.wants_packed = False

    def hello(self) -> None:
        interval = self._settings.heartbeat_interval
        self._tell(HELLO, {"heartbeat_interval": interval, "_trace": ["simulator"]})

    def detach(self) -> None:
        """The session goes on without this connection."""
        if self.session is not None and self.session.line is self._line:
            self.session.detach()

    def give_up(self) -> None:
        """The client left for good."""
        if self.session is not None and self.session.line in (None, self._line):
            self._world.hub.close(self.session.id)

    def heard(self, raw: bytes) -> bool:
        """Act on a frame; whether it was a heartbeat."""
        op, data = self._read(raw)
        if op == HEARTBEAT:
            self._line.push(_ACK)
            if self.session is not None:
                self.session.heartbeats += 1
            return True
        if op in (IDENTIFY, RESUME):
            if self._is_authenticated():
                raise GatewayClosed(TWICE)
            (self._identify if op == IDENTIFY else self._resume)(data)
        elif op not in self._acts:
            raise GatewayClosed(UNKNOWN_OPCODE)
        elif self.session is None or not self._is_authenticated():
            raise GatewayClosed(NOT_AUTHENTICATED)
        else:
            self._acts[op](self.session, data)
        return False

    def _read(self, raw: bytes) -> tuple[int, JsonObject]:
        """Length, rate, JSON and opcode; what has no object as its data has an empty one."""
        if len(raw) > LONGEST:
            raise GatewayClosed(DECODE_ERROR)
        now = self._world.clock.now()
        if self._sends.ends <= now:
            self._sends = Window(now + self._settings.sends_seconds)
        self._sends.used += 1
        if self._sends.used > self._settings.sends:
            raise GatewayClosed(RATE_LIMITED)
        try:
            frame = as_object(msgspec.json.decode(raw))
        except msgspec.DecodeError:
            raise GatewayClosed(DECODE_ERROR) from None
        if frame is None:
            raise GatewayClosed(DECODE_ERROR)
        op = frame.get("op")
        if not isinstance(op, int) or isinstance(op, bool):
            raise GatewayClosed(UNKNOWN_OPCODE)
        return op, as_object(frame.get("d")) or {}

    def _is_authenticated(self) -> bool:
        """A session that was invalidated counts no more."""
        return self.session is not None and self.session.id in self._world.hub.sessions

    def _tell(self, op: int, data: object) -> None:
        self._line.push(msgspec.json.encode({"op": op, "d": data, "s": None, "t": None}))

    def _identify(self, data: JsonObject) -> None:
        world = self._world
        identity = read_identity(world, data)
        shard = identity.shard or (0, 1)
        require_room(world, shard)
        if world.starts.too_soon(shard[0], world.gateway):
            self._tell(INVALID_SESSION, False)
            return
        if not world.starts.spend(world.gateway):
            world.revoke_token()
            raise GatewayClosed(WRONG_TOKEN)
        self.wants_packed = identity.compress
        if identity.presence is not None:
            world.appearance.show(identity.presence, world.joined_guilds())
        self.session = open_session(world, self._line, identity, version=self._version, host=self._host)

    def _resume(self, data: JsonObject) -> None:
        """Replay what was missed; opcode 9 when the session is gone or no longer knows what that was."""
        require_token(self._world, data)
        session = self._world.hub.living(as_text(data.get("session_id")) or "")
        seq = as_int(data.get("seq"))
        if session is None:
            self._tell(INVALID_SESSION, False)
            return
        if seq is None or not 0 <= seq <= session.seq:
            self._world.hub.close(session.id)
            raise GatewayClosed(INVALID_SEQ)
        missed = session.missed(seq)
        if missed is None:
            self._world.hub.close(session.id)
            self._tell(INVALID_SESSION, False)
            return
        if session.line is not None:
            session.line.end(UNKNOWN_ERROR)
        self.session = session
        session.attach(self._line)
        for frame in missed:
            self._line.push(frame)
        session.answer("RESUMED", {"_trace": ["simulator"]})

    def _update_presence(self, _: Session, data: JsonObject) -> None:
        world = self._world
        world.appearance.show(read_presence(data, world.clock.now()), world.joined_guilds())
