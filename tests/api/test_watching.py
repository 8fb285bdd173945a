"""Many who watch, and those who are not watched for any more: on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest

from api import events
from api.parts import parts_in
from core import listening
from core.jobs.ring import CHANNEL
from tests.api.world import SECRET, Api
from tests.fixtures.patience import PATIENCE
from tests.fixtures.size import sized

WATCHERS = sized(small=60, soak=3000)
SETTLED = b"event: job.settled"


@pytest.fixture
def unprobed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What PostgreSQL shows of a listening connection stays its LISTEN."""
    monkeypatch.setattr(listening, "_PROBE_SECONDS", 3600.0)


@pytest.fixture
def lively(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)


class Watcher:
    """A client that speaks just enough HTTP, so that hundreds of them are cheap."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def sees(self, what: bytes) -> None:
        """Reads until it comes; raises `IncompleteReadError` where the stream ends before."""
        await self.reader.readuntil(what)

    async def leave(self) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def watching(
    client: httpx.AsyncClient, path: str, number: int = 1, **headers: str
) -> AsyncGenerator[list[Watcher]]:
    """So many of the same, who leave with the block without a word."""
    said = {"Host": "api.test", "Authorization": f"Bearer {SECRET}", **headers}
    asked = f"GET /api/v1{path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in said.items()) + "\r\n"
    watchers: list[Watcher] = []
    try:
        for _ in range(number):
            host, port = client.base_url.host, client.base_url.port or 0
            watchers.append(Watcher(*await asyncio.open_connection(host, port, limit=1 << 20)))
            watchers[-1].writer.write(asked.encode())
        yield watchers
    finally:
        for watcher in watchers:
            await watcher.leave()


async def watched(api: Api, number: int) -> None:
    """Until so many watch."""
    watches = cast("Any", parts_in(api.app).hub)._watches
    for _ in range(1500):
        if sum(map(len, watches.values())) == number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{sum(map(len, watches.values()))} watch, and not {number}")


async def connections(api: Api, like: str = "%") -> int:
    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE :like"
    )
    return await api.scalar(statement, like=like)


async def sync(api: Api, guild_id: str) -> str:
    return (await api.post(f"/guilds/{guild_id}/sync")).json()["id"]


@pytest.mark.parametrize("of", ["job", "guild"])
async def test_hundreds_who_watch_cost_one_connection_and_all_are_told(
    unprobed: None, api: Api, socketed: httpx.AsyncClient, of: str
) -> None:
    guild_id, number = await api.guild(), WATCHERS if of == "job" else WATCHERS // 2
    path = f"/jobs/{await sync(api, guild_id)}/events" if of == "job" else f"/guilds/{guild_id}/events"
    async with watching(socketed, path, number) as watchers:
        await watched(api, number)
        await asyncio.gather(*(watcher.sees(b"retry: 1000") for watcher in watchers))
        await api.all_wait(number)
        # The other one is of the worker in the same process.
        assert await connections(api, f"LISTEN%{CHANNEL}%") <= 2
        assert await connections(api) < 100
        if of == "guild":
            await sync(api, guild_id)
        assert await api.work() == 1
        await asyncio.gather(*(watcher.sees(SETTLED) for watcher in watchers))
    await watched(api, 0)


@pytest.mark.parametrize("of", ["job", "guild"])
async def test_who_leaves_is_forgotten(lively: None, api: Api, socketed: httpx.AsyncClient, of: str) -> None:
    guild_id = await api.guild()
    path = f"/jobs/{await sync(api, guild_id)}/events" if of == "job" else f"/guilds/{guild_id}/events"
    async with watching(socketed, path, 20) as watchers:
        await asyncio.gather(*(watcher.sees(b": heartbeat") for watcher in watchers))
        await watched(api, 20)
        for watcher in watchers[:15]:
            await watcher.leave()
        await watched(api, 5)
    await watched(api, 0)


async def test_who_leaves_while_nothing_happens_is_forgotten_too(
    api: Api, socketed: httpx.AsyncClient
) -> None:
    """Long before the next heartbeat would tell."""
    async with watching(socketed, f"/jobs/{await sync(api, await api.guild())}/events", 5) as watchers:
        await asyncio.gather(*(watcher.sees(b"event: job.queued") for watcher in watchers))
        await watched(api, 5)
    async with asyncio.timeout(PATIENCE):
        await watched(api, 0)


async def test_who_reads_nothing_holds_nobody_up_and_is_forgotten_when_gone(
    lively: None, api: Api, socketed: httpx.AsyncClient
) -> None:
    guild_id = await api.guild()
    job_id = await sync(api, guild_id)
    async with (
        watching(socketed, f"/guilds/{guild_id}/events", 5),
        watching(socketed, f"/jobs/{job_id}/events") as [good],
    ):
        await watched(api, 6)
        await api.work()
        await good.sees(SETTLED)
        await watched(api, 5)
    await watched(api, 0)


@pytest.mark.parametrize("of", ["job", "guild"])
async def test_whose_token_is_revoked_is_told_no_more(
    lively: None, api: Api, socketed: httpx.AsyncClient, of: str
) -> None:
    guild_id = await api.guild()
    path = f"/jobs/{await sync(api, guild_id)}/events" if of == "job" else f"/guilds/{guild_id}/events"
    made = (await api.post("/me/tokens", json={"name": "watcher"})).json()
    async with watching(socketed, path, Authorization=f"Bearer {made['secret']}") as [watcher]:
        await watcher.sees(b": heartbeat")
        assert (await api.client.delete(f"/api/v1/me/tokens/{made['token']['id']}")).status_code == 204
        with pytest.raises(asyncio.IncompleteReadError) as ended:
            await watcher.sees(SETTLED)
        assert ended.value.partial.endswith(b"0\r\n\r\n")
    await watched(api, 0)


async def test_who_waits_for_a_job_and_leaves_is_forgotten(api: Api, socketed: httpx.AsyncClient) -> None:
    job_id = await sync(api, await api.guild())
    async with watching(socketed, f"/jobs/{job_id}", 10, Prefer="wait=30"):
        await watched(api, 10)
    async with asyncio.timeout(PATIENCE):
        await watched(api, 0)
