"""The parts of the bridge's benchmark, by the names under which they can be asked for."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from core.embedded import Servers
from tests.bench.bridge import idle, road
from tests.bench.bridge.living import living
from tests.bench.bridge.tracing import read_spans
from tests.bench.figures import Figure, Part, Spread, spread_table
from tests.fixtures.servers import fresh_database


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything."""

    rounds: int = 3
    samples: int = 100
    idle_seconds: float = 30.0


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What every part stands on; the servers' own database is migrated and empty, to be copied. `log` is that of
    PostgreSQL."""

    folder: Path
    servers: Servers
    log: Path
    size: Size

    def fresh(self) -> AbstractAsyncContextManager[str]:
        """The address of an empty database."""
        return fresh_database(self.servers, urlsplit(self.servers.database_url).path.lstrip("/"))


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
        travelled = await road.trips(here, ground.size.samples)
    found = read_spans(spans)
    parts = road.breakdown(travelled, found)
    claimed = Spread.of("asking's commit → claim's commit", road.commit_to_claim(travelled, found))
    table = spread_table("Commit to claim, from the API's process to the bot's", [claimed])
    figure = Figure(what="commit to claim, p50", value=claimed.p50, unit="ms", at_most=5)
    return Part((table, *parts.tables), (figure,))


async def at_rest(ground: Ground) -> Part:
    async with ground.fresh() as url, living(ground.folder, url, ground.servers.redis_url) as here:
        found = await idle.idle(here, url, ground.servers.redis_url, ground.log, ground.size.idle_seconds)
    return idle.report(found)


PARTS: dict[str, Callable[[Ground], Coroutine[Any, Any, Part]]] = {
    "road": on_the_road,
    "breakdown": traced_road,
    "idle": at_rest,
}
