"""The cheapest HTTP client there is, so that what is measured is the server: one connection, kept open."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec

HEALTH = b"GET /health/live HTTP/1.1\r\nHost: bench\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def request(path: str, body: object, authorization: str) -> bytes:
    """A POST of JSON, ready to be sent."""
    content = msgspec.json.encode(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class KeptOpen:
    """One request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, raw: bytes) -> bytes:
        """The answer's body; an `AssertionError` for an answer that is no success."""
        self._writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        assert head[9:10] == b"2", (head, body)
        return body


@asynccontextmanager
async def kept_open(url: str) -> AsyncGenerator[KeptOpen]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield KeptOpen(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
