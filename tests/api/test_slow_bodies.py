"""Whoever sends a body so slowly that it never ends is not waited for."""

import asyncio
import json
from typing import Any, cast

import pytest
from sqlalchemy import text

from api.protocol import Protocol
from tests.api.raw import JSON, exchange, request
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE


async def drip(port: int, begun: bytes, *, every: float, bytes_: int = 10_000) -> bytes:
    """Everything that is answered to a body that comes byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)

    async def go_on() -> None:
        for _ in range(bytes_):
            await asyncio.sleep(every)
            writer.write(b" ")

    dripping = asyncio.create_task(go_on())
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    finally:
        dripping.cancel()
        writer.close()


def read_back(answer: bytes) -> dict[str, Any]:
    assert answer.startswith(b"HTTP/1.1 408 "), answer
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert f"x-request-id: {said['request_id']}".encode() in answer.lower()
    return said


@pytest.mark.parametrize("framing", [b"Content-Length: 10000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_drips_is_refused_and_holds_nothing_meanwhile(
    port: int, api: Api, monkeypatch: pytest.MonkeyPatch, framing: bytes
) -> None:
    monkeypatch.setattr(Protocol, "body_seconds", 1.0)
    before = await api.rows()
    begun = request(b"POST /api/v1/templates", JSON, framing, b"X-Request-Id: mine")
    if b"chunked" in framing:
        begun += b"2710\r\n"
    slow = [asyncio.create_task(drip(port, begun, every=0.02)) for _ in range(60)]
    await asyncio.sleep(0.3)
    assert (await exchange(port, request(b"GET /api/v1/me")))[0] == 200
    if not any(task.done() for task in slow):
        assert cast("Any", api.database.engines.writing.pool).checkedout() == 0
    for answer in await asyncio.gather(*slow):
        said = read_back(answer)
        assert (said["code"], said["instance"], said["request_id"]) == (
            "request_timeout",
            "/api/v1/templates",
            "mine",
        )
    assert await api.rows() == before


async def test_a_slow_body_that_goes_on_is_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Protocol, "body_seconds", 1.5)
    monkeypatch.setattr("api.protocol.BODY_RATE", 1)
    body = b'{"name": "Slowly"'
    begun = request(b"POST /api/v1/templates", JSON, b"Content-Length: %d" % (len(body) + 21), body=body)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    for byte in [b" "] * 20 + [b"}"]:
        await asyncio.sleep(0.1)
        writer.write(byte)
    assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 201 ")
    writer.close()


async def test_who_was_answered_already_does_not_keep_the_connection_by_dripping_on(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Protocol, "body_seconds", 0.5)
    begun = request(b"POST /api/v1/templates", JSON, b"Content-Length: 10000").replace(
        b"Connection: close", b"Connection: keep-alive"
    )
    answer = await drip(port, begun.replace(SECRET.encode(), b"gwt_unknown"), every=0.05)
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_body_that_nobody_has_asked_for_yet_is_waited_for(
    port: int, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request with a key waits for the first before it says `100 Continue`."""
    monkeypatch.setattr(Protocol, "body_seconds", 0.3)
    key = b"Idempotency-Key: one"
    body = b'{"name": "Once"}'
    lock = api.database.engines.writing.connect()
    async with lock as connection:
        await connection.execute(text("LOCK TABLE idempotency_keys"))
        first = asyncio.create_task(
            exchange(port, request(b"POST /api/v1/templates", JSON, key, b"Content-Length: 16", body=body))
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.2)
        writer.write(
            request(b"POST /api/v1/templates", JSON, key, b"Expect: 100-continue", b"Content-Length: 16")
        )
        await asyncio.sleep(1)
        await connection.rollback()
    assert (await first)[0] == 201
    assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).startswith(b"HTTP/1.1 100 ")
    writer.write(body)
    assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 201 ")
    writer.close()
