"""Hearing what PostgreSQL notifies of: one connection that does nothing else."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import asyncpg

log = logging.getLogger(__name__)
_RECONNECT_SECONDS = 1.0
_PROBE_SECONDS = 30.0


async def within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set, or was within that time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def listen(
    dsn: str, channel: str, heard: Callable[[str], None], *, connected: Callable[[], None]
) -> None:
    """Until cancelled. `heard` gets each payload; `connected` is called at every new connection, because what was
    notified of before it is lost."""
    while True:
        try:
            await _listen_once(dsn, channel, heard, connected)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("The connection that listens on %s is lost (%s); connecting again.", channel, error)
        except Exception:
            log.exception("Listening on %s ended in an error of ours; connecting again", channel)
        await asyncio.sleep(_RECONNECT_SECONDS)


async def _listen_once(
    dsn: str, channel: str, heard: Callable[[str], None], connected: Callable[[], None]
) -> None:
    def told(connection: object, pid: int, channel: str, payload: object) -> None:
        heard(str(payload))

    def ended(connection: object) -> None:
        lost.set()

    connection = await cast("Any", asyncpg).connect(dsn, timeout=5)
    lost = asyncio.Event()
    connection.add_termination_listener(ended)
    try:
        await connection.add_listener(channel, told)
        connected()
        while not await within(lost, _PROBE_SECONDS):
            await connection.execute("SELECT 1", timeout=5)
    finally:
        connection.terminate()
