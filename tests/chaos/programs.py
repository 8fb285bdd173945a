"""The API and the bot: killed, dying, and started again for as long as the storm lasts."""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tests.chaos.points import BORN, DYING, ENDED, HATCHERY, Point
from tests.chaos.points import Program as Name

_READY = {"api": re.compile(r"listening on"), "bot": re.compile(r"Ready: in")}
_LIFE_SECONDS = 90.0
_LAST_LINES = 8
_LONGEST_LINE = 1 << 20


class Mortal:
    """One program through all its lives. `deaths` counts the points it died at, `uninvited` is how it ended without
    being told to: there must be none of it."""

    def __init__(
        self, name: Name, settings: Mapping[str, str], folder: Path, log: IO[str], starting: asyncio.Lock
    ) -> None:
        self.name: Name = name
        self._settings = settings
        self._folder = folder
        self._log = log
        self._starting = starting
        self._order = folder / f"{name}.order"
        self._hatchery: asyncio.subprocess.Process | None = None
        self._lives: asyncio.Task[None] | None = None
        self._pid = 0
        self._up = asyncio.Event()
        self._died = asyncio.Event()
        self._ahead = 0.0
        self.lives = 0
        self.kills = 0
        self.deaths: Counter[str] = Counter()
        self.uninvited: list[str] = []

    async def start(self) -> None:
        """Comes back when it is ready; from then on it is started again whenever it ends."""
        self._hatchery = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chaos.mortal",
            self.name,
            str(self._order),
            cwd=self._folder,
            env=dict(self._settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        self._lives = asyncio.create_task(self._live_on(), name=f"lives of {self.name}")
        await self.is_up()

    async def end(self) -> None:
        if self._lives is not None:
            self._lives.cancel()
        if self._hatchery is not None and self._hatchery.returncode is None:
            os.killpg(self._hatchery.pid, signal.SIGKILL)
            await self._hatchery.wait()

    async def is_up(self) -> None:
        async with asyncio.timeout(_LIFE_SECONDS):
            await self._up.wait()

    @property
    def lives_on(self) -> bool:
        return self._up.is_set()

    async def kill(self, *, hours: float = 0) -> None:
        """By SIGKILL; its next life has a clock that is so much further ahead."""
        await self.is_up()
        self._ahead += hours * 3600
        self.kills += 1
        self._up.clear()
        os.kill(self._pid, signal.SIGKILL)

    def order_death(self, point: Point, nth: int) -> None:
        """At the `nth` time from now on that it gets there."""
        draft = self._order.with_suffix(".new")
        draft.write_text(f"{nth} {point.name}")
        draft.replace(self._order)
        self._died.clear()

    def take_back_order(self) -> None:
        self._order.unlink(missing_ok=True)

    async def has_died(self, *, within: float) -> bool:
        """Of its last order, and before so many seconds were over."""
        try:
            await asyncio.wait_for(self._died.wait(), within)
        except TimeoutError:
            return False
        return True

    async def _live_on(self) -> None:
        await self._hear(re.compile(re.escape(HATCHERY)))
        while True:
            async with self._starting:
                killed = self.kills
                self._say(f"{self._ahead}\n")
                lines, is_ready = await self._hear(_READY[self.name])
                if is_ready:
                    self.lives += 1
                    self._up.set()
            if is_ready:
                lines, _ = await self._hear(re.compile(re.escape(ENDED)))
            self._up.clear()
            self._note_end(lines, was_killed=self.kills > killed)

    def _note_end(self, lines: list[str], *, was_killed: bool) -> None:
        """SIGKILL is ours, whether sent or ordered; every other end is its own."""
        point = next((line.removeprefix(DYING) for line in lines if line.startswith(DYING)), None)
        if point is not None:
            self.deaths[point] += 1
            self._died.set()
        elif not (was_killed and lines[-1] == f"{ENDED}{-signal.SIGKILL}"):
            self.uninvited.append(f"{self.name}: {' / '.join(lines[-_LAST_LINES:])}")

    def _say(self, words: str) -> None:
        assert self._hatchery is not None
        assert self._hatchery.stdin is not None
        self._hatchery.stdin.write(words.encode())

    async def _hear(self, pattern: re.Pattern[str]) -> tuple[list[str], bool]:
        """What it said up to a line that matches, or up to its end; and whether that line came."""
        assert self._hatchery is not None
        assert self._hatchery.stdout is not None
        lines: list[str] = []
        while raw := await self._hatchery.stdout.readline():
            line = raw.decode(errors="replace").rstrip()
            self._log.write(f"{self.name:>9} | {line}\n")
            lines.append(line)
            if line.startswith(BORN):
                self._pid = int(line.removeprefix(BORN))
            if pattern.search(line):
                return lines, True
            if line.startswith(ENDED):
                return lines, False
        raise AssertionError(f"{self.name} cannot be born any more: {lines}")
