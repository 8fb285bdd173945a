"""The log of requests: who asked for what, and how it was answered."""

import asyncio
import logging
import re

import pytest
from msgspec.structs import replace

from api.doors import door_of
from api.parts import as_state, parts_in
from core.config import Settings
from tests.api.raw import JSON, exchange, request
from tests.api.world import Api
from tests.fixtures.patience import PATIENCE


async def test_whoever_leaves_in_the_middle_of_a_body_is_no_error_of_ours(
    port: int, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(b"POST /api/v1/templates", JSON, b"Content-Length: 100", body=b'{"na'))
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    async with asyncio.timeout(PATIENCE):
        while "POST /api/v1/templates left" not in caplog.text:  # noqa: ASYNC110 - the server is outside of this task
            await asyncio.sleep(0.02)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_line_of_the_log_says_who_asked_for_what_and_nothing_else(
    port: int, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "api.access")
    api.app.state.update(
        as_state(replace(parts_in(api.app), door=door_of(Settings(trusted_proxies="127.0.0.1"))))
    )
    proxied = (b"X-Forwarded-For: 10.9.9.9, 203.0.113.7", b"X-Request-Id: mine")
    await exchange(port, request(b"GET /api/v1/jobs?kind=hidden", *proxied))
    await exchange(port, request(b"GET /nothing%0Aforged?code=hidden", *proxied))
    await exchange(port, request(b"GET /health/live", *proxied))
    lines = [re.sub(r"\d+ ms", "N ms", record.getMessage()) for record in caplog.records]
    assert lines == [
        "203.0.113.7 GET /api/v1/jobs 200 N ms mine",
        "203.0.113.7 GET /nothing%0Aforged 404 N ms mine",
    ]
