"""The gateway over a websocket (Discord docs: Events > Gateway): hello, identify, resume, heartbeats, member chunks."""

import asyncio
import zlib
from collections import deque
from secrets import token_hex
from typing import cast

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.simulator import events, payloads
from bot.simulator.hub import Session
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, as_text
from bot.simulator.sockets import Sockets
from bot.simulator.state import Guild, Member
from bot.simulator.world import World

HEARTBEAT_MS = 41_250
_CHUNK = 1000
_encode = msgspec.json.Encoder().encode

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, WRONG_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_INTENTS, FORBIDDEN_INTENTS = 4013, 4014


class GatewayClosed(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """One websocket. Frames are queued here and written by one task, compressed as one zlib stream if asked."""

    def __init__(self, world: World, sockets: Sockets, socket: WebSocket) -> None:
        self._world = world
        self._sockets = sockets
        self._socket = socket
        self._zlib = zlib.compressobj(1) if socket.query_params.get("compress") == "zlib-stream" else None
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._ending = False
        self._close_code: int | None = None
        self.session: Session | None = None

    # Line, as the hub sees it

    def push(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._wake.set()

    def end(self, code: int | None) -> None:
        self._ending, self._close_code = True, code
        self._detach()
        self._wake.set()

    def _detach(self) -> None:
        if self.session is not None and self.session.line is self:
            self.session.line = None

    async def run(self) -> None:
        await self._socket.accept()
        self._tell(10, {"heartbeat_interval": HEARTBEAT_MS, "_trace": ["simulator"]})
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            done, _ = await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._detach()
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            while self._frames and not self._ending:
                await self._send(self._frames.popleft())
            if self._ending:
                if self._close_code is not None:
                    await self._socket.close(self._close_code)
                else:
                    client = self._socket.client
                    self._sockets.cut(None if client is None else (client.host, client.port))
                return
            self._wake.clear()
            await self._wake.wait()

    async def _send(self, frame: bytes) -> None:
        if self._zlib is None:
            await self._socket.send_text(frame.decode())
        else:
            await self._socket.send_bytes(self._zlib.compress(frame) + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    self._left(cast("int | None", message.get("code")))
                    return
                self._heard(cast("str | bytes", message.get("text") or message.get("bytes") or b""))
        except WebSocketDisconnect:
            return
        except GatewayClosed as closed:
            self.end(closed.code)
            await asyncio.Event().wait()  # the writer closes the socket, which ends this task

    def _left(self, code: int | None) -> None:
        """A client that leaves with 1000 or 1001 gives its session up (docs: Gateway > Disconnecting)."""
        if self.session is not None and self.session.line in (None, self) and code in (1000, 1001):
            self._world.hub.close(self.session.id)

    # Opcodes

    def _heard(self, raw: str | bytes) -> None:
        try:
            frame = as_object(msgspec.json.decode(raw))
        except msgspec.DecodeError:
            raise GatewayClosed(DECODE_ERROR) from None
        if frame is None:
            raise GatewayClosed(DECODE_ERROR)
        op, data = frame.get("op"), as_object(frame.get("d")) or {}
        if op == 1:
            self.push(b'{"op":11}')
        elif op == 2:  # noqa: PLR2004 - opcodes by their documented numbers
            self._identify(data)
        elif op == 6:  # noqa: PLR2004
            self._resume(data)
        elif self.session is None:
            raise GatewayClosed(NOT_AUTHENTICATED)
        elif op == 8:  # noqa: PLR2004
            self._request_members(self.session, data)
        elif op not in (3, 4, 31):
            raise GatewayClosed(UNKNOWN_OPCODE)

    def _tell(self, op: int, data: object) -> None:
        self.push(_encode({"op": op, "d": data, "s": None, "t": None}))

    def _identify(self, data: JsonObject) -> None:
        if self.session is not None:
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
        session.line = self
        self.session = session
        self._world.hub.open(session)
        guilds = [guild for guild in self._world.guilds.values() if self._world.bot_in(guild)]
        session.send("READY", msgspec.Raw(_encode(self._ready(session, guilds, data))))
        for guild in guilds:
            session.dispatch("GUILD_CREATE", self._world.guild_create(guild, intents))

    def _ready(self, session: Session, guilds: list[Guild], data: JsonObject) -> JsonObject:
        host = self._socket.headers.get("host", "127.0.0.1")
        return {
            "v": 10,
            "user": payloads.user(self._world.bot) | {"mfa_enabled": False, "verified": True, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": f"ws://{host}",
            "shard": as_list(data.get("shard")) or [0, 1],
            "application": {"id": str(self._world.application.id), "flags": self._world.application.flags},
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
            self._tell(9, False)
            return
        if session.line is not None:
            session.line.end(4000)
        self.session = session
        session.line = self
        for frame in missed:
            self.push(frame)
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
