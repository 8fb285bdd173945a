"""The application in this process, on a database of its own; every answer is compared with the OpenAPI document."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from litestar import Litestar
from msgspec.structs import replace

from api.app import assemble, create_app
from api.openapi.document import openapi_document
from api.protocol import serving
from core.callbacks.rules import rules_of
from core.catalog import CATALOG
from core.composition.people import people_of
from core.config import VARIABLES, Settings
from core.db import Engines
from core.embedded import Servers
from core.uow import Database
from tests.api.conformity import Conformity
from tests.api.world import SECRET, Api, Rings, transport_to
from tests.fixtures.environment import RATES
from tests.fixtures.keys import keyring
from tests.fixtures.servers import fresh_database
from workers.wire import connect, disconnect

UNLIMITED = dict.fromkeys((variable.field for variable in VARIABLES if variable.name in RATES), 0)
_idle: list[Litestar] = []
"""Routes that no installation uses now: they are the same for all, and take longer to make than most tests."""


@cache
def document() -> dict[str, Any]:
    return openapi_document(assemble())


@cache
def conformity() -> Conformity:
    return Conformity(document())


@pytest.fixture
def openapi() -> dict[str, Any]:
    return document()


@pytest.fixture
async def api(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """As the owner sees it, in an installation of this test alone."""
    async with installation(
        Settings(database_url=database_url, redis_url=redis_url, owner_token=SECRET)
    ) as api:
        yield api


@pytest.fixture
async def socketed(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """The same application behind a server."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(serving(api.app, lifespan="off"))
    running = asyncio.create_task(server._serve([listener]))
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        headers={"Authorization": f"Bearer {SECRET}"},
        limits=httpx.Limits(max_connections=None),
        timeout=30,
    ) as client:
        yield client
    server.should_exit = True
    await running


@pytest.fixture
def port(socketed: httpx.AsyncClient) -> int:
    port = socketed.base_url.port
    assert port is not None
    return port


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_api(servers: Servers, template_database: str) -> AsyncIterator[Api]:
    """One for all tests of a file; they make their own things, and look at no others."""
    async with fresh_database(servers, template_database) as url:
        settings = Settings(database_url=url, redis_url=servers.redis_url, owner_token=SECRET)
        async with installation(settings) as api:
            yield api


@asynccontextmanager
async def installation(
    settings: Settings, *, limits: Mapping[str, int] = UNLIMITED, routes: Litestar | None = None
) -> AsyncGenerator[Api]:
    """Without limits of rates, unless it is about them; with `routes` of its own, or with those of all."""
    settings = replace(settings, **limits)
    engines, redis, rings = Engines(settings.database_url or ""), connect(settings.redis_url or ""), Rings()
    people = people_of(settings, keyring())
    database = Database(engines, CATALOG, ring=rings, callback_rules=rules_of(settings), people=people)
    usual = None if routes is not None else _idle.pop() if _idle else assemble()
    app = create_app(settings, database, redis=redis, announce=print, routes=routes or usual)
    async with (
        living(app),
        httpx.AsyncClient(
            transport=transport_to(app),
            base_url="http://api.test",
            headers={"Authorization": f"Bearer {SECRET}"},
            event_hooks={"response": [conformity().check]},
        ) as client,
    ):
        yield Api(app, client, database, rings)
    await disconnect(redis)
    await engines.dispose()
    if usual is not None:
        _idle.append(usual)


@asynccontextmanager
async def living(app: Litestar) -> AsyncGenerator[None]:
    """In a task of its own: litestar's lifespan must end in the task in which it began."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            begun.set()
            await ended.wait()

    life = asyncio.create_task(live())
    beginning = asyncio.create_task(begun.wait())
    await asyncio.wait({life, beginning}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not life.done():
            yield
    finally:
        beginning.cancel()
        ended.set()
        await life
