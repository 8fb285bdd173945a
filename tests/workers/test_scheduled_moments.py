"""Schedulers by the real clock: nothing before its moment, and nobody busy with what another one has."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from core.catalog import CATALOG
from core.clock import Clock, utc_now
from core.config import asyncpg_dsn
from core.jobs.ring import Rung
from core.schedules.triggers import OnceTrigger
from core.uow import Database
from tests.fixtures.patience import PATIENCE
from tests.workers.scheduled import Clockwork, clockwork
from workers.ending import end
from workers.scheduler import Scheduler

SOON = timedelta(seconds=0.4)


@pytest.fixture
async def clocks(database_url: str) -> AsyncIterator[Clockwork]:
    async with clockwork(database_url) as clocks:
        clocks.now = utc_now()
        yield clocks


@asynccontextmanager
async def scheduling(clocks: Clockwork, clock: Clock = utc_now) -> AsyncGenerator[asyncio.Queue[datetime]]:
    """Gives when its jobs were there for others."""
    there: asyncio.Queue[datetime] = asyncio.Queue()

    async def ring(*rungs: Rung) -> None:
        for _ in rungs:
            there.put_nowait(utc_now())

    database = Database(clocks.engines, CATALOG, clock=clock, ring=ring)
    task = asyncio.create_task(Scheduler(database, dsn=asyncpg_dsn(clocks.database_url)).run())
    try:
        yield there
    finally:
        await end(task)


async def next_of(there: asyncio.Queue[datetime]) -> datetime:
    async with asyncio.timeout(PATIENCE):
        return await there.get()


async def test_nothing_becomes_a_job_before_its_moment(clocks: Clockwork) -> None:
    async with scheduling(clocks) as there:
        for _ in range(3):
            clocks.now = utc_now()
            moment = clocks.now + SOON
            schedule = await clocks.make(OnceTrigger(run_at=moment))
            while not (runs := await clocks.runs(schedule)):  # noqa: ASYNC110 - it is rows that are looked at
                await asyncio.sleep(0.005)
            assert utc_now() >= moment
            assert await next_of(there) >= moment
            assert runs[0].asked_at is not None
            assert runs[0].asked_at >= moment


async def test_a_clock_that_stands_still_or_is_put_back_brings_nothing_forward(clocks: Clockwork) -> None:
    schedule = await clocks.make(OnceTrigger(run_at=clocks.now + timedelta(milliseconds=50)))
    async with scheduling(clocks, lambda: clocks.now) as there:
        await asyncio.sleep(0.5)
        assert await clocks.runs(schedule) == []
        assert there.empty()
        clocks.now += timedelta(milliseconds=50)
        await next_of(there)
    [run] = await clocks.runs(schedule)
    assert run.asked_at == run.occurrence


async def test_what_another_process_has_taken_is_not_asked_for_again_and_again(clocks: Clockwork) -> None:
    statements, begun = 0, asyncio.Event()

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        begun.set()

    schedule = await clocks.make(OnceTrigger(run_at=clocks.now + SOON))
    async with clocks.engines.writing.begin() as other:
        await other.execute(text("SELECT 1 FROM schedules FOR UPDATE"))
        async with scheduling(clocks) as there:
            event.listen(clocks.engines.writing.sync_engine, "before_cursor_execute", count)
            async with asyncio.timeout(PATIENCE):
                await begun.wait()
            await asyncio.sleep(0.5)
            assert statements < 50
            assert there.empty()
            await other.rollback()
            await next_of(there)
    [run] = await clocks.runs(schedule)
    assert run.state == "asked"


async def test_nobody_takes_what_is_far_off(clocks: Clockwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.scheduler._LONGEST_SECONDS", 0.01)
    taken, rounds = 0, asyncio.Semaphore(0)

    def taking(*told: Any) -> None:
        nonlocal taken
        taken += "SKIP LOCKED" in told[2]

    await clocks.make(OnceTrigger(run_at=clocks.now + timedelta(hours=1)))
    event.listen(clocks.engines.writing.sync_engine, "before_cursor_execute", taking)
    event.listen(clocks.engines.reading.sync_engine, "before_cursor_execute", lambda *_: rounds.release())
    async with scheduling(clocks), asyncio.timeout(PATIENCE):
        for _ in range(10):
            await rounds.acquire()
    assert taken == 0
