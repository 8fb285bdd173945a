"""One LISTEN connection a process; whoever watches a job is woken when something was committed about it."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, cast
from uuid import UUID

import asyncpg

from core.jobs.ring import CHANNEL

log = logging.getLogger(__name__)
_RECONNECT_SECONDS = 1.0
_PROBE_SECONDS = 15.0


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def _setting(event: asyncio.Event) -> Callable[[object], None]:
    def told(connection: object) -> None:
        event.set()

    return told


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
        woken = await _within(self._bell, seconds)
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
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("The connection that tells of jobs is lost (%s); connecting again.", error)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection = await cast("Any", asyncpg).connect(self._dsn, timeout=5)
        lost = asyncio.Event()
        connection.add_termination_listener(_setting(lost))
        try:
            await connection.add_listener(CHANNEL, self._told)
            self._wake_all()
            while not await _within(lost, _PROBE_SECONDS):
                await connection.execute("SELECT 1", timeout=5)
        finally:
            connection.terminate()

    def _told(self, connection: object, pid: int, channel: str, payload: object) -> None:
        for key in str(payload).split():
            for watch in self._watches.get(key, ()):
                watch.wake()

    def _wake_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()
