"""No part of a process ends unnoticed: it begins anew, or the process ends with it."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import stamina

from core.supervision import keep_going
from tests.fixtures.patience import PATIENCE
from tests.workers.conftest import Road
from tests.workers.test_runner import ringing, settled, working
from workers import runner
from workers.care import JobCare
from workers.ending import end
from workers.heartbeat import heartbeat
from workers.runner import PermitWorker
from workers.wire import connect, disconnect


class Trouble(Exception):
    """Nothing of ours expects it."""


class Failing:
    """Raises as often as told before it goes on."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.begun = 0

    def strike(self) -> None:
        self.begun += 1
        if self.begun <= self.times:
            raise Trouble(f"failure {self.begun}")

    async def work(self) -> None:
        self.strike()


async def test_what_fails_is_told_and_begun_anew(caplog: pytest.LogCaptureFixture) -> None:
    failing = Failing(2)
    with caplog.at_level(logging.ERROR, "core.supervision"):
        await keep_going("The part", failing.work)
    assert failing.begun == 3
    assert [record.message for record in caplog.records] == ["The part ended in an error of ours"] * 2


async def test_what_fails_again_and_again_is_given_up_where_it_must_not_be_missed() -> None:
    failing = Failing(99)
    with pytest.raises(Trouble, match="failure 2"):
        await keep_going("The part", failing.work, tries=2)


async def test_what_is_cancelled_is_not_begun_anew() -> None:
    begun: list[None] = []
    has_begun = asyncio.Event()

    async def work() -> None:
        begun.append(None)
        has_begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_going("The part", work))
    await asyncio.wait_for(has_begun.wait(), PATIENCE)
    await end(task)
    assert task.cancelled()
    assert len(begun) == 1


async def test_the_bell_is_heard_again_after_listening_for_it_failed(
    road: Road, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, bells, listens = Failing(1), runner.bells, asyncio.Event()

    async def bells_that_fail(*args: Any) -> AsyncIterator[None]:
        failing.strike()
        async for ring in bells(*args):
            listens.set()
            yield ring

    monkeypatch.setattr(runner, "bells", bells_that_fail)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 3600)  # nothing but the bell wakes it
    async with ringing(road, redis_url), working(road, redis_url):
        await asyncio.wait_for(listens.wait(), PATIENCE)
        job = await settled(road, await road.ask(), within=PATIENCE)
    assert job.state == "succeeded"


class FailingWorker(PermitWorker):
    """Its loop fails as often as told."""

    failing: Failing

    async def _poll_iteration(self) -> None:
        self.failing.strike()
        await super()._poll_iteration()


@asynccontextmanager
async def failing_worker(
    road: Road, redis_url: str, times: int
) -> AsyncGenerator[tuple[FailingWorker, asyncio.Task[None]]]:
    redis = connect(redis_url)
    worker = FailingWorker(redis, road.running(), road.database, slots=2)
    worker.failing = Failing(times)
    task = asyncio.create_task(worker.main())
    try:
        yield worker, task
    finally:
        await worker.stop()
        await asyncio.wait({task})
        await disconnect(redis)


async def test_a_worker_whose_loop_fails_goes_on(road: Road, redis_url: str) -> None:
    async with failing_worker(road, redis_url, times=2):
        assert (await settled(road, await road.ask(), within=PATIENCE)).state == "succeeded"


async def test_a_worker_whose_loop_fails_for_good_ends_instead_of_working_at_nothing(
    road: Road, redis_url: str
) -> None:
    with stamina.set_testing(True, attempts=5, cap=True):  # no pauses
        async with failing_worker(road, redis_url, times=10**6) as (_, task):
            await asyncio.wait({task}, timeout=PATIENCE)
            assert isinstance(task.exception(), Trouble)


async def test_a_heartbeat_goes_on_after_an_error(road: Road) -> None:
    failing = Failing(1)

    def details() -> dict[str, Any]:
        failing.strike()
        return {}

    async with heartbeat(road.database, "test", "bot", details):
        deadline = time.monotonic() + PATIENCE
        while not await _lives(road):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


async def _lives(road: Road) -> bool:
    async with road.database.read() as unit:
        return await unit.processes.is_bot_alive()


class FailingCare(JobCare):
    failing = Failing(1)

    async def look_after(self) -> None:
        self.failing.strike()
        await super().look_after()


async def test_looking_after_jobs_goes_on_after_an_error(road: Road) -> None:
    job = await road.ask()
    task = asyncio.create_task(FailingCare(road.database).run())
    deadline = time.monotonic() + PATIENCE
    while (await road.see(job)).waiting_for != "bot":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await end(task)


async def test_jobs_run_while_redis_takes_connections_and_answers_nothing(road: Road) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        async with ringing(road, url), working(road, url):
            for _ in range(3):
                assert (await settled(road, await road.ask(), within=PATIENCE)).state == "succeeded"


async def test_what_is_kept_going_ends_when_it_is_cancelled_once() -> None:
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(keep_going("Work", work))
    await asyncio.sleep(0.05)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    assert task in done
    assert task.cancelled()
    assert begun == 1
