"""Telling the other processes that this one is alive."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core.jobs.processes import HEARTBEAT_SECONDS, ProcessKind
from core.supervision import keep_going
from core.uow import Database
from workers.ending import end

_LAST_WORD_SECONDS = 3.0
log = logging.getLogger(__name__)
Details = Callable[[], dict[str, Any] | None]


@contextlib.asynccontextmanager
async def heartbeat(
    database: Database, id_: str, kind: ProcessKind, details: Details
) -> AsyncGenerator[None]:
    """Beats for as long as the block lasts, then says good-bye. `details` answers None while the process is not ready:
    then it does not beat, and counts as away."""
    beating = asyncio.create_task(keep_going("The heartbeat", lambda: _beat(database, id_, kind, details)))
    try:
        yield
    finally:
        await end(beating)
        with contextlib.suppress(SQLAlchemyError, OSError):
            async with asyncio.timeout(_LAST_WORD_SECONDS), database.statement() as unit:
                await unit.processes.leave(id_)


async def _beat(database: Database, id_: str, kind: ProcessKind, details: Details) -> None:
    while True:
        shown = details()
        try:
            async with database.statement() as unit:
                if shown is None:
                    await unit.processes.leave(id_)
                else:
                    await unit.processes.beat(id_, kind, shown)
        except (SQLAlchemyError, OSError) as error:
            log.warning("Could not write the heartbeat: %s", error)
        await asyncio.sleep(HEARTBEAT_SECONDS)
