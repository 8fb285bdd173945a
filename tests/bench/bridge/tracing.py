"""`python -m tests.bench.bridge.tracing api|bot|ours FILE MODULE [argument ...]`: the program as it is, with a note of
when which part of the road was begun and ended.

Each span is one line of FILE: its name, and both moments in seconds of this machine's clock. It costs some
microseconds. A part that is no more where it was is a line too, so that the report can say so.
"""

import functools
import importlib
import os
import runpy
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

_POSTGRES = tuple(f"asyncpg.protocol:Protocol.{name}" for name in ("query", "prepare", "bind_execute"))
POINTS: dict[str, dict[str, tuple[str, ...]]] = {
    "api": {
        "http": ("api.request_id:RequestIds.__call__",),
        "auth": ("api.security:Credentials.authenticate_request",),
        "ask": ("core.jobs.service:JobService.ask",),
        "commit": ("sqlalchemy.ext.asyncio:AsyncSession.commit",),
        "ring": ("workers.ring:RedisRing.__call__",),
        "sql": _POSTGRES,
    },
    "bot": {
        "pop": ("workers.runner:PermitWorker._take_permits",),
        "claim": ("workers.running:Running._claim",),
        "authority": ("workers.running:Running._check_authority",),
        "perform": ("workers.journal:LedgerJournal.perform",),
        "call": ("bot.calls:Calls.send",),
        "sql": _POSTGRES,
    },
    "ours": {
        "ring": ("workers.ring:RedisRing.__call__",),
        "pop": ("workers.runner:PermitWorker._take_permits",),
        "look": ("workers.runner:PermitWorker._look",),
        "ask": ("core.jobs.service:JobService.ask",),
        "claim": ("workers.running:Running._claim",),
        "authority": ("workers.running:Running._check_authority",),
        "settle": ("workers.running:Running._settle",),
        "commit": ("sqlalchemy.ext.asyncio:AsyncSession.commit",),
        "work": ("tests.bench.peers.orders:Work.__call__",),
        "sql": _POSTGRES,
    },
}
GONE = "gone"


class Span(msgspec.Struct, frozen=True):
    """`program` is one of `POINTS`."""

    program: str
    name: str
    begin: float
    end: float


def read_spans(path: Path) -> list[Span]:
    """In order of their beginnings."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    spans = [Span(program, name, float(begin), float(end)) for program, name, begin, end in lines]
    return sorted(spans, key=lambda span: span.begin)


class Tracer:
    def __init__(self, program: str, path: Path) -> None:
        self._program = program
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def watch(self, name: str, point: str) -> None:
        """`point` is module:Class.method, of a method that is awaited."""
        module, _, place = point.partition(":")
        holder, _, attribute = place.partition(".")
        try:
            owner = getattr(importlib.import_module(module), holder)
            original = getattr(owner, attribute)
        except (ImportError, AttributeError):
            self._write(f"{GONE} {point}", 0.0, 0.0)
            return
        setattr(owner, attribute, self._timed(name, original))

    def _timed(self, name: str, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(original)
        async def timed(*args: Any, **kwargs: Any) -> Any:
            begin = time.time()
            try:
                return await original(*args, **kwargs)
            finally:
                self._write(name, begin, time.time())

        return timed

    def _write(self, name: str, begin: float, end: float) -> None:
        os.write(self._file, f"{self._program}\t{name}\t{begin!r}\t{end!r}\n".encode())


def main() -> None:
    program, path, module, *arguments = sys.argv[1:]
    tracer = Tracer(program, Path(path))
    for name, points in POINTS[program].items():
        for point in points:
            tracer.watch(name, point)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
