"""`just bench schedules`: one scheduler among ten thousand timers: how soon it is there, what it costs while nothing is
due, how late it is, and how long it takes for a thousand that are due in the same second.

Late is from when a run is due until the transaction with its job has committed, so that workers can see it. Beside it,
in the same seconds, somebody sleeps until such a moment and writes one row: what the machine allows.
"""

import asyncio
import gc
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import msgspec
from arq.connections import ArqRedis
from msgspec.structs import replace
from rich.console import Console
from sqlalchemy import func, insert, select, text

from core.actor import Actor
from core.catalog import CATALOG
from core.config import asyncpg_dsn
from core.db import Engines, new_id
from core.embedded import Servers, embedded_servers
from core.guilds.jobs import SyncPayload
from core.jobs.ring import Rung
from core.migrate import upgrade
from core.schedules.models import ScheduleModel
from core.schedules.schemas import CHANNEL, ScheduleChanges, ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import IntervalTrigger, OnceTrigger
from core.uow import Database
from tests.bench.figures import Figure, Spread, plain_table, shown, spread_table, target_table
from tests.builders.core import owner, powers, snapshot
from workers.ending import end
from workers.ring import RedisRing
from workers.scheduler import Scheduler

_SECRET = "gwt_whose-timers-are-measured"
_GUILDS = 20
_APART = timedelta(milliseconds=100)
_SOON = timedelta(seconds=2)
_AT_ONCE = 100
_COPY = insert(ScheduleModel.__table__)  # pyright: ignore[reportArgumentType] - declared as FromClause, is a Table


class Size(msgspec.Struct, frozen=True, kw_only=True):
    timers: int = 10_000
    burst: int = 1_000
    rounds: int = 3
    singles: int = 300
    edits: int = 30
    idle_seconds: float = 20.0


class House:
    """Its guilds, and its schedules, all of one owner. `rung` are the jobs whose transaction has committed, and when,
    by the clock of due times."""

    def __init__(self, servers: Servers) -> None:
        self.engines = Engines(servers.database_url)
        self.dsn = asyncpg_dsn(servers.database_url)
        self.rung: dict[uuid.UUID, datetime] = {}
        self._store = ArqRedis.from_url(servers.redis_url)
        self._wire = RedisRing(self._store)
        self.database = Database(self.engines, CATALOG, ring=self._ring)
        self.actor: Actor = owner()
        self._guilds: list[str] = []

    async def _ring(self, *rungs: Rung) -> None:
        self.rung |= dict.fromkeys((rung.job_id for rung in rungs), datetime.now(UTC))
        await self._wire(*rungs)

    async def build(self) -> None:
        async with self.database.unit() as unit:
            await unit.accounts.bootstrap_owner(_SECRET)
            asker = await unit.accounts.authenticate(_SECRET)
            self.actor = replace(owner(), account_id=asker.account_id, discord_user_id=None)
            for guild in (snapshot() for _ in range(_GUILDS)):
                await unit.guilds.store(guild, powers(guild), vouched=True)
                self._guilds.append(guild.guild_id)

    async def make(self, moments: Sequence[datetime]) -> list[uuid.UUID]:
        """A schedule for each, spread over the guilds: hourly ones that begin then. One is made as anybody would, the
        others are copies of it."""
        timing = Timing(trigger=IntervalTrigger(every_seconds=3600), time_zone="UTC")
        draft = ScheduleDraft(name="measured", payload=SyncPayload(), timing=timing, overlap="queue")
        async with self.database.unit() as unit:
            made = await unit.schedules.create(self.actor, self._guilds[0], draft)
        async with self.engines.writing.begin() as connection:
            first = (
                await connection.execute(select(ScheduleModel.__table__).where(ScheduleModel.id == made.id))
            ).one()
            rows: list[dict[str, Any]] = [
                {
                    **first._mapping,
                    "id": new_id(),
                    "guild_id": self._guilds[number % _GUILDS],
                    "timing": replace(
                        timing, trigger=IntervalTrigger(every_seconds=3600, anchor=at), starts_at=at
                    ),
                    "next_at": at,
                    "due_at": at,
                }
                for number, at in enumerate(moments)
            ]
            await connection.execute(_COPY, rows)
            await connection.execute(select(func.pg_notify(CHANNEL, "")))
        async with self.database.unit() as unit:
            await unit.schedules.delete(self.actor, made.id)
        return [row["id"] for row in rows]

    async def became_jobs(self, ids: Sequence[uuid.UUID]) -> list[tuple[datetime, datetime]]:
        """Of each of these schedules when its run was due, and when its job was there; waits for the last one."""
        while True:
            async with self.engines.connection() as connection:
                rows = await connection.execute(
                    text("SELECT due_at, job_id FROM schedule_runs WHERE schedule_id = ANY(:ids)"),
                    {"ids": list(ids)},
                )
                found = [(row.due_at, self.rung[row.job_id]) for row in rows if row.job_id in self.rung]
            if len(found) == len(ids):
                return found
            await asyncio.sleep(0.2)

    async def edit(self, schedule_id: uuid.UUID, run_at: datetime) -> None:
        changes = ScheduleChanges(trigger=OnceTrigger(run_at=run_at), starts_at=None)
        async with self.database.unit() as unit:
            await unit.schedules.edit(self.actor, schedule_id, changes)

    async def until_first_sleep(self) -> float:
        """Of a scheduler with connections of its own, as a process has that has just begun."""
        engines, begun = (
            Engines(self.engines.writing.url.render_as_string(hide_password=False)),
            time.monotonic(),
        )
        scheduler = Scheduler(Database(engines, CATALOG), dsn=self.dsn)
        await scheduler.run_until_idle()
        taken = time.monotonic() - begun
        await engines.dispose()
        return taken

    @asynccontextmanager
    async def scheduling(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(Scheduler(self.database, dsn=self.dsn).run())
        await asyncio.sleep(1)
        try:
            yield
        finally:
            await end(task)

    async def close(self) -> None:
        await self._store.aclose()
        await self.engines.dispose()


def run(console: Console, size: Size | None = None) -> None:
    size, begun, others = size or Size(), time.monotonic(), os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="guildwright-bench-") as name,
        embedded_servers(Path(name) / "servers") as servers,
    ):
        asyncio.run(upgrade(servers.database_url))
        asyncio.run(_measure(console, servers, size))
    console.print(
        f"The schedules took {time.monotonic() - begun:.0f} s on {os.cpu_count()} cores; PostgreSQL flushes every "
        f"commit. Before they began, {others:.1f} other programs wanted to run: on a busy machine all of it is slower."
    )


async def _measure(console: Console, servers: Servers, size: Size) -> None:
    house = House(servers)
    try:
        await house.build()
        later = datetime.now(UTC) + timedelta(hours=2)
        timers = await house.make([later + timedelta(seconds=number) for number in range(size.timers)])
        start = await house.until_first_sleep()
        gc.collect()
        gc.freeze()  # as the programs that schedule do at their start: ten thousand drafts are not looked through again
        async with house.scheduling():
            cpu = await _idle(size.idle_seconds)
            singles, asleep = await _singles(house, size.singles)
            edits = await _edits(house, timers[: size.edits])
            ours: list[float] = []
            floor: list[float] = []
            for _ in range(size.rounds):
                floor.append(await _floor(house.dsn, size.burst))
                ours.append(await _burst(house, size.burst))
    finally:
        gc.unfreeze()
        await house.close()
    console.print(
        spread_table(
            f"Late, among {size.timers:,} timers",
            (
                Spread.of("asleep until then, one row written (floor)", asleep),
                Spread.of("one alone", singles),
                Spread.of("edited to run at once", edits),
            ),
        )
    )
    bare = statistics.median(floor)
    console.print(
        plain_table(
            f"{size.burst:,} due in the same second",
            ("", "s", "x floor"),
            [
                ("rows locked, moved on and inserted, bare (floor)", shown(bare), "1.00"),
                *(
                    (f"the last one is a job, round {number}", shown(each), f"{each / bare:.2f}")
                    for number, each in enumerate(ours, 1)
                ),
            ],
        )
    )
    console.print(target_table(_figures(size, start=start, cpu=cpu, singles=singles, edits=edits, ours=ours)))


def _figures(
    size: Size, *, start: float, cpu: float, singles: list[float], edits: list[float], ours: list[float]
) -> tuple[Figure, ...]:
    burst = statistics.median(ours)
    alone = Spread.of("one alone", singles)
    return (
        Figure(what=f"start to first sleep, {size.timers:,} timers", value=start, unit="s", below=2),
        Figure(what="idle: CPU of the scheduler", value=cpu, unit="CPU", below=0.01),
        Figure(what="late when idle, p99", value=alone.p99, unit="ms", at_most=50),
        Figure(what="an edit acts, the slowest", value=max(edits), unit="s", at_most=1),
        Figure(what=f"{size.burst:,} at once are jobs, p50", value=burst, unit="s", at_most=2),
    )


async def _idle(seconds: float) -> float:
    """There is nothing else in this process."""
    await asyncio.sleep(3)
    begun, cpu = time.monotonic(), time.process_time()
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu) / (time.monotonic() - begun)


async def _singles(house: House, count: int) -> tuple[list[float], list[float]]:
    """Ours, and somebody who only sleeps and writes; each half-way between two of the other."""
    begin = datetime.now(UTC) + _SOON
    ids = await house.make([begin + _APART * number for number in range(count)])
    asleep = await _asleep(house.dsn, [begin + _APART * (number + 0.5) for number in range(count)])
    return _late(await house.became_jobs(ids)), asleep


async def _asleep(dsn: str, moments: Sequence[datetime]) -> list[float]:
    connection: Any = await cast("Any", asyncpg).connect(dsn)
    try:
        await connection.execute("CREATE TABLE asleep (at timestamptz)")
        late: list[float] = []
        for moment in moments:
            await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))
            await connection.execute("INSERT INTO asleep VALUES ($1)", moment)
            late.append((datetime.now(UTC) - moment).total_seconds())
        return late
    finally:
        await connection.close()


async def _edits(house: House, ids: Sequence[uuid.UUID]) -> list[float]:
    """Each to the next tenth of a second."""
    late: list[float] = []
    for schedule_id in ids:
        await house.edit(schedule_id, datetime.now(UTC) + _APART)
        late += _late(await house.became_jobs([schedule_id]))
    return late


async def _burst(house: House, count: int) -> float:
    at = datetime.now(UTC) + _SOON
    ids = await house.make([at] * count)
    await asyncio.sleep((at - datetime.now(UTC)).total_seconds() + 2)  # in which nobody asks how far it is
    return max((there - at).total_seconds() for _, there in await house.became_jobs(ids))


async def _floor(dsn: str, count: int) -> float:
    """The least that PostgreSQL has to do: rows that are locked and moved on in portions, each with one new row."""
    connection: Any = await cast("Any", asyncpg).connect(dsn)
    try:
        await connection.execute(
            "CREATE TEMP TABLE due (id uuid PRIMARY KEY, due_at timestamptz); CREATE INDEX ON due (due_at);"
            "CREATE TABLE IF NOT EXISTS floor (id uuid PRIMARY KEY, payload jsonb);"
        )
        await connection.executemany(
            "INSERT INTO due VALUES ($1, now())", [(new_id(),) for _ in range(count)]
        )
        begun = time.monotonic()
        while await _floor_portion(connection):
            pass
        return time.monotonic() - begun
    finally:
        await connection.close()


async def _floor_portion(connection: Any) -> int:
    async with connection.transaction():
        taken = await connection.fetch(
            "SELECT id FROM due WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED",
            _AT_ONCE,
        )
        moved = [(row["id"],) for row in taken]
        await connection.executemany("UPDATE due SET due_at = now() + interval '1 hour' WHERE id = $1", moved)
        await connection.executemany("INSERT INTO floor VALUES ($1, '{}')", [(new_id(),) for _ in moved])
    return len(taken)


def _late(found: Sequence[tuple[datetime, datetime]]) -> list[float]:
    return [(there - due).total_seconds() for due, there in found]
