"""A fresh simulator for each test: in process for rules, on a socket for clients."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import disnake
import httpx
import pytest
from disnake.http import Route

from bot.heartbeats import end_heartbeats
from bot.simulator import Simulator, build, serving
from tests.fixtures.patience import PATIENCE
from tests.simulator.calls import Control, Rest
from tests.simulator.clients import CREW, OAuth2Client
from tests.simulator.published import published_contract
from tests.simulator.ships import Ship, aboard
from tests.simulator.talking import Open, opening
from tests.simulator.twins import Twins


@pytest.fixture
def simulator() -> Simulator:
    return build(contract=published_contract())


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=simulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def sim(http: httpx.AsyncClient) -> Control:
    """The control surface, in process."""
    return Control(http)


@pytest.fixture
def rest(http: httpx.AsyncClient) -> Rest:
    """The bot's REST calls, in process."""
    return Rest(http)


@pytest.fixture
async def url(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The same simulator on a real socket, with disnake pointed at it."""
    async with serving(simulator) as address:
        monkeypatch.setattr(Route, "BASE", f"{address}/api/v10")
        yield address


@pytest.fixture
async def talk(url: str) -> AsyncIterator[Open]:
    """``await talk()``: a raw gateway connection."""
    async with opening(url) as opened:
        yield opened


Connect = Callable[..., contextlib.AbstractAsyncContextManager[disnake.Client]]


@pytest.fixture
def connect(url: str) -> Connect:
    """``async with connect(client)``: an unmodified disnake client, ready."""

    @contextlib.asynccontextmanager
    async def running(client: disnake.Client, token: str = "sim-token") -> AsyncGenerator[disnake.Client]:
        task = asyncio.create_task(client.start(token))
        ready = asyncio.create_task(client.wait_until_ready())
        try:
            await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
            if task.done():
                task.result()
            assert ready.done(), "the client did not become ready"
            yield client
        finally:
            ready.cancel()
            await client.close()
            await asyncio.gather(task, ready, return_exceptions=True)
            await end_heartbeats(client)

    return running


MakeTwins = Callable[[disnake.Client], Twins]


@pytest.fixture
def cdn(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The simulator's address, from which disnake reads its assets too."""
    monkeypatch.setattr(disnake.Asset, "BASE", url)
    return url


@pytest.fixture
def twins(simulator: Simulator) -> MakeTwins:
    """``twins(bot)``: that client's cache beside the simulator's state."""
    return lambda bot: Twins(simulator, bot)


@pytest.fixture
async def ship(sim: Control, connect: Connect, twins: MakeTwins) -> AsyncIterator[Ship]:
    """A furnished guild, in a connected client's cache."""
    async with aboard(sim, connect, twins) as found:
        yield found


@pytest.fixture
async def crew(sim: Control) -> dict[str, Any]:
    """What came of the spec ``CREW``."""
    return await sim.guild(**CREW)


@pytest.fixture
async def app(http: httpx.AsyncClient, simulator: Simulator, crew: dict[str, Any]) -> OAuth2Client:
    """An app that people of ``CREW`` may sign in to."""
    assert crew
    found = OAuth2Client(http, simulator.world.application.id)
    await found.register()
    return found
