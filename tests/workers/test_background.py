"""The background lane: the same hands without a gateway."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import event

from core.access.schemas import Person
from core.accounts.schemas import DiscordLogin, Visit
from core.actor import SYSTEM, Actor
from core.composition.people import People
from core.config import asyncpg_dsn
from core.db import Engines
from core.discord.permissions import Permission
from core.jobs.schemas import Job
from core.jobs.spec import Catalog, JobSpec
from core.uow import Database
from tests.builders.core import owner, powers, snapshot, snowflake
from tests.builders.jobs import MAKE, maker
from tests.fixtures.keys import keyring
from tests.fixtures.patience import PATIENCE
from tests.workers.conftest import OWNER_TOKEN, Road
from tests.workers.test_runner import ringing, settled
from workers import runner
from workers.registry import BackgroundContext, Registry, runs_in_background
from workers.runner import PermitWorker
from workers.running import Running
from workers.wire import connect, disconnect


class SweepPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="test.sweep"):
    rooms: int = 1


class SweepResult(msgspec.Struct, frozen=True, tag_field="kind", tag="test.sweep"):
    swept: int


SWEEP = JobSpec(
    kind="test.sweep",
    payload=SweepPayload,
    result=SweepResult,
    bits=int(Permission.MANAGE_GUILD),
    lane="background",
)


class Floor(Road):
    """A guild, and one who sweeps it, and a room at a time when it is told to."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.swept = 0
        self.room_seconds = 0.0
        self.has_begun = asyncio.Event()

    def sweeping(self) -> Running:
        async def room(reason: str) -> None:
            await asyncio.sleep(self.room_seconds)
            self.swept += 1
            self.has_begun.set()

        @runs_in_background(SWEEP)
        async def sweep(job: BackgroundContext, payload: SweepPayload) -> SweepResult:
            for number in range(payload.rooms):
                await job.journal.perform(f"room:{number}", f"sweeping room {number}", room)
            return SweepResult(swept=payload.rooms)

        modules = [cast("ModuleType", SimpleNamespace(make=maker(self.things), sweep=sweep))]
        registry = Registry(self.database.catalog, modules)
        return Running(self.database, registry, None, lane="background", holder="sweeper")

    async def sweep(self, rooms: int = 1, *, actor: Actor = SYSTEM, guild_id: str | None = None) -> Job:
        async with self.database.unit() as unit:
            return await unit.jobs.ask(actor, SWEEP, SweepPayload(rooms=rooms), guild_id=guild_id)


@pytest.fixture
async def floor(database_url: str) -> AsyncIterator[Floor]:
    engines = Engines(database_url)
    database = Database(engines, Catalog((MAKE, SWEEP)), people=People(keyring=keyring()))
    guild = snapshot()
    async with database.unit() as unit:
        await unit.guilds.store(guild, powers(guild), vouched=True)
        await unit.accounts.bootstrap_owner(OWNER_TOKEN)
        asker = await unit.accounts.authenticate(OWNER_TOKEN)
    yield Floor(database, guild.guild_id, replace(owner(), account_id=asker.account_id))
    await engines.dispose()


class CountedWorker(PermitWorker):
    """Counts how often it was woken."""

    polls = 0

    async def _poll_iteration(self) -> None:
        await super()._poll_iteration()
        self.polls += 1


@asynccontextmanager
async def at_work(
    floor: Floor, redis_url: str | None, dsn: str | None = None
) -> AsyncGenerator[CountedWorker]:
    redis = None if redis_url is None else connect(redis_url)
    worker = CountedWorker(redis, floor.sweeping(), floor.database, slots=2, dsn=dsn)
    task = asyncio.create_task(worker.main())
    try:
        yield worker
    finally:
        await worker.stop()
        await task
        if redis is not None:
            await disconnect(redis)


async def test_what_needs_no_gateway_is_done_without_one(floor: Floor) -> None:
    job = await floor.sweep(3)
    await floor.sweeping().run_until_none()
    seen = await floor.see(job)
    assert (seen.state, seen.result) == ("succeeded", {"kind": "test.sweep", "swept": 3})


async def test_each_lane_does_its_own_jobs_alone(floor: Floor) -> None:
    swept, made = await floor.sweep(), await floor.ask()
    assert await floor.sweeping().run_until_none() == 1
    assert [(await floor.see(job)).state for job in (swept, made)] == ["succeeded", "queued"]


async def test_a_ring_wakes_the_lane_it_is_for(
    floor: Floor, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 3600)  # nothing but the bell wakes it
    async with ringing(floor, redis_url), at_work(floor, redis_url):
        await settled(floor, await floor.sweep(), within=PATIENCE)
        await settled(floor, await floor.sweep(), within=PATIENCE)


async def test_without_redis_postgresql_is_heard(
    floor: Floor, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 3600)
    async with at_work(floor, None, asyncpg_dsn(database_url)):
        for _ in range(2):
            await settled(floor, await floor.sweep(), within=PATIENCE)


async def test_idle_it_asks_nobody_for_anything(
    floor: Floor, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two looks, that is: they are as far apart as the bot's."""
    monkeypatch.setattr(runner, "UNHURRIED_LOOK_SECONDS", 3600)
    asked: list[str] = []
    async with ringing(floor, redis_url), at_work(floor, redis_url, asyncpg_dsn(database_url)) as worker:
        await settled(floor, await floor.sweep(), within=PATIENCE)
        await asyncio.sleep(3 * runner._LOOKS_APART_SECONDS)
        for engine in (floor.database.engines.writing, floor.database.engines.reading):
            event.listen(engine.sync_engine, "before_cursor_execute", lambda *heard: asked.append(heard[2]))
        polls = worker.polls
        await asyncio.sleep(1)
        assert worker.polls == polls
    assert asked == []


async def test_who_stops_ends_the_present_step_and_hands_back(floor: Floor, redis_url: str) -> None:
    floor.room_seconds = 0.05
    job = await floor.sweep(10_000)
    async with at_work(floor, redis_url):
        await asyncio.wait_for(floor.has_begun.wait(), PATIENCE)
    seen = await floor.see(job)
    assert (seen.state, seen.attempts, seen.progress.done) == ("queued", 0, floor.swept)


async def moderator(floor: Floor, bits: Permission) -> tuple[Actor, str]:
    login = DiscordLogin(
        user_id=snowflake(), name="ada", access_token="a", expires_in=600, scopes="identify guilds"
    )
    async with floor.database.unit() as unit:
        made = await unit.sessions.log_in(login, Visit())
        await unit.access.note_login(made.account_id, login.user_id, "ada", ())
    await seen_with(floor, login.user_id, bits)
    async with floor.database.read() as unit:
        return await unit.access.resolve(await unit.sessions.authenticate(made.secret)), login.user_id


async def seen_with(floor: Floor, user_id: str, bits: Permission | None) -> None:
    async with floor.database.unit() as unit:
        if bits is None:
            await unit.access.keep_people(floor.guild_id, [], gone=[user_id])
        else:
            person = Person(guild_id=floor.guild_id, user_id=user_id, name="ada", bits=int(bits))
            await unit.access.keep_people(floor.guild_id, [person])


@pytest.mark.parametrize(
    ("since", "code"),
    [
        (Permission.MANAGE_GUILD, None),
        (Permission.MANAGE_MESSAGES, "lost the permission"),
        (Permission(0), "is user there by now"),
        (None, "no member"),
    ],
)
async def test_what_the_asker_may_is_what_the_bot_last_saw_of_them(
    floor: Floor, since: Permission | None, code: str | None
) -> None:
    actor, user_id = await moderator(floor, Permission.MANAGE_GUILD)
    job = await floor.sweep(actor=actor, guild_id=floor.guild_id)
    await seen_with(floor, user_id, since)
    await floor.sweeping().run_until_none()
    seen = await floor.see(job)
    if code is None:
        assert seen.state == "succeeded"
    else:
        assert (seen.state, floor.swept) == ("failed", 0)
        assert seen.error is not None
        assert seen.error.code == "authority_lost"
        assert code in seen.error.message
