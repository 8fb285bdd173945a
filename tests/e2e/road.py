"""The whole road as real processes: a simulated Discord and the API for a module, and bots that come, die and come
back."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from api.demo.answers import Plan, Template
from api.demo.client import Client, Simulator, Source
from api.demo.equality import Claim, differences_from
from api.demo.pictures import as_held
from api.demo.world import lived_in_guild
from core.processes import OwnProcess, ProcessGroup
from core.templates.example import EXAMPLE
from tests.fixtures.environment import child_environment
from tests.simulator.calls import Control
from tests.simulator.published import PUBLISHED

_LISTENING = re.compile(r"listening on (http://\S+)")
_BOT_TOKEN = "road-bot-token"
_OWNER_TOKEN = "gwt_" + "r" * 30
LEASE_SECONDS = 2


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """One guild, and the plan that makes it as the example document says."""

    guild_id: str
    template: Template
    document: dict[str, Any]
    plan: Plan

    def creates(self, kind: str) -> int:
        return sum(step["do"] == f"create_{kind}" for step in self.plan.steps)


class Road:
    """`client` is the API's, `sim` the simulator's control surface; `redis_url` is where both sides ring."""

    def __init__(
        self, group: ProcessGroup, http: httpx.AsyncClient, client: Client, settings: dict[str, str]
    ) -> None:
        self._group = group
        self._settings = settings
        self._simulator = Simulator(str(http.base_url).rstrip("/"))
        self.client = client
        self.sim = Control(http)
        self.redis_url = settings["REDIS_URL"]

    async def close(self) -> None:
        await self._simulator.close()

    async def start_bot(self) -> OwnProcess:
        """Comes back when it has read every guild."""
        command = [sys.executable, "-m", "bot"]
        env = self._settings | {"GUILDWRIGHT_LEASE_SECONDS": str(LEASE_SECONDS)}
        return await self._group.start("bot", command, env=env, ready=re.compile("Ready: in"))

    async def new_guild(self) -> str:
        """Its id."""
        return await self._simulator.create(lived_in_guild())

    async def trip(self, guild_id: str) -> Trip:
        """A plan for a new guild, once a bot has told of it."""
        await until(lambda: self._knows(guild_id))
        template = await self.client.import_template(
            Source(name=EXAMPLE.name, content=await asyncio.to_thread(EXAMPLE.read_bytes))
        )
        return Trip(
            guild_id=guild_id,
            template=template,
            document=await self.client.document(template),
            plan=await self.client.plan(guild_id, template),
        )

    async def _knows(self, guild_id: str) -> bool:
        return guild_id in {guild.id for guild in await self.client.guilds()}

    async def created(self, trip: Trip, kind: str) -> int:
        """How many roles or channels were created in the guild, by whomever, whether or not the answer arrived."""
        effects = (await self.sim("GET", "/effects"))["items"]
        path = f"/guilds/{trip.guild_id}/{kind}s"
        return sum(effect["method"] == "POST" and effect["path"] == path for effect in effects)

    async def wrong(self, trip: Trip) -> list[str]:
        """What is not as it should be after the job: nothing missing, nothing twice, nothing left to do."""
        left = await self.client.plan(trip.guild_id, trip.template)
        found = [f"left to do: {step['title']}" for step in left.steps]
        dump = await self._simulator.dump(trip.guild_id)
        claim = Claim(document=trip.document, plan=trip.plan, ids=left.matched)
        found += differences_from(claim, as_held(dump))
        for kind in ("role", "channel"):
            made, planned = await self.created(trip, kind), trip.creates(kind)
            if made != planned:
                found.append(f"{made} {kind}s were created and {planned} were planned")
            names = Counter(
                (thing.get("type"), thing.get("parent_id"), thing["name"]) for thing in dump[f"{kind}s"]
            )
            found += [f"{name} exists {count} times" for name, count in names.items() if count > 1]
        return found


@asynccontextmanager
async def travelling(folder: Path, database_url: str, redis_url: str, port: int) -> AsyncGenerator[Road]:
    """Without a bot yet."""
    async with ProcessGroup(env=child_environment(), sink=lambda _name, _line: None) as group:
        judge = ["--contract", str(PUBLISHED)] if PUBLISHED.exists() else []
        command = [sys.executable, "-m", "bot.simulator", "--token", _BOT_TOKEN, *judge]
        process = await group.start("simulator", command, cwd=folder, ready=_LISTENING)
        discord = next(found[1] for line in process.lines if (found := _LISTENING.search(line)))
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "GUILDWRIGHT_OWNER_TOKEN": _OWNER_TOKEN,
            "GUILDWRIGHT_PORT": str(port),
            "DISCORD_TOKEN": _BOT_TOKEN,
            "DISCORD_API_BASE": f"{discord}/api/v10",
        }
        await group.start("api", [sys.executable, "-m", "api"], cwd=folder, env=settings, ready=_LISTENING)
        client = Client(f"http://127.0.0.1:{port}", _OWNER_TOKEN)
        async with httpx.AsyncClient(base_url=discord) as http:
            road = Road(group, http, client, settings)
            try:
                yield road
            finally:
                await road.close()
                await client.close()


async def until(claim: Callable[[], Coroutine[Any, Any, bool]], *, seconds: float = 15) -> None:
    """Asks again and again; an error if it does not come true."""
    async with asyncio.timeout(seconds):
        while not await claim():  # noqa: ASYNC110 - what is asked is outside of this program
            await asyncio.sleep(0.02)
