"""Gateway events as a client with every intent hears them: framing, and shapes where the document has them."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.types import Message, Scope

from bot.simulator import Simulator
from bot.simulator.contract import Contract
from bot.simulator.events import KNOWN_INTENTS

DISPATCH, IDENTIFY = 0, 2
_PATIENCE = 1000  # turns of the loop; nothing here waits for anything but the next turn

_CHANNEL = ("GET", "/channels/{channel_id}")
_ROLE = ("GET", "/guilds/{guild_id}/roles/{role_id}")
_MEMBER = ("GET", "/guilds/{guild_id}/members/{user_id}")
_MESSAGE = ("GET", "/channels/{channel_id}/messages/{message_id}")
_EVENT = ("GET", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}")
_RULE = ("GET", "/guilds/{guild_id}/auto-moderation/rules/{rule_id}")
# The document describes no events; what they carry (whole, or under a key) is what these operations answer with.
_CARRIES: dict[str, tuple[str | None, tuple[str, str]]] = {
    "CHANNEL_CREATE": (None, _CHANNEL),
    "CHANNEL_UPDATE": (None, _CHANNEL),
    "CHANNEL_DELETE": (None, _CHANNEL),
    "GUILD_ROLE_CREATE": ("role", _ROLE),
    "GUILD_ROLE_UPDATE": ("role", _ROLE),
    "GUILD_MEMBER_ADD": (None, _MEMBER),
    "GUILD_MEMBER_UPDATE": (None, _MEMBER),
    "MESSAGE_CREATE": (None, _MESSAGE),
    "MESSAGE_UPDATE": (None, _MESSAGE),
    "GUILD_UPDATE": (None, ("GET", "/guilds/{guild_id}")),
    "GUILD_EMOJIS_UPDATE": ("emojis", ("GET", "/guilds/{guild_id}/emojis")),
    "GUILD_STICKERS_UPDATE": ("stickers", ("GET", "/guilds/{guild_id}/stickers")),
    "GUILD_SCHEDULED_EVENT_CREATE": (None, _EVENT),
    "GUILD_SCHEDULED_EVENT_UPDATE": (None, _EVENT),
    "GUILD_SCHEDULED_EVENT_DELETE": (None, _EVENT),
    "AUTO_MODERATION_RULE_CREATE": (None, _RULE),
    "AUTO_MODERATION_RULE_UPDATE": (None, _RULE),
    "AUTO_MODERATION_RULE_DELETE": (None, _RULE),
}


class Frame(msgspec.Struct):
    """Discord docs: Events > Gateway > Payload Structure."""

    op: int
    d: Any = None
    s: int | None = None
    t: str | None = None


class Overhearing:
    """A connection of its own to the app's gateway. ``heard()`` gives the events since it was last asked, and has
    ``read`` read each of them before."""

    def __init__(self, simulator: Simulator, read: Callable[[Frame], None]) -> None:
        self._simulator = simulator
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._frames: list[Frame] = []
        self._last = 0
        self._read = read
        self._task: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        return bool(self._simulator.world.hub.sessions)

    async def begin(self) -> None:
        """Connect and identify; READY and the guilds are the first events."""
        self._said, self._frames, self._last = asyncio.Queue(), [], 0
        scope: Scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"v=10&encoding=json",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1")],
            "subprotocols": [],
        }
        self._said.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run(scope))
        properties = {"os": "linux", "browser": "overhearing", "device": "overhearing"}
        body = {"token": self._simulator.world.token, "intents": KNOWN_INTENTS, "properties": properties}
        self._said.put_nowait(
            {"type": "websocket.receive", "text": msgspec.json.encode({"op": IDENTIFY, "d": body}).decode()}
        )
        for _ in range(_PATIENCE):
            if self.is_on:
                return
            await asyncio.sleep(0)
        raise AssertionError("the gateway did not take the session")

    async def _run(self, scope: Scope) -> None:
        await self._simulator.app(scope, self._said.get, self._take)

    async def end(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        if self._task is not None:
            await self._task

    async def heard(self) -> list[Frame]:
        """All that was sent by now, in an unbroken count; nothing more once the session was ended."""
        if not self.is_on:
            return []
        sent = max(session.seq for session in self._simulator.world.hub.sessions.values())
        for _ in range(_PATIENCE):
            if self._frames and (self._frames[-1].s or 0) >= sent:
                break
            if self._last == sent:
                return []
            await asyncio.sleep(0)
        found, self._frames = self._frames, []
        for frame in found:
            self._last += 1
            assert frame.s == self._last, f"event {frame.t} is number {frame.s} instead of {self._last}"
            assert frame.t == str(frame.t).upper(), f"event {frame.t} is not written as Discord's"
            assert isinstance(frame.d, dict), f"event {frame.t} carries no object"
            self._read(frame)
        assert self._last == sent, f"{sent - self._last} events did not arrive"
        return found

    async def _take(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            frame = msgspec.json.decode(message.get("text") or message.get("bytes") or b"", type=Frame)
            if frame.op == DISPATCH:
                self._frames.append(frame)


def misshapen_event(contract: Contract, frame: Frame) -> list[str]:
    """What the document has against the thing an event carries."""
    if frame.t not in _CARRIES:
        return []
    key, (method, template) = _CARRIES[frame.t]
    body: object = frame.d if key is None else frame.d.get(key)
    return [f"{frame.t}: {each}" for each in contract.answer_errors(method, template, 200, body)]
