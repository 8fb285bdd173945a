"""One websocket to a client: a queue of frames, one task that writes it and one that reads."""

import asyncio
import contextlib
from collections import deque
from typing import cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.simulator.gateway.codes import REASONS, TIMED_OUT, GatewayClosed
from bot.simulator.gateway.dialogue import Dialogue
from bot.simulator.gateway.transport import Chosen, Wrapping, chosen
from bot.simulator.sockets import Sockets
from bot.simulator.world import World

# A client that leaves with one of these gives its session up (docs: Gateway > Initiating a Disconnect).
_GONE_FOR_GOOD = (1000, 1001)


async def connect(world: World, sockets: Sockets, socket: WebSocket) -> None:
    """Serve a connection from its first frame to its end."""
    await socket.accept()
    try:
        how = chosen(socket.query_params)
    except GatewayClosed as closed:
        await socket.close(closed.code, REASONS[closed.code])
        return
    await Connection(world, sockets, socket, how).run()


class Connection:
    """Frames go out in order.

    A heartbeat must come in every ``heartbeat_interval``; with the grace over, the connection is closed with 4009 and
    its session waits to be resumed (docs: Gateway > Heartbeat Interval). That is timed by the loop and not by the
    simulator's clock: a clock that is moved must not end connections whose clients do nothing wrong.
    """

    def __init__(self, world: World, sockets: Sockets, socket: WebSocket, how: Chosen) -> None:
        self._sockets = sockets
        self._socket = socket
        self._wrapping = Wrapping(is_stream=how.is_stream)
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._ending = False
        self._silent = False
        self._close_code: int | None = None
        host = socket.headers.get("host", "127.0.0.1")
        self._dialogue = Dialogue(world, self, version=how.version, host=host)
        self._patience = (world.gateway.heartbeat_interval + world.gateway.heartbeat_grace) / 1000
        self._alarm: asyncio.TimerHandle | None = None

    # Line, as sessions see it

    def push(self, frame: bytes) -> None:
        if not self._silent:
            self._frames.append(frame)
            self._wake.set()

    def end(self, code: int | None) -> None:
        if not self._ending:
            self._ending, self._close_code = True, code
            self._dialogue.detach()
            self._wake.set()

    def silence(self) -> None:
        self._silent = True
        self._frames.clear()

    async def run(self) -> None:
        self._dialogue.hello()
        self._expect_heartbeat()
        writer = asyncio.create_task(self._write())
        reader = asyncio.create_task(self._read())
        try:
            done, _ = await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._dialogue.detach()
            if self._alarm is not None:
                self._alarm.cancel()
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    def _expect_heartbeat(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(self._patience, self.end, TIMED_OUT)

    async def _write(self) -> None:
        """Until the end of the connection; what could not be written to a client that has gone is in the replay."""
        with contextlib.suppress(WebSocketDisconnect):
            while not self._ending:
                while self._frames and not self._ending:
                    await self._send(self._frames.popleft())
                if not self._ending:
                    self._wake.clear()
                    await self._wake.wait()
            await self._close()

    async def _send(self, frame: bytes) -> None:
        wrapped = self._wrapping.wrap(frame, packed=self._dialogue.wants_packed)
        if isinstance(wrapped, str):
            await self._socket.send_text(wrapped)
        else:
            await self._socket.send_bytes(wrapped)

    async def _close(self) -> None:
        """With a code, or by cutting the socket: where nothing gets through any more, no close frame does."""
        if self._close_code is not None and not self._silent:
            await self._socket.close(self._close_code, REASONS.get(self._close_code))
            return
        client = self._socket.client
        self._sockets.cut(None if client is None else (client.host, client.port))

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    if message.get("code") in _GONE_FOR_GOOD and not self._ending:
                        self._dialogue.give_up()
                    return
                text = cast("str | None", message.get("text"))
                raw = cast("bytes | None", message.get("bytes")) or b"" if text is None else text.encode()
                if self._dialogue.heard(raw):
                    self._expect_heartbeat()
        except WebSocketDisconnect:
            return
        except GatewayClosed as closed:
            self.end(closed.code)
            await asyncio.Event().wait()  # the writer closes the socket, which ends this task
