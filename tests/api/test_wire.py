"""Bytes on a socket that no HTTP library would send: each gets a problem, and nobody is left without an answer."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from litestar import Litestar

from api.protocol import Protocol, serving
from api.request_id import RequestIds
from api.soundness import HEAD_LIMIT, TARGET_LIMIT, SoundRequests
from tests.api.raw import JSON, exchange, problem, request
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE

MEBIBYTE = 1 << 20


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def api(module_api: Api) -> Api:
    return module_api


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port(module_api: Api) -> AsyncIterator[int]:
    async with listening(serving(module_api.app, lifespan="off")) as port:
        yield port


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncGenerator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve([listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await running


UNREADABLE = {
    "no request": b"\x00\x01 nonsense\r\n\r\n",
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "a nul in a header": request(b"GET /api/v1/me", b"X-A: a\x00b"),
    "a path that is not ASCII": request("GET /api/v1/guilds/é".encode()),
    "a negative length": request(b"POST /api/v1/templates", b"Content-Length: -5", body=b"{}"),
    "a length that is no number": request(b"POST /api/v1/templates", b"Content-Length: x", body=b"{}"),
    "two lengths": request(b"POST /api/v1/templates", b"Content-Length: 2", b"Content-Length: 3", body=b"{}"),
    "a length and chunks": request(
        b"POST /api/v1/templates",
        JSON,
        b"Content-Length: 2",
        b"Transfer-Encoding: chunked",
        body=b"2\r\n{}\r\n0\r\n\r\n",
    ),
    "a chunk without a length": request(
        b"POST /api/v1/templates", JSON, b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"
    ),
    "half an escape": request(b"GET /api/v1/guilds/%zz"),
    "an escape cut off": request(b"GET /api/v1/guilds/%2"),
    "a path that is not UTF-8": request(b"GET /api/v1/guilds/%ff%fe"),
    "a slash in two bytes": request(b"GET /api/v1/guilds/%c0%af"),
    "half an escape in the query": request(b"GET /api/v1/jobs?kind=%zz"),
    "half of a surrogate pair in the query": request(
        b"POST /api/v1/templates/import?name=%ed%a0%80",
        b"Content-Type: application/yaml",
        b"Content-Length: 15",
        body=b"guildwright: 1\n",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_is_no_sound_request_is_400(port: int, api: Api, what: str) -> None:
    before = await api.rows()
    said = await problem(port, UNREADABLE[what])
    assert (said["status"], said["code"]) == (400, "malformed")
    assert await api.rows() == before


OTHERS: dict[str, tuple[bytes, int, str]] = {
    "a long path": (request(b"GET /" + b"a" * TARGET_LIMIT), 414, "uri_too_long"),
    "a long query": (request(b"GET /api/v1/jobs?kind=" + b"a" * TARGET_LIMIT), 414, "uri_too_long"),
    "a long header": (request(b"GET /health/live", b"X-A: " + b"a" * HEAD_LIMIT), 431, "headers_too_large"),
    "many headers": (
        request(b"GET /health/live", *(b"X-%d: a" % number for number in range(201))),
        431,
        "headers_too_large",
    ),
    "an unknown transfer encoding": (
        request(b"POST /api/v1/templates", b"Transfer-Encoding: gzip"),
        501,
        "not_implemented",
    ),
    "a version to come": (
        request(b"GET /health/live").replace(b"HTTP/1.1", b"HTTP/9.1"),
        505,
        "http_version_not_supported",
    ),
    "a packed body": (
        request(b"POST /api/v1/templates", JSON, b"Content-Encoding: gzip", b"Content-Length: 2", body=b"{}"),
        415,
        "unsupported_media_type",
    ),
    "an unknown method": (request(b"BREW /api/v1/me"), 405, "method_not_allowed"),
    "a method in small letters": (request(b"get /api/v1/me"), 405, "method_not_allowed"),
    "a web socket": (
        request(b"GET /nothing", b"Upgrade: websocket").replace(
            b"Connection: close", b"Connection: close, Upgrade"
        ),
        404,
        "not_found",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_each_other_hindrance_has_its_own_status(port: int, what: str) -> None:
    sent, status, code = OTHERS[what]
    said = await problem(port, sent)
    assert (said["status"], said["code"]) == (status, code)


async def test_a_head_without_end_is_cut_off(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health/live HTTP/1.1\r\nX-A: ")
    for _ in range(20):
        writer.write(b"a" * 8192)
        await asyncio.sleep(0)
    assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 431 ")
    writer.close()


async def test_a_refusal_arrives_though_the_body_is_still_being_sent(port: int) -> None:
    chunk = b"%x\r\n%s\r\n" % (MEBIBYTE, b"a" * MEBIBYTE)
    long = request(
        b"POST /api/v1/templates", JSON, b"Transfer-Encoding: chunked", body=chunk * 8 + b"0\r\n\r\n"
    )
    assert (await problem(port, long))["code"] == "too_large"
    stranger = request(
        b"POST /api/v1/templates", JSON, b"Content-Length: %d" % (8 * MEBIBYTE), body=b"a" * 8 * MEBIBYTE
    ).replace(SECRET.encode(), b"gwt_unknown")
    assert (await problem(port, stranger))["code"] == "unauthenticated"


async def test_a_body_that_will_be_refused_is_not_asked_for(port: int) -> None:
    announced = request(
        b"POST /api/v1/templates", JSON, b"Expect: 100-continue", b"Content-Length: %d" % (5 * MEBIBYTE)
    )
    assert (await problem(port, announced))["code"] == "too_large"


async def test_a_body_that_is_expected_is_asked_for(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"name": "Ours"}'
    writer.write(
        request(b"POST /api/v1/templates", JSON, b"Expect: 100-continue", b"Content-Length: %d" % len(body))
    )
    assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).startswith(b"HTTP/1.1 100 ")
    writer.write(body)
    assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 201 ")
    writer.close()


async def test_options_name_head_and_an_absolute_target_is_its_path(port: int) -> None:
    status, headers, body = await exchange(port, request(b"OPTIONS /api/v1/templates"))
    assert (status, headers["allow"], body) == (204, "GET, HEAD, OPTIONS, POST", b"")
    status, _, body = await exchange(port, request(b"GET http://api.test/health/live?x=1"))
    assert (status, json.loads(body)) == (200, {"status": "live"})


async def test_whoever_sends_no_head_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Protocol, "head_seconds", 0.2)
    for begun in (b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\n"):
        assert (await problem(port, begun))["code"] == "request_timeout"


@pytest_asyncio.fixture(loop_scope="module")
async def failing() -> AsyncIterator[int]:
    """A server whose application fails before any route is found."""

    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("the secret of the failure")

    config = serving(Litestar([], openapi_config=None), lifespan="off")
    config.app = RequestIds(SoundRequests(fail))
    async with listening(config) as port:
        yield port


async def test_a_failure_nobody_foresaw_tells_nothing_but_the_requests_id(
    failing: int, caplog: pytest.LogCaptureFixture
) -> None:
    said = await problem(failing, request(b"GET /api/v1/me"))
    assert (said["status"], said["code"]) == (500, "internal")
    assert "secret" not in json.dumps(said)
    assert said["request_id"] in caplog.text
