"""Somebody's program that receives callbacks: a server on loopback that answers as it is told to, in raw HTTP/1.1."""

import asyncio
import contextlib
import ssl
import struct
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, TypeAlias

import msgspec
from standardwebhooks import Webhook

from tests.fixtures.patience import PATIENCE

CERTIFICATE = Path(__file__).parents[1] / "fixtures" / "certificates" / "hooks.example.pem"
"""Self-signed for hooks.example and 127.0.0.1, with its key: openssl req -x509 -newkey ec -days 36500."""

Answer: TypeAlias = "bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One request; header names in lower case. `peer` is the port it came from."""

    target: str
    headers: dict[str, str]
    body: bytes
    at: float
    peer: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body)

    def verified_by(self, secret: str) -> dict[str, Any]:
        """By the library that a receiver would use. Raises for a signature that does not hold."""
        return Webhook(secret).verify(self.body, self.headers)


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def reset(writer: asyncio.StreamWriter) -> None:
    """With RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def slow(seconds: float, answer: bytes) -> Answer:
    async def later(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(answer)

    return later


class Receiver:
    """Answers the first requests as `answers` says, and all further ones with `always`."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}/in"
        self.always: Answer = status(204)
        self.answers: list[Answer] = []
        self.received: list[Received] = []
        self.at_once = 0
        self.most_at_once = 0
        self.most_at_once_of: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._news = asyncio.Condition()

    async def until(self, number: int, seconds: float = PATIENCE) -> list[Received]:
        """What was received, as soon as it is so much."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.received) >= number)
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
                while await self._answer(await _read(reader, writer), writer):
                    pass
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answer(self, received: Received, writer: asyncio.StreamWriter) -> bool:
        """Whether it can be asked again on this connection."""
        with self._counted(received):
            answer = self.answers.pop(0) if self.answers else self.always
            await self._take(received)
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
        await writer.drain()
        return isinstance(answer, bytes) and bool(answer)

    async def _take(self, received: Received) -> None:
        async with self._news:
            self.received.append(received)
            self._news.notify_all()

    @contextlib.contextmanager
    def _counted(self, received: Received) -> Generator[None]:
        target = received.target
        self.at_once += 1
        self._open[target] += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.most_at_once_of[target] = max(self.most_at_once_of[target], self._open[target])
        try:
            yield
        finally:
            self.at_once -= 1
            self._open[target] -= 1


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    assert method == "POST"
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    at, peer = asyncio.get_running_loop().time(), writer.get_extra_info("peername")[1]
    return Received(target=target, headers=headers, body=body, at=at, peer=peer)


@asynccontextmanager
async def receiving(*, tls: bool = False) -> AsyncGenerator[Receiver]:
    """On a free port of 127.0.0.1."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    found: list[Receiver] = []
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(found[0].serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    found.append(Receiver(server.sockets[0].getsockname()[1], "https" if tls else "http"))
    try:
        yield found[0]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # a connection is closed in the round of the loop after
