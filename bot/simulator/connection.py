"""One websocket to a client: a queue of frames, one task that writes it and one that reads (docs: Events > Gateway)."""

import asyncio
import zlib
from collections import deque
from typing import cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.simulator.gateway import Dialogue, GatewayClosed
from bot.simulator.sockets import Sockets
from bot.simulator.world import World

_GONE_FOR_GOOD = (1000, 1001)


class Connection:
    """Frames go out in order, compressed as one zlib stream if the client asked for it."""

    def __init__(self, world: World, sockets: Sockets, socket: WebSocket) -> None:
        self._world = world
        self._sockets = sockets
        self._socket = socket
        self._zlib = zlib.compressobj(1) if socket.query_params.get("compress") == "zlib-stream" else None
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._ending = False
        self._close_code: int | None = None
        self._dialogue = Dialogue(world, self, socket.headers.get("host", "127.0.0.1"))

    # Line, as sessions see it

    def push(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._wake.set()

    def end(self, code: int | None) -> None:
        self._ending, self._close_code = True, code
        self._dialogue.detach()
        self._wake.set()

    async def run(self) -> None:
        await self._socket.accept()
        self._dialogue.hello()
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            done, _ = await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._dialogue.detach()
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            while self._frames and not self._ending:
                await self._send(self._frames.popleft())
            if self._ending:
                await self._close()
                return
            self._wake.clear()
            await self._wake.wait()

    async def _send(self, frame: bytes) -> None:
        if self._zlib is None:
            await self._socket.send_text(frame.decode())
        else:
            await self._socket.send_bytes(self._zlib.compress(frame) + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    async def _close(self) -> None:
        if self._close_code is not None:
            await self._socket.close(self._close_code)
            return
        client = self._socket.client
        self._sockets.cut(None if client is None else (client.host, client.port))

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    # A client that leaves with 1000 or 1001 gives its session up (docs: Gateway > Disconnecting).
                    if message.get("code") in _GONE_FOR_GOOD and not self._ending:
                        self._dialogue.give_up()
                    return
                self._dialogue.heard(cast("str | bytes", message.get("text") or message.get("bytes") or b""))
        except WebSocketDisconnect:
            return
        except GatewayClosed as closed:
            self.end(closed.code)
            await asyncio.Event().wait()  # the writer closes the socket, which ends this task
