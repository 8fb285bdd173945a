"""The API and the bot: killed, dying, and started again for as long as the storm lasts."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from core.processes import OwnProcess, ProcessFailed, ProcessGroup
from tests.chaos.points import DYING, ORDER_FILE, SHIFT, Point
from tests.chaos.points import Program as Name

_READY = {"api": re.compile(r"listening on"), "bot": re.compile(r"Ready: in")}
_LIFE_SECONDS = 90.0
_LOOK_SECONDS = 0.02


class Mortal:
    """One program through all its lives. `deaths` counts the points it died at, `uninvited` is how it ended without
    being told to: there must be none of it."""

    def __init__(
        self, name: Name, group: ProcessGroup, settings: Mapping[str, str], folder: Path, starting: asyncio.Lock
    ) -> None:
        self.name: Name = name
        self._group = group
        self._folder = folder
        self._settings = settings
        self._starting = starting
        self._order = folder / f"{name}.order"
        self._process: OwnProcess | None = None
        self._life: asyncio.Task[None] | None = None
        self._killed: set[int] = set()
        self._ordered = 0
        self._over = False
        self._up = asyncio.Event()
        self.shift = 0.0
        self.lives = 0
        self.kills = 0
        self.deaths: Counter[str] = Counter()
        self.uninvited: list[str] = []

    async def start(self) -> None:
        """Comes back when it is ready; from then on it is started again whenever it ends."""
        self._life = asyncio.create_task(self._live(), name=f"lives of {self.name}")
        await self.is_up()

    async def is_up(self) -> None:
        async with asyncio.timeout(_LIFE_SECONDS):
            await self._up.wait()

    async def kill(self, *, hours: float = 0) -> None:
        """By SIGKILL; its next life has a clock that is so much further ahead."""
        await self.is_up()
        assert self._process is not None
        self.shift += hours * 3600
        self._killed.add(self._process.pid)
        self.kills += 1
        self._up.clear()
        await self._process.kill()

    def order_death(self, point: Point, nth: int) -> None:
        """At the `nth` time from now on that it gets there."""
        self._ordered += 1
        draft = self._order.with_suffix(".new")
        draft.write_text(f"{nth} {point.name}")
        draft.replace(self._order)

    def take_back_order(self) -> bool:
        """Whether it had not died of it."""
        was_there = self._order.exists()
        self._order.unlink(missing_ok=True)
        return was_there

    async def has_died_at(self, point: Point, times: int) -> None:
        while self.deaths[point.name] < times:  # noqa: ASYNC110 - it is another process that dies
            await asyncio.sleep(_LOOK_SECONDS)

    async def let_be(self) -> None:
        """It lives on, but is not started again."""
        await self.is_up()
        self._over = True

    async def end(self) -> None:
        self._over = True
        if self._life is not None:
            self._life.cancel()

    @property
    def lives_on(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _live(self) -> None:
        while not self._over:
            try:
                process = await self._born()
            except ProcessFailed as error:
                self.uninvited.append(str(error))
                return
            status = await process.wait()
            self._up.clear()
            self._note_end(process, status)

    async def _born(self) -> OwnProcess:
        async with self._starting:
            self._process = process = await self._group.start(
                self.name,
                [sys.executable, "-m", "tests.chaos.mortal", self.name],
                cwd=self._folder,
                env={**self._settings, ORDER_FILE: str(self._order), SHIFT: str(self.shift)},
                ready=_READY[self.name],
                patience=_LIFE_SECONDS,
            )
        self.lives += 1
        self._up.set()
        return process

    def _note_end(self, process: OwnProcess, status: int) -> None:
        died_at = next((line for line in reversed(process.lines) if line.startswith(DYING)), None)
        if died_at is not None:
            self.deaths[died_at.removeprefix(DYING)] += 1
        elif process.pid not in self._killed and not self._over:
            self.uninvited.append(f"{self.name} ended with status {status}: {' / '.join(list(process.lines)[-5:])}")
