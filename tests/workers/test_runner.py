"""The wire: a ring wakes a worker, and nothing depends on it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.config import asyncpg_dsn
from core.jobs.schemas import Job
from tests.fixtures.patience import PATIENCE
from tests.fixtures.size import sized
from tests.workers.conftest import Road
from workers import runner
from workers.ring import RedisRing
from workers.runner import PermitWorker
from workers.wire import connect, disconnect

SOON = sized(small=20.0, soak=3.0)
"""What a worker finds by itself, it finds within a look of two seconds; small is for a machine busy with much else."""


@asynccontextmanager
async def working(
    road: Road, redis_url: str, *, slots: int = 5, dsn: str | None = None, **options: Any
) -> AsyncGenerator[PermitWorker]:
    redis = connect(redis_url)
    worker = PermitWorker(redis, road.running(**options), road.database, slots=slots, dsn=dsn)
    task = asyncio.create_task(worker.main())
    await asyncio.sleep(0.2)
    try:
        yield worker
    finally:
        await worker.stop()
        await task
        with suppress(OSError):
            await disconnect(redis)


@asynccontextmanager
async def ringing(road: Road, redis_url: str) -> AsyncGenerator[None]:
    redis = connect(redis_url)
    road.database.ring = RedisRing(redis)
    yield
    await disconnect(redis)


async def settled(road: Road, job: Job, within: float) -> Job:
    deadline = time.monotonic() + within
    while not (seen := await road.see(job)).is_settled:
        assert time.monotonic() < deadline, f"still {seen.state}"
        await asyncio.sleep(0.01)
    return seen


async def test_a_rung_worker_begins_at_once(
    road: Road, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 3600)  # nothing but the bell wakes it
    async with ringing(road, redis_url), working(road, redis_url):
        await asyncio.sleep(0.3)
        job = await settled(road, await road.ask(), within=PATIENCE)
    assert job.state == "succeeded"


async def test_a_job_whose_ring_was_lost_is_found_within_three_seconds(road: Road, redis_url: str) -> None:
    async with working(road, redis_url):
        job = await settled(road, await road.ask(), within=SOON)
    assert job.state == "succeeded"


async def test_what_redis_lost_postgresql_tells_of_long_before_the_next_look(
    road: Road, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 600.0)
    async with working(road, redis_url, dsn=asyncpg_dsn(database_url)):
        for _ in range(2):
            assert (await settled(road, await road.ask(), within=PATIENCE)).state == "succeeded"


async def test_a_worker_that_hears_postgresql_comes_back_to_what_becomes_due(
    road: Road, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 600.0)
    async with working(road, redis_url, dsn=asyncpg_dsn(database_url)):
        job = await road.ask(run_at=datetime.now(UTC) + timedelta(seconds=1.5))
        assert (await settled(road, job, within=PATIENCE)).state == "succeeded"


async def test_a_lease_that_runs_out_is_taken_over_without_waiting_for_the_next_look(
    road: Road, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 600.0)
    job = await road.ask()
    async with road.database.unit() as unit:
        assert await unit.ledger.claim("bot", "somebody who died", 2.0) is not None
    async with working(road, redis_url, dsn=asyncpg_dsn(database_url)):
        assert (await settled(road, job, within=PATIENCE)).state == "succeeded"


async def test_the_end_of_a_pause_is_heard(
    road: Road, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 600.0)
    async with road.database.unit() as unit:
        await unit.pauses.pause(road.actor, None)
    async with working(road, redis_url, dsn=asyncpg_dsn(database_url)):
        job = await road.ask()
        await asyncio.sleep(1.5)
        assert (await road.see(job)).state == "queued"
        async with road.database.unit() as unit:
            await unit.pauses.resume(road.actor)
        assert (await settled(road, job, within=PATIENCE)).state == "succeeded"


async def test_emptying_redis_between_commit_and_pick_up_loses_nothing(road: Road, redis_url: str) -> None:
    async with ringing(road, redis_url):
        job = await road.ask()
    redis = connect(redis_url)
    await redis.flushall()
    await disconnect(redis)
    async with working(road, redis_url):
        assert (await settled(road, job, within=SOON)).state == "succeeded"
    assert len(road.things.made) == 1


async def test_jobs_run_while_redis_is_away(road: Road) -> None:
    async with working(road, "redis://127.0.0.1:1/0"):
        assert (await settled(road, await road.ask(), within=SOON)).state == "succeeded"


async def test_one_permit_is_enough_for_many_jobs_and_many_are_not_too_many(
    road: Road, redis_url: str
) -> None:
    async with ringing(road, redis_url):
        jobs = [await road.ask() for _ in range(25)]
        async with working(road, redis_url, slots=4):
            for job in jobs:
                await settled(road, job, within=PATIENCE)
    assert len(road.things.made) == len(set(road.things.made)) == 25


async def test_a_stopped_worker_has_handed_back_what_it_did_not_end(road: Road, redis_url: str) -> None:
    begun, go_on = 0, asyncio.Event()

    async def held() -> None:
        nonlocal begun
        begun += 1
        await go_on.wait()

    road.things.before = held
    jobs = [await road.ask(10) for _ in range(4)]
    async with working(road, redis_url) as worker:
        async with asyncio.timeout(PATIENCE):
            while begun < len(jobs):  # noqa: ASYNC110 - a number, not one event
                await asyncio.sleep(0.01)
        stopping = asyncio.create_task(worker.stop())
        await asyncio.sleep(0)
        go_on.set()
        await stopping
    seen = [await road.see(job) for job in jobs]
    assert {job.state for job in seen} == {"queued"}
    assert {job.attempts for job in seen} == {0}


@pytest.mark.parametrize("asked", [1, 3])
async def test_a_due_time_is_kept_without_a_ring(road: Road, redis_url: str, asked: int) -> None:
    async with working(road, redis_url):
        due = road.database.clock() + timedelta(seconds=0.5)
        jobs = [await road.ask(run_at=due) for _ in range(asked)]
        for job in jobs:
            ended = await settled(road, job, within=SOON)
            assert ended.started_at is not None
            assert ended.started_at >= due
