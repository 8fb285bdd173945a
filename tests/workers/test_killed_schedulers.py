"""Schedulers that are killed: whatever they had begun is done once, by whoever comes next."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from core.clock import utc_now
from core.migrate import upgrade
from core.schedules.schemas import Schedule
from core.schedules.triggers import OnceTrigger
from tests.chaos.servers import mortal_servers
from tests.fixtures.environment import ROOT, child_environment
from tests.fixtures.patience import EXTRA
from tests.fixtures.size import SEED, sized
from tests.workers.mortal_scheduler import READY, Life
from tests.workers.scheduled import Clockwork, clockwork

MINUTE = timedelta(minutes=1)
KILLED = -signal.SIGKILL
STRIDE = sized(small=5, soak=1)
"""Of the points of a claim; each seed begins at another one."""
PROCESSES = 5
MOMENTS = sized(small=30, soak=600)
APART = timedelta(milliseconds=150)


class Hatchery:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def life(self, life: Life) -> int:
        """How it ended, or, of one that lives on, its process id."""
        stdin: Any = self._process.stdin
        stdin.write(msgspec.json.encode(life) + b"\n")
        return int(await self._line())

    async def _line(self) -> str:
        stdout: Any = self._process.stdout
        return (await stdout.readline()).decode().strip()

    async def is_ready(self) -> None:
        assert await self._line() == READY


@asynccontextmanager
async def hatchery(url: str) -> AsyncGenerator[Hatchery]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.workers.mortal_scheduler",
        url,
        cwd=ROOT,
        env=child_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        hatched = Hatchery(process)
        await hatched.is_ready()
        yield hatched
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        yield clocks


async def runs_with_jobs(clocks: Clockwork) -> list[tuple[Any, ...]]:
    """(schedule, occurrence, state, how many jobs it has), by schedule and time; and all jobs are of runs."""
    async with clocks.engines.connection() as connection:
        rows = await connection.execute(
            text(
                "SELECT schedule_id, occurrence, schedule_runs.state, count(jobs.id) FROM schedule_runs "
                "LEFT JOIN jobs ON jobs.id = job_id GROUP BY 1, 2, 3 ORDER BY 1, 2"
            )
        )
        found = [tuple(row) for row in rows]
    assert len(await clocks.jobs()) == sum(row[3] for row in found)
    return found


@pytest.mark.timeout(sized(small=EXTRA, soak=3600))
async def test_a_scheduler_that_is_killed_at_any_point_of_a_claim_leaves_nothing_half_done(
    clocks: Clockwork, database_url: str
) -> None:
    schedules = [await clocks.make(overlap="cancel_previous") for _ in range(2)]
    begin, deaths = clocks.now, 0
    async with hatchery(database_url) as hatched:
        for after in (False, True):
            last = 1 + SEED % STRIDE
            while True:
                clocks.now += MINUTE
                ended = await hatched.life(Life(now=clocks.now, last=last, after=after))
                await clocks.pass_time()
                rounds = (clocks.now - begin) // MINUTE
                for schedule in schedules:
                    found = [row for row in await runs_with_jobs(clocks) if row[0] == schedule.id]
                    assert [row[1] for row in found] == [begin + MINUTE * n for n in range(1, rounds + 1)]
                    assert [row[2] for row in found] == ["cancelled"] * (rounds - 1) + ["asked"]
                    assert {row[3] for row in found} == {1}
                if ended != KILLED:
                    assert ended == 0
                    break
                deaths += 1
                last += STRIDE
    assert deaths >= 2 * 15 // STRIDE, "a claim has more statements than that"


@pytest.mark.timeout(sized(small=EXTRA, soak=3600))
async def test_five_race_and_are_killed_while_postgresql_crashes_and_nothing_is_lost_or_done_twice(
    tmp_path: Path,
) -> None:
    async with mortal_servers(tmp_path / "servers") as servers:
        url = servers.urls.database_url
        await upgrade(url)
        async with clockwork(url) as clocks, hatchery(url) as hatched:
            clocks.now = utc_now()
            moments = [clocks.now + timedelta(seconds=5) + APART * number for number in range(MOMENTS)]
            schedules = [await clocks.make(OnceTrigger(run_at=moment)) for moment in moments]
            living = [await hatched.life(Life()) for _ in range(PROCESSES)]
            await _kill_one_after_the_other(hatched, living, moments[MOMENTS // 2])
            await servers.empty_redis()
            await servers.restart_postgres("immediate", away=0.3)
            await _kill_one_after_the_other(hatched, living, moments[-1])
            await _each_has_one_run(clocks, schedules)


async def _kill_one_after_the_other(hatched: Hatchery, living: list[int], until: datetime) -> None:
    """Each is followed by another."""
    while utc_now() < until:
        await asyncio.sleep(0.7)
        os.kill(living.pop(0), signal.SIGKILL)
        living.append(await hatched.life(Life()))


async def _each_has_one_run(clocks: Clockwork, schedules: list[Schedule]) -> None:
    """Waits for the last one."""
    while True:
        found = Counter(row[0] for row in await runs_with_jobs(clocks))
        if len(found) == len(schedules):
            break
        await asyncio.sleep(0.2)
    assert set(found.values()) == {1}
    rows = await runs_with_jobs(clocks)
    assert {(row[2], row[3]) for row in rows} == {("asked", 1)}
