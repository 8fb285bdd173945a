"""`python -m tests.chaos.mortal api|bot`: the product's own program, which dies by SIGKILL where it is ordered to.

Nothing of the product knows of this: what it calls on its way is wrapped here before its own `main` runs. Each life
is a process of its own, forked from one that has read the modules once: most of a start's time is their reading. A
line on standard input asks for a life: the seconds by which its clock is ahead.
"""

import os
import signal
import sys
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from core.jobs.ring import Rung
from core.processes import _die_with as die_with
from core.uow import Database, UnitOfWork
from tests.chaos.points import (
    ANSWERED,
    BORN,
    CALLED,
    CLAIMED,
    COMMITTED,
    DYING,
    ENDED,
    HATCHERY,
    INTENDED,
    RECORDED,
    RUNG,
    SETTLED,
    WOKEN,
    WRITTEN,
    Point,
)
from workers.ring import RedisRing

_AFTER_COMMIT = {"claim": CLAIMED, "intend": INTENDED, "record": RECORDED, "settle": SETTLED}
_REFUSED = 400


class Fate:
    """Reads the order each time a point is reached, so that it can be given to a process that is running."""

    def __init__(self, order: Path) -> None:
        self._order = order
        self._given = ""
        self._reached = 0

    def reach(self, point: Point) -> None:
        try:
            order = self._order.read_text()
        except FileNotFoundError:
            return
        nth, _, name = order.partition(" ")
        if name != point.name:
            return
        if order != self._given:
            self._given, self._reached = order, 0
        self._reached += 1
        if self._reached == int(nth):
            self._order.unlink()  # or the next process would die of it too
            print(f"{DYING}{point.name}", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)


class Noting:
    """Stands for a service of one unit of work and notes which of its methods came to their end."""

    def __init__(self, service: Any, before: Callable[[str], None], noted: list[str]) -> None:
        self._service = service
        self._before = before
        self._noted = noted

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._service, name)

        async def noting(*args: Any, **options: Any) -> Any:
            self._before(name)
            answer = await method(*args, **options)
            if answer is not None or name == "settle":
                self._noted.append(name)
            return answer

        return noting if name in _AFTER_COMMIT or name == "ask" else method


def wrap_units(fate: Fate) -> None:
    """The ledger's transactions: claim, intend, record and settle count once they are committed."""
    plain = Database.unit

    def begins(name: str) -> None:
        if name == "claim":
            fate.reach(WOKEN)

    @asynccontextmanager
    async def unit(self: Database) -> AsyncGenerator[UnitOfWork]:
        noted: list[str] = []
        asked: list[str] = []
        async with plain(self) as unit:
            vars(unit)["ledger"] = Noting(unit.ledger, begins, noted)
            vars(unit)["jobs"] = Noting(unit.jobs, begins, asked)
            yield unit
            if asked:
                fate.reach(WRITTEN)
        for name in noted:
            fate.reach(_AFTER_COMMIT[name])

    Database.unit = unit


def wrap_ring(fate: Fate) -> None:
    plain = RedisRing.__call__

    async def ring(self: RedisRing, *rungs: Rung) -> None:
        fate.reach(COMMITTED)
        await plain(self, *rungs)
        fate.reach(RUNG)

    RedisRing.__call__ = ring


def wrap_calls(fate: Fate) -> None:
    """Writes to Discord that were accepted: once their first byte is back, and once they are read."""
    from bot.limits import Guard  # the API does not know the bot  # noqa: PLC0415

    plain = Guard.__call__

    async def call(self: Guard, request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        async def sent(request: ClientRequest) -> ClientResponse:
            response = await send(request)
            if _is_accepted(response):
                fate.reach(CALLED)
            return response

        response = await plain(self, request, sent)
        if _is_accepted(response):
            fate.reach(ANSWERED)
        return response

    Guard.__call__ = call


def _is_accepted(response: ClientResponse) -> bool:
    return response.method != "GET" and response.status < _REFUSED


def shift_clock(seconds: float, program: str) -> None:
    """The clock of due times, and of what limits tell."""
    ahead = timedelta(seconds=seconds)
    defaults: dict[str, Any] = Database.__init__.__kwdefaults__ or {}
    defaults["clock"] = lambda: datetime.now(UTC) + ahead

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            """A plain one, as it would be: whoever writes it down knows no other."""
            return datetime.now(tz) + ahead

    if program == "bot":
        import bot.limits  # noqa: PLC0415

        bot.limits.datetime = Ahead


def live(program: str, run: Callable[[], int], ahead: float) -> NoReturn:
    """In the fork: never returns to what the parent would do next."""
    status = 1
    try:
        sys.argv[1:] = []
        if ahead:
            shift_clock(ahead, program)
        status = run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    program, fate = sys.argv[1], Fate(Path(sys.argv[2]))
    wrap_units(fate)
    wrap_ring(fate)
    if program == "api":
        from api.__main__ import main as run  # noqa: PLC0415
    else:
        from bot.__main__ import main as run  # noqa: PLC0415

        wrap_calls(fate)
    print(HATCHERY, flush=True)
    parent = os.getpid()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            die_with(parent)
            live(program, run, float(line))
        print(f"{BORN}{child}", flush=True)
        _, status = os.waitpid(child, 0)
        print(f"{ENDED}{os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
