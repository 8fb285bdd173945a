"""Requests as bytes on a socket."""

import asyncio
import json
from typing import Any

from tests.api.world import SECRET
from tests.fixtures.patience import PATIENCE

JSON = b"Content-Type: application/json"


def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    usual = (b"Host: api.test", b"Authorization: Bearer " + SECRET.encode(), b"Connection: close")
    return b"\r\n".join([line + b" HTTP/1.1", *usual, *headers, b"", body])


async def exchange(port: int, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the one answer, read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    head, _, body = (await asyncio.wait_for(reader.read(), PATIENCE)).partition(b"\r\n\r\n")
    writer.close()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, body


async def problem(port: int, sent: bytes) -> dict[str, Any]:
    status, headers, body = await exchange(port, sent)
    assert headers["content-type"] == "application/problem+json"
    said = json.loads(body)
    assert said["status"] == status
    assert said["request_id"] == headers["x-request-id"]
    assert said["detail"]
    return said
