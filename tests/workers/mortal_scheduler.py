"""`python -m tests.workers.mortal_scheduler URL`: schedulers that die by SIGKILL where they are ordered to.

Each life is a process of its own, forked from one that has read the modules once; a line on standard input asks for
one.
"""

import asyncio
import os
import signal
import sys
import traceback
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import event

from core.catalog import CATALOG
from core.clock import utc_now
from core.config import asyncpg_dsn
from core.db import Engines
from core.processes import _die_with as die_with
from core.uow import Database
from workers.scheduler import Scheduler

READY = "mortal: ready for a life"


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """With `now` it does all that is due at that moment, and ends; without, it lives by the real clock until somebody
    kills it. `last` is the statement it dies at, with what it has (`after`) or has not done; commits count too."""

    now: datetime | None = None
    last: int | None = None
    after: bool = False


class Fate:
    def __init__(self, life: Life) -> None:
        self._life = life
        self._count = 0

    def attach(self, engines: Engines) -> None:
        engine = engines.writing.sync_engine
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "commit", self._before)

    def _before(self, *_: Any) -> None:
        self._count += 1
        if self._count == self._life.last and not self._life.after:
            os.kill(os.getpid(), signal.SIGKILL)

    def _after(self, *_: Any) -> None:
        if self._count == self._life.last:
            os.kill(os.getpid(), signal.SIGKILL)


async def live(url: str, life: Life) -> None:
    engines = Engines(url)
    Fate(life).attach(engines)
    now = life.now
    database = Database(engines, CATALOG, clock=utc_now if now is None else lambda: now)
    scheduler = Scheduler(database, dsn=asyncpg_dsn(url))
    if now is None:
        await scheduler.run()
    await scheduler.run_until_idle()
    await engines.dispose()


def main() -> None:
    url, parent = sys.argv[1], os.getpid()
    print(READY, flush=True)
    for line in sys.stdin:
        life = msgspec.json.decode(line, type=Life)
        child = os.fork()
        if not child:
            die_with(parent)
            status = 1
            try:
                asyncio.run(live(url, life))
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        if life.now is None:
            print(child, flush=True)
        else:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
