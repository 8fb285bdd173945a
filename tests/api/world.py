"""A small installation to ask things of: one guild, one owner, and hands that do jobs."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx
from litestar import Litestar
from sqlalchemy import text

from api.parts import parts_in
from core.actor import SYSTEM
from core.catalog import CATALOG
from core.db import Base
from core.discord.gateway import DiscordGateway
from core.discord.pace import UNTOLD, Pace
from core.discord.resources import GuildDetails
from core.discord.types import BotPowers, Snapshot
from core.jobs.ring import Rung
from core.uow import Database
from tests.builders.core import powers, snapshot
from workers.jobs import MODULES
from workers.registry import Registry
from workers.running import Running

_OF_THEMSELVES = {
    "processes": "false",
    "job_events": "NOT (type = 'job.waiting' AND data ->> 'waiting_for' = 'bot')",
}
"""What housekeeping writes at a moment of its own: heartbeats, and that a job waits for a bot that is not there."""
_ROWS = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', count(*) FROM {table.name} WHERE {_OF_THEMSELVES.get(table.name, 'true')}"
        for table in Base.metadata.sorted_tables
    )
)
_IN_LINE = "SELECT count(*) FROM jobs WHERE state = 'queued' OR waiting_for = 'bot'"
SECRET = "gwt_the-owner-of-these-tests"
YAML = {"Content-Type": "application/yaml"}
DOCUMENT: dict[str, Any] = {
    "guildwright": 1,
    "roles": [{"key": "staff", "name": "Staff", "permissions": ["kick_members"]}],
    "channels": [{"key": "hall", "type": "text", "name": "hall"}],
}


def transport_to(app: Litestar) -> httpx.ASGITransport:
    """Into this process; httpx and litestar describe ASGI in types of their own."""
    return httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)


class Rings:
    """Remembers who was rung."""

    def __init__(self) -> None:
        self.rung: list[Rung] = []

    async def __call__(self, *rungs: Rung) -> None:
        self.rung += rungs


class Api:
    """The HTTP client with its database beside it."""

    def __init__(self, app: Litestar, client: httpx.AsyncClient, database: Database, rings: Rings) -> None:
        self.app = app
        self.client = client
        self.database = database
        self.rings = rings

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1{path}", **options)

    async def guild(self, **options: Any) -> str:
        """A guild that the bot has told of."""
        seen = snapshot(**options)
        async with self.database.unit() as unit:
            await unit.guilds.store(seen, powers(seen), vouched=True)
        return seen.guild_id

    async def template(self, **fields: Any) -> dict[str, Any]:
        return (await self.post("/templates", json={"name": "Ours", "document": DOCUMENT, **fields})).json()

    async def work(self) -> int:
        """What the bot would do now; answers how many jobs that were."""
        async with self.database.read() as unit:
            seen = await _all_guilds(unit)
        hands = _hands(self.database, seen)
        done = await hands.run_until_none()
        if not done and await self.scalar(_IN_LINE):
            # Housekeeping held its row just then, saying that no bot is there: a worker looks again, too.
            await asyncio.sleep(0.5)
            done = await hands.run_until_none()
        return done

    async def capture(self, guild_id: str) -> UUID:
        """The id of a new snapshot."""
        job = (await self.post(f"/guilds/{guild_id}/captures")).json()
        await self.work()
        return UUID((await self.get(f"/jobs/{job['id']}")).json()["result"]["snapshot_id"])

    async def rows(self) -> dict[str, int]:
        """How many each table has, but for what comes by itself."""
        async with self.database.engines.connection() as connection:
            return {str(name): int(count) for name, count in await connection.execute(_ROWS)}

    async def keep_bot(self) -> None:
        """From now on a bot seems to be there, so that housekeeping says of no job that it waits for one."""
        async with self.database.unit() as unit:
            await unit.processes.beat("bot@tests:1", "bot", {})
        await self.execute("UPDATE processes SET heartbeat_at = now() + interval '1 day' WHERE kind = 'bot'")

    async def scalar(self, statement: str, **values: Any) -> Any:
        async with self.database.engines.connection() as connection:
            return await connection.scalar(text(statement), values)

    async def all_wait(self, watchers: int) -> None:
        """Until so many watch jobs; then none of them holds a connection to the database."""
        hub, pool = cast("Any", parts_in(self.app).hub), cast("Any", self.database.engines.reading.pool)
        for _ in range(750):
            if sum(map(len, hub._watches.values())) >= watchers and not pool.checkedout():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{pool.checkedout()} connections are held")

    async def execute(self, *statements: str) -> None:
        async with self.database.engines.writing.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))


async def refused(api: Api, answer: httpx.Response, before: dict[str, int], status: int) -> dict[str, Any]:
    """The problem, once it is clear that nothing was written and nobody was rung."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await api.rows() == before
    assert api.rings.rung == []
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"]
    assert problem["instance"] == answer.request.url.path
    return problem


async def _all_guilds(unit: Any) -> dict[str, tuple[Snapshot, BotPowers]]:
    page = await unit.guilds.list(SYSTEM)
    views = [await unit.guilds.view(SYSTEM, guild.id) for guild in page.items]
    return {view.guild.id: (view.structure, view.powers) for view in views}


def _hands(database: Database, seen: dict[str, tuple[Snapshot, BotPowers]]) -> Running:
    async def read_guild(guild_id: str) -> Snapshot:
        return seen[guild_id][0]

    async def read_powers(guild_id: str) -> BotPowers:
        return seen[guild_id][1]

    async def read_details(guild_id: str) -> GuildDetails:
        return GuildDetails()

    async def read_pace(guild_id: str) -> Pace:
        return UNTOLD

    async def read_owners() -> frozenset[str]:
        return frozenset()

    async def count_members(guild_id: str) -> None:
        return None

    async def read_image(path: str) -> None:
        return None

    reads = SimpleNamespace(
        read_guild=read_guild,
        read_powers=read_powers,
        read_pace=read_pace,
        read_details=read_details,
        read_image=read_image,
        read_owners=read_owners,
        count_members=count_members,
    )
    gateway = cast("DiscordGateway", reads)
    return Running(database, Registry(CATALOG, MODULES), gateway, lane="bot", holder="tests")
