"""Everything that takes part, as real processes and servers of this run alone."""

import random
import re
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from core.migrate import upgrade
from core.ports import unused_port
from core.processes import ProcessGroup, append_to
from tests.chaos.askers import Askers
from tests.chaos.programs import Mortal
from tests.chaos.scenery import Discord, furnish
from tests.chaos.servers import MortalServers, mortal_servers
from tests.chaos.wishes import Things, Wish, Wishing
from tests.e2e.road import OWNER_TOKEN, Road, Trip, until
from tests.fixtures.environment import child_environment
from tests.simulator.calls import Control

_LISTENING = re.compile(r"listening on (http://\S+)")
_BOT_TOKEN = "chaos-bot-token"
_FAR = timedelta(days=30)


@dataclass
class World:
    """`log` keeps what everybody said. `trips` are guilds to be changed by a template, `farewells` to be left;
    `baseline` is the number of the last effect of the preparations."""

    servers: MortalServers
    api: Mortal
    bot: Mortal
    road: Road
    discord: Discord
    log: Path
    guilds: list[Things] = field(default_factory=list[Things])
    trips: list[Trip] = field(default_factory=list[Trip])
    farewells: list[str] = field(default_factory=list[str])
    baseline: int = 0
    askers: Askers = field(init=False)
    refusals: Iterator[Wish] = field(init=False)

    @property
    def sim(self) -> Control:
        return self.road.sim

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
        await upgrade(servers.urls.database_url)
        command = [sys.executable, "-m", "bot.simulator", "--token", _BOT_TOKEN]
        simulator = await group.start("simulator", command, cwd=folder, ready=_LISTENING)
        address = next(found[1] for line in simulator.lines if (found := _LISTENING.search(line)))
        port = unused_port()
        settings = {
            "DATABASE_URL": servers.urls.database_url,
            "REDIS_URL": servers.urls.redis_url,
            "GUILDWRIGHT_OWNER_TOKEN": OWNER_TOKEN,
            "GUILDWRIGHT_PORT": str(port),
            "GUILDWRIGHT_LEASE_SECONDS": "2",
            "DISCORD_TOKEN": _BOT_TOKEN,
            "DISCORD_API_BASE": f"{address}/api/v10",
        }
        settings = child_environment() | settings
        spoken = log.open("a", encoding="utf-8", buffering=1)
        api, bot = (Mortal(name, settings, folder, spoken, servers.starting) for name in ("api", "bot"))
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            road = Road(group, http, folder, settings)
            found = World(servers, api, bot, road, Discord(http, _BOT_TOKEN), log)
            dice = random.Random(f"load {seed}")
            try:
                await _prepare(found, jobs, guilds, applies)
                wishing = Wishing(dice, found.guilds, (datetime.now(UTC) + _FAR).isoformat())
                url = f"http://127.0.0.1:{port}"
                found.refusals = wishing.refused()
                found.askers = Askers(url, OWNER_TOKEN, wishing.jobs(), dice, clients=6)
                try:
                    yield found
                finally:
                    await found.askers.close()
            finally:
                await bot.end()
                await api.end()
                spoken.close()
                await road.close()


async def _prepare(world: World, jobs: int, guilds: int, applies: int) -> None:
    """Guilds first, so that the bot finds them all when it comes."""
    for n in range(guilds):
        world.guilds.append(await furnish(world.sim, world.discord, jobs=jobs // guilds, name=f"guild{n}"))
    to_change = [await world.road.new_guild() for _ in range(applies)]
    world.farewells = [(await world.sim.guild(name=f"farewell {n}"))["id"] for n in range(applies)]
    await world.api.start()
    await world.bot.start()
    world.trips = [await world.road.trip(guild_id) for guild_id in to_change]
    await until(lambda: _are_known(world))
    world.baseline = (await world.sim("GET", "/effects"))["last"]


async def _are_known(world: World) -> bool:
    """All guilds; whatever somebody else owns is approved."""
    furnished = {things.guild_id for things in world.guilds}
    return all([await world.road.knows(guild_id) for guild_id in (*furnished, *world.farewells)])


def structural_wishes(world: World) -> list[Wish]:
    """What needs a guild to itself."""
    applies = [
        Wish(
            number=-n,
            kind="template.apply",
            guild_id=trip.guild_id,
            body={"hash": trip.plan.hash},
            path=f"/plans/{trip.plan.id}/apply",
        )
        for n, trip in enumerate(world.trips, 1)
    ]
    leaves = [
        Wish(
            number=-100 - n, kind="guild.leave", guild_id=guild_id, body={"payload": {"kind": "guild.leave"}}
        )
        for n, guild_id in enumerate(world.farewells)
    ]
    return [*applies, *leaves]
