"""A PostgreSQL and a Redis that a test may kill, freeze and start again; everybody else's stay as they are."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal

import psutil

from core.embedded import Servers, embedded_servers
from core.embedded.folder import open_folder
from core.embedded.process import living

Which = Literal["postgres", "redis"]


class OwnServers:
    """What is started again is found where it was, as it is by everybody who only knows its address."""

    def __init__(self, folder: Path, uses: ExitStack) -> None:
        self._folder = folder
        self._uses = uses
        self.urls = Servers()

    async def start(self) -> None:
        """Whatever does not run."""
        self.urls = await asyncio.to_thread(self._uses.enter_context, embedded_servers(self._folder))

    def kill(self, which: Which) -> None:
        """As the kernel does when memory runs out."""
        processes = self._processes(which)
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=10)

    def freeze(self, which: Which) -> None:
        """It keeps its connections, takes new ones, and answers nothing."""
        for process in self._processes(which):
            process.send_signal(signal.SIGSTOP)

    def thaw(self, which: Which) -> None:
        for process in self._processes(which):
            process.send_signal(signal.SIGCONT)

    def _processes(self, which: Which) -> list[psutil.Process]:
        folder = open_folder(self._folder)
        return living(folder.cluster.home if which == "postgres" else folder.store.home)


@asynccontextmanager
async def own_servers() -> AsyncGenerator[OwnServers]:
    # Not pytest's own folder: root's is closed to the account that runs the servers.
    async with AsyncExitStack() as last:
        folder = last.enter_context(
            tempfile.TemporaryDirectory(prefix="guildwright-tests-", ignore_cleanup_errors=True)
        )
        uses = ExitStack()
        last.push_async_callback(asyncio.to_thread, uses.close)
        servers = OwnServers(Path(folder), uses)
        await servers.start()
        try:
            yield servers
        finally:
            servers.thaw("redis")
            servers.thaw("postgres")
