"""The gateway spoken to frame by frame."""

import asyncio
import contextlib
import json
import zlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import disnake
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.fixtures.patience import PATIENCE

GUILDS, MEMBERS, MODERATION, VOICE = 1 << 0, 1 << 1, 1 << 2, 1 << 7
PRESENCES, MESSAGES, CONTENT = 1 << 8, 1 << 9, 1 << 15
EVERYTHING = disnake.Intents.all().value
USUAL = "v=10&encoding=json"


class Talk:
    """One raw connection; ``event`` waits for a dispatch of that name and drops what comes before it."""

    def __init__(self, socket: ClientConnection, *, is_stream: bool = False) -> None:
        self._socket = socket
        self._stream = zlib.decompressobj() if is_stream else None
        self.raw: str | bytes = ""

    async def send(self, op: object, data: object = None) -> None:
        await self._socket.send(json.dumps({"op": op, "d": data}))

    async def say(self, text: str | bytes) -> None:
        await self._socket.send(text)

    async def frame(self, seconds: float = PATIENCE) -> Any:
        """The next frame; ``raw`` is what came over the wire."""
        self.raw = await asyncio.wait_for(self._socket.recv(), seconds)
        if isinstance(self.raw, str):
            return json.loads(self.raw)
        return json.loads(
            zlib.decompress(self.raw) if self._stream is None else self._stream.decompress(self.raw)
        )

    async def frames(self, until: str) -> list[Any]:
        """Every frame up to the dispatch of that name."""
        found = [await self.frame()]
        while found[-1]["t"] != until:
            found.append(await self.frame())
        return found

    async def event(self, name: str) -> Any:
        return (await self.frames(name))[-1]

    async def names(self, until: str) -> list[str | None]:
        return [frame["t"] for frame in await self.frames(until)]

    async def identify(self, intents: int = GUILDS, token: str = "sim-token", **more: Any) -> Any:
        await self.send(2, {"token": token, "intents": intents, "properties": {}} | more)
        return (await self.event("READY"))["d"]

    async def resume(self, session_id: str, seq: object) -> None:
        await self.send(6, {"token": "sim-token", "session_id": session_id, "seq": seq})

    async def closed(self) -> int | None:
        """Wait for the end and give its code; what still arrives is dropped."""
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await self.frame()
        return caught.value.rcvd and caught.value.rcvd.code

    async def silence(self, seconds: float = 0.1) -> None:
        """Nothing comes for a while."""
        with pytest.raises(TimeoutError):
            await self.frame(seconds)

    async def leave(self, code: int) -> None:
        await self._socket.close(code)


Open = Callable[..., Any]


@contextlib.asynccontextmanager
async def opening(url: str) -> AsyncGenerator[Open]:
    """``await talk()`` opens a connection and hears its hello; all are closed at the end."""
    sockets: list[ClientConnection] = []

    async def opened(query: str = USUAL, *, greeted: bool = True) -> Talk:
        sockets.append(await connect(f"{url.replace('http', 'ws')}/?{query}", max_size=None))
        spoken = Talk(sockets[-1], is_stream="zlib-stream" in query)
        if greeted:
            assert (await spoken.frame())["op"] == 10
        return spoken

    try:
        yield opened
    finally:
        for socket in sockets:
            await socket.close()
