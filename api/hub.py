"""One LISTEN connection a process; whoever watches a job is woken when something was committed about it."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from uuid import UUID

from core.jobs.ring import CHANNEL
from core.listening import listen, within


class Watch:
    """One watcher of one job, or of all jobs of a guild.

    Being woken means: look again. It may be for nothing, and never comes too late.
    """

    def __init__(self) -> None:
        self._bell = asyncio.Event()

    def wake(self) -> None:
        self._bell.set()

    async def wait(self, seconds: float) -> bool:
        """Whether somebody woke us within that time; what was woken before the call counts."""
        woken = await within(self._bell, seconds)
        self._bell.clear()
        return woken


class JobHub:
    """Watch first, then read: then nothing is missed. After a lost connection everybody is woken once."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watches: defaultdict[str, set[Watch]] = defaultdict(set)
        self.is_closing = False

    @contextlib.contextmanager
    def watch(self, what: UUID | str) -> Generator[Watch]:
        """`what` is a job's id or a guild's."""
        watch, key = Watch(), str(what)
        self._watches[key].add(watch)
        try:
            yield watch
        finally:
            self._watches[key].discard(watch)
            if not self._watches[key]:
                del self._watches[key]

    def close(self) -> None:
        """Ends all watching: streams say good-bye, so that the server can stop."""
        self.is_closing = True
        self._wake_all()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncGenerator[None]:
        """For as long as the block lasts."""
        task = asyncio.create_task(listen(self._dsn, CHANNEL, self._told, connected=self._wake_all))
        try:
            yield
        finally:
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _told(self, payload: str) -> None:
        for key in payload.split():
            for watch in self._watches.get(key, ()):
                watch.wake()

    def _wake_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()
