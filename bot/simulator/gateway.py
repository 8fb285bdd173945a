"""The gateway's opcodes (Discord docs: Events > Gateway): hello, identify, resume, heartbeats, member chunks."""

from secrets import token_hex

import msgspec

from bot.simulator import events, payloads
from bot.simulator.hub import Line, Session
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, as_text
from bot.simulator.state import Guild, Member
from bot.simulator.world import World

HEARTBEAT_MS = 41_250
HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME, REQUEST_MEMBERS = 1, 2, 3, 4, 6, 8
INVALID_SESSION, HELLO, SOUNDBOARD = 9, 10, 31
_IGNORED = (PRESENCE, VOICE_STATE, SOUNDBOARD)
_CHUNK = 1000
_encode = msgspec.json.Encoder().encode

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, WRONG_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_INTENTS, FORBIDDEN_INTENTS = 4013, 4014


class GatewayClosed(Exception):
    """The gateway closes the connection with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Dialogue:
    """What one connection says and is told; it holds a session once it has identified or resumed."""

    def __init__(self, world: World, line: Line, host: str) -> None:
        self._world = world
        self._line = line
        self._host = host
        self.session: Session | None = None

    def hello(self) -> None:
        self._tell(HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": ["simulator"]})

    def detach(self) -> None:
        """The session goes on without this connection."""
        if self.session is not None and self.session.line is self._line:
            self.session.line = None

    def give_up(self) -> None:
        if self.session is not None and self.session.line in (None, self._line):
            self._world.hub.close(self.session.id)

    def heard(self, raw: str | bytes) -> None:
        try:
            frame = as_object(msgspec.json.decode(raw))
        except msgspec.DecodeError:
            raise GatewayClosed(DECODE_ERROR) from None
        if frame is None:
            raise GatewayClosed(DECODE_ERROR)
        op, data = frame.get("op"), as_object(frame.get("d")) or {}
        if op == HEARTBEAT:
            self._line.push(b'{"op":11}')
        elif op == IDENTIFY:
            self._identify(data)
        elif op == RESUME:
            self._resume(data)
        elif self.session is None:
            raise GatewayClosed(NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._request_members(self.session, data)
        elif op not in _IGNORED:
            raise GatewayClosed(UNKNOWN_OPCODE)

    def _tell(self, op: int, data: object) -> None:
        self._line.push(_encode({"op": op, "d": data, "s": None, "t": None}))

    def _identify(self, data: JsonObject) -> None:
        if self.session is not None and self.session.id in self._world.hub.sessions:
            raise GatewayClosed(TWICE)
        application = self._world.application
        if _bare(data.get("token")) != self._world.token:
            raise GatewayClosed(WRONG_TOKEN)
        intents = as_int(data.get("intents"))
        if intents is None or intents < 0 or intents & ~events.KNOWN_INTENTS:
            raise GatewayClosed(BAD_INTENTS)
        if events.forbidden_intents(intents, application.flags):
            raise GatewayClosed(FORBIDDEN_INTENTS)
        session = Session(token_hex(16), intents, application.bot_id)
        session.line = self._line
        self.session = session
        self._world.hub.open(session)
        guilds = [guild for guild in self._world.guilds.values() if self._world.bot_in(guild)]
        session.send("READY", msgspec.Raw(_encode(self._ready(session, guilds, data))))
        for guild in guilds:
            session.dispatch("GUILD_CREATE", self._world.guild_create(guild, intents))

    def _ready(self, session: Session, guilds: list[Guild], data: JsonObject) -> JsonObject:
        return {
            "v": 10,
            "user": payloads.user(self._world.bot) | {"mfa_enabled": False, "verified": True, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": f"ws://{self._host}",
            "shard": as_list(data.get("shard")) or [0, 1],
            "application": {"id": str(self._world.application.id), "flags": self._world.app_flags},
            "private_channels": [],
            "relationships": [],
            "_trace": ["simulator"],
        }

    def _resume(self, data: JsonObject) -> None:
        """Replay what was missed, or opcode 9 when the session is unknown or the buffer too short."""
        if _bare(data.get("token")) != self._world.token:
            raise GatewayClosed(WRONG_TOKEN)
        session = self._world.hub.sessions.get(as_text(data.get("session_id")) or "")
        missed = None if session is None else session.missed(as_int(data.get("seq")) or 0)
        if session is None or missed is None:
            self._tell(INVALID_SESSION, False)
            return
        if session.line is not None:
            session.line.end(4000)
        self.session = session
        session.line = self._line
        for frame in missed:
            self._line.push(frame)
        session.send("RESUMED", msgspec.Raw(b'{"_trace":["simulator"]}'))

    def _request_members(self, session: Session, data: JsonObject) -> None:
        guild = self._world.guilds.get(as_int(data.get("guild_id")) or 0)
        if guild is None or not self._world.bot_in(guild):
            return
        found, missing = self._asked_members(guild, data)
        chunks = [found[at : at + _CHUNK] for at in range(0, len(found), _CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            body: JsonObject = {
                "guild_id": str(guild.id),
                "members": [self._world.member_payload(member) for member in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "presences": [],
                "not_found": missing,
            }
            if "nonce" in data:
                body["nonce"] = data["nonce"]
            session.dispatch("GUILD_MEMBERS_CHUNK", body)

    def _asked_members(self, guild: Guild, data: JsonObject) -> tuple[list[Member], list[str]]:
        asked = data.get("user_ids")
        if asked is not None:
            ids = [as_int(each) or 0 for each in as_list(asked) or [asked]]
            found = [guild.members[each] for each in ids if each in guild.members]
            return found, [str(each) for each in ids if each not in guild.members]
        query = (as_text(data.get("query")) or "").lower()
        users = self._world.users
        found = [
            member
            for member in guild.members.values()
            if users[member.user_id].username.lower().startswith(query)
            or (member.nick or "").lower().startswith(query)
        ]
        limit = as_int(data.get("limit")) or 0
        return (found[:limit] if limit else found), []


def _bare(token: object) -> str:
    return (as_text(token) or "").removeprefix("Bot ")
