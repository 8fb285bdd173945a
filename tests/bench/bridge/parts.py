"""The parts of the bridge's benchmark, by the names under which they can be asked for."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
import redis.asyncio
from rich.table import Table

from core.embedded import Servers
from tests.bench.bridge import accepting, idle, picking, road
from tests.bench.bridge.contest import LEDGER, LEG, contestants, traced
from tests.bench.bridge.living import living
from tests.bench.bridge.tracing import read_spans
from tests.bench.figures import Figure, Part, Spread, spread_table
from tests.fixtures.servers import fresh_database


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything."""

    rounds: int = 3
    samples: int = 60
    idle_seconds: float = 30.0
    accepting_seconds: float = 2.0


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What every part stands on; the servers' own database is migrated and empty, to be copied. `log` is that of
    PostgreSQL."""

    folder: Path
    servers: Servers
    log: Path
    size: Size

    @asynccontextmanager
    async def fresh(self) -> AsyncGenerator[str]:
        """The address of an empty database; Redis is emptied too."""
        async with redis.asyncio.from_url(self.servers.redis_url) as store:
            await cast("Any", store).flushall()
        name = urlsplit(self.servers.database_url).path.lstrip("/")
        async with fresh_database(self.servers, name) as url:
            yield url


async def on_the_road(ground: Ground) -> Part:
    """Latency of the whole road."""
    async with ground.fresh() as url, living(ground.folder, url, ground.servers.redis_url) as here:
        await road.trips(here, 10)
        rounds: list[list[road.Trip]] = []
        floor: list[road.Trip] = []
        for _ in range(ground.size.rounds):
            floor += await road.straight_trips(here, max(ground.size.samples // 4, 2))
            rounds.append(await road.trips(here, ground.size.samples))
    return road.latency(rounds, floor)


async def traced_road(ground: Ground) -> Part:
    """The same once more with a note of every part of it; also what is between two commits."""
    spans = ground.folder / "spans"
    spans.unlink(missing_ok=True)
    async with (
        ground.fresh() as url,
        living(ground.folder, url, ground.servers.redis_url, spans=spans) as here,
    ):
        await road.trips(here, 10)
        travelled = await road.trips(here, max(ground.size.samples // 2, 2))
    found = read_spans(spans)
    claimed = Spread.of("asking's commit → claim's commit", road.commit_to_claim(travelled, found))
    table = spread_table("Commit to claim, from the API's process to the bot's", [claimed])
    figure = Figure(what="commit to claim, p50", value=claimed.p50, unit="ms", at_most=5)
    return Part((table, road.breakdown(travelled, found)), (figure,))


async def at_rest(ground: Ground) -> Part:
    async with ground.fresh() as url, living(ground.folder, url, ground.servers.redis_url) as here:
        found = await idle.idle(here, url, ground.servers.redis_url, ground.log, ground.size.idle_seconds)
    return idle.report(found)


async def contest(ground: Ground) -> Part:
    """Both questions to the same processes."""
    amount = picking.Amount(rounds=ground.size.rounds)
    async with (
        ground.fresh() as url,
        contestants(ground.servers, url, ground.folder) as those,
    ):
        first = await picking.pick_up(those, amount)
        second = await picking.drain(those, amount)
    inside = [table for name in (LEG, LEDGER) for table in await _inside(ground, name)]
    return Part((*first.tables, *second.tables, *inside), (*first.figures, *second.figures))


async def _inside(ground: Ground, name: str) -> list[Table]:
    async with (
        ground.fresh() as url,
        traced(name, ground.servers, url, ground.folder) as (contestant, spans),
    ):
        return [
            await picking.where_pick_up_goes(contestant, spans, 40),
            await picking.where_jobs_go(contestant, spans, 100),
        ]


async def accepted(ground: Ground) -> Part:
    """While the bot is away nothing but accepting is done."""
    redis_url, seconds = ground.servers.redis_url, ground.size.accepting_seconds
    alone: list[accepting.Accepted] = []
    floor: list[accepting.Accepted] = []
    beside: list[accepting.Accepted] = []
    async with ground.fresh() as url, living(ground.folder, url, redis_url, bot=False) as here:
        for _ in range(ground.size.rounds):
            floor.append(await accepting.health(here, seconds / 2))
            alone.append(await accepting.jobs(here, seconds))
    async with ground.fresh() as url, living(ground.folder, url, redis_url) as here:
        beside += [await accepting.jobs(here, seconds) for _ in range(ground.size.rounds)]
    table = accepting.report(
        {
            "floor: GET /health/live": floor,
            "jobs, the bot away": alone,
            "jobs, the bot running them meanwhile": beside,
        }
    )
    return Part((table,))


PARTS: dict[str, Callable[[Ground], Coroutine[Any, Any, Part]]] = {
    "contest": contest,
    "road": on_the_road,
    "breakdown": traced_road,
    "accepting": accepted,
    "idle": at_rest,
}
