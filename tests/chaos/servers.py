"""A PostgreSQL and a Redis that are killed and come back where they were."""

import asyncio
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

import psutil
import redis.asyncio

from core.embedded import Servers, embedded_servers
from core.embedded import postgres as pg
from core.embedded.folder import open_folder
from core.embedded.process import end, is_alive, living

Stop = Literal["fast", "immediate"]
_PAUSE = 0.01


class MortalServers:
    """`starting` is held by whoever starts a program, and while PostgreSQL is away."""

    def __init__(self, folder: Path, urls: Servers) -> None:
        self._path = folder
        self._folder = open_folder(folder)
        self.urls = urls
        self.starting = asyncio.Lock()

    async def kill_redis(self, away: float) -> None:
        """By SIGKILL; it is back after `away` seconds, empty."""
        for server in await asyncio.to_thread(living, self._folder.store.home):
            with suppress(psutil.NoSuchProcess):
                server.kill()
            while is_alive(server):  # noqa: ASYNC110 - it is another process that ends
                await asyncio.sleep(_PAUSE)
        await asyncio.sleep(away)
        await self._start_again()

    async def empty_redis(self) -> None:
        connection = redis.asyncio.Redis.from_url(self.urls.redis_url)
        await connection.flushall()
        await connection.aclose()

    async def restart_postgres(self, stop: Stop, away: float) -> None:
        """`fast` rolls back what is open; `immediate` is a crash, after which the log is replayed."""
        async with self.starting:
            if stop == "fast":
                await asyncio.to_thread(pg.stop, self._folder.cluster)
            else:
                home = self._folder.cluster.home
                await asyncio.to_thread(end, home, ask=signal.SIGQUIT, insist=signal.SIGKILL, patience=10)
            await asyncio.sleep(away)
            await self._start_again()

    async def _start_again(self) -> None:
        """Whoever joins starts what is not there, at the address that is known for it."""
        with ExitStack() as joined:
            found = await asyncio.to_thread(joined.enter_context, embedded_servers(self._path))
            assert found == self.urls, "somebody else took the port meanwhile"


@asynccontextmanager
async def mortal_servers(folder: Path) -> AsyncGenerator[MortalServers]:
    """Durable, because what PostgreSQL has promised must outlive its crash."""
    servers = embedded_servers(folder)
    urls = await asyncio.to_thread(servers.__enter__)
    try:
        yield MortalServers(folder, urls)
    finally:
        await asyncio.to_thread(servers.__exit__, None, None, None)
        shutil.rmtree(folder, ignore_errors=True)
