"""Every kind of refusal as it leaves the server: one shape, whoever refuses (RFC 9457)."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
import uvicorn
from litestar import Controller, get

from api.app import assemble
from api.guards import signed_in
from api.protocol import serving
from core.config import Settings
from tests.api import conftest
from tests.api.conftest import installation
from tests.api.raw import JSON, exchange, request
from tests.api.world import SECRET, Api


class Failing(Controller):
    guards = (signed_in,)

    @get("/failing")
    async def fail(self) -> None:
        raise RuntimeError("a sentence that nobody may read")


def body(line: bytes, content: bytes, *headers: bytes) -> bytes:
    return request(line, *headers, b"Content-Length: %d" % len(content), body=content)


KINDS: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (body(b"POST /api/v1/templates", b"{", JSON), 400, "malformed"),
    "no credential": (
        request(b"GET /api/v1/me").replace(b"Authorization", b"X-Nothing"),
        401,
        "unauthenticated",
    ),
    "an unknown path": (request(b"GET /api/v1/nothing"), 404, "not_found"),
    "an unknown thing": (
        request(b"GET /api/v1/templates/00000000-0000-7000-8000-000000000000"),
        404,
        "not_found",
    ),
    "another method": (request(b"PUT /api/v1/me"), 405, "method_not_allowed"),
    "too large": (body(b"POST /api/v1/templates", b" " * ((1 << 20) + 1), JSON), 413, "too_large"),
    "a media type": (
        body(b"POST /api/v1/templates", b"<a/>", b"Content-Type: text/xml"),
        415,
        "unsupported_media_type",
    ),
    "a field": (body(b"POST /api/v1/templates", b'{"nane": "x"}', JSON), 422, "invalid"),
    "a parameter": (request(b"GET /api/v1/jobs?limit=0"), 422, "invalid_parameter"),
    "a failure of ours": (request(b"GET /api/v1/failing"), 500, "internal"),
    "too often": (request(b"GET /api/v1/auth/discord/login"), 429, "rate_limited"),
}


@pytest.fixture
async def failing_api(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """With a route that fails, and with hardly a login a minute."""
    settings = Settings(database_url=database_url, redis_url=redis_url, owner_token=SECRET)
    routes = assemble(further=(Failing,))
    async with installation(
        settings, limits=conftest.UNLIMITED | {"logins_per_minute": 1}, routes=routes
    ) as api:
        yield api


@pytest.fixture
async def failing_port(failing_api: Api) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(serving(failing_api.app, lifespan="off"))
    running = asyncio.create_task(server._serve([listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await running


async def test_every_kind_of_refusal_has_one_shape(failing_port: int) -> None:
    await exchange(failing_port, request(b"GET /api/v1/auth/discord/login"))
    for what, (sent, status, code) in KINDS.items():
        answered, headers, raw = await exchange(failing_port, sent)
        said = json.loads(raw)
        assert (answered, said["code"]) == (status, code), what
        assert headers["content-type"] == "application/problem+json", what
        assert int(headers["content-length"]) == len(raw), what
        assert headers["cache-control"] == "no-store", what
        assert said["request_id"] == headers["x-request-id"], what
        assert said["type"] == f"urn:guildwright:problem:{code}", what
        assert (said["title"], said["status"]) == (HTTPStatus(status).phrase, status), what
        assert said["instance"] == sent.split()[1].partition(b"?")[0].decode(), what
        assert said["detail"].endswith("."), what
        assert bool(said["errors"]) == (status in {400, 422}), what
        assert (status == 405) == ("allow" in headers), what
        assert (status == 429) == ("retry-after" in headers), what
        assert (status == 401) == (headers.get("www-authenticate") == "Bearer"), what
        assert "nobody may read" not in raw.decode(), what
