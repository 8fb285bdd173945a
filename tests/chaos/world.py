"""Everything that takes part, as real processes and servers of this run alone."""

import random
import re
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from api.demo.client import Client
from core.migrate import upgrade
from core.processes import ProcessGroup, append_to
from tests.chaos.askers import Askers
from tests.chaos.programs import Mortal
from tests.chaos.scenery import Discord, furnish
from tests.chaos.servers import MortalServers, mortal_servers
from tests.chaos.wishes import Things, Wish, Wishing
from tests.e2e.road import Road, Trip
from tests.fixtures.environment import child_environment

_LISTENING = re.compile(r"listening on (http://\S+)")
_BOT_TOKEN = "chaos-bot-token"
_OWNER_TOKEN = "gwt_" + "c" * 30
_FAR = timedelta(days=30)


class World:
    """`baseline` is the number of the last effect of the preparations."""

    def __init__(
        self, servers: MortalServers, api: Mortal, bot: Mortal, road: Road, discord: Discord, log: Path
    ) -> None:
        self.servers = servers
        self.api = api
        self.bot = bot
        self.road = road
        self.sim = road.sim
        self.discord = discord
        self.log = log
        self.guilds: list[Things] = []
        self.trips: list[Trip] = []
        self.baseline = 0
        self.askers: Askers | None = None
        self.refusals: Any = None

    async def effects(self) -> list[dict[str, Any]]:
        return (await self.sim("GET", f"/effects?since={self.baseline}"))["items"]


@asynccontextmanager
async def world(folder: Path, *, jobs: int, guilds: int, applies: int, seed: int) -> AsyncGenerator[World]:
    """With both programs up, every guild known and every plan made."""
    log = folder / "log"
    async with (
        mortal_servers(folder / "servers") as servers,
        ProcessGroup(env=child_environment(), sink=append_to(log), grace=5) as group,
    ):
        open_files = ExitStack()
        await upgrade(servers.urls.database_url)
        command = [sys.executable, "-m", "bot.simulator", "--token", _BOT_TOKEN]
        simulator = await group.start("simulator", command, cwd=folder, ready=_LISTENING)
        address = next(found[1] for line in simulator.lines if (found := _LISTENING.search(line)))
        port = _free_port()
        settings = {
            "DATABASE_URL": servers.urls.database_url,
            "REDIS_URL": servers.urls.redis_url,
            "GUILDWRIGHT_OWNER_TOKEN": _OWNER_TOKEN,
            "GUILDWRIGHT_PORT": str(port),
            "GUILDWRIGHT_LEASE_SECONDS": "2",
            "DISCORD_TOKEN": _BOT_TOKEN,
            "DISCORD_API_BASE": f"{address}/api/v10",
        }
        settings = child_environment() | settings
        spoken = open_files.enter_context(log.open("a", encoding="utf-8", buffering=1))
        api, bot = (Mortal(name, settings, folder, spoken, servers.starting) for name in ("api", "bot"))
        client = Client(f"http://127.0.0.1:{port}", _OWNER_TOKEN)
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            road = Road(group, http, client, settings)
            found = World(servers, api, bot, road, Discord(http, _BOT_TOKEN), log)
            try:
                await _prepare(found, jobs, guilds, applies)
                found.askers = _askers(found, f"http://127.0.0.1:{port}", seed)
                yield found
            finally:
                if found.askers is not None:
                    await found.askers.close()
                await bot.end()
                await api.end()
                open_files.close()
                await road.close()
                await client.close()


async def _prepare(world: World, jobs: int, guilds: int, applies: int) -> None:
    """Guilds first, so that the bot finds them all when it comes."""
    for n in range(guilds):
        world.guilds.append(await furnish(world.sim, world.discord, jobs=jobs // guilds, name=f"guild{n}"))
    to_change = [await world.road.new_guild() for _ in range(applies)]
    await world.api.start()
    await world.bot.start()
    world.trips = [await world.road.trip(guild_id) for guild_id in to_change]
    world.baseline = (await world.sim("GET", "/effects"))["last"]


def _askers(world: World, url: str, seed: int) -> Askers:
    dice = random.Random(f"load {seed}")
    expires_at = (datetime.now(UTC) + _FAR).isoformat()
    wishing = Wishing(dice, world.guilds, expires_at)
    world.refusals = wishing.refused()
    return Askers(url, _OWNER_TOKEN, wishing.jobs(), dice, clients=6)


def apply_wishes(trips: list[Trip]) -> list[Wish]:
    return [
        Wish(
            number=-n,
            kind="template.apply",
            guild_id=trip.guild_id,
            body={"hash": trip.plan.hash},
            path=f"/plans/{trip.plan.id}/apply",
        )
        for n, trip in enumerate(trips, 1)
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
