"""Guilds are routed to shards, and what has no guild goes to the first."""

import asyncio
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.talking import EVERYTHING, GUILDS, Open

SHARDS = 3


async def _spread(sim: Control, count: int) -> list[str]:
    """Guilds of different milliseconds: those of one would share a shard, whatever the number of shards."""
    ids: list[str] = []
    while len(ids) < count:
        ids.append((await sim.guild(name=f"g{len(ids)}"))["id"])
        await asyncio.sleep(0.0015)
    return ids


def _shard_of(guild_id: str, count: int = SHARDS) -> int:
    return (int(guild_id) >> 22) % count


async def test_each_shard_is_told_of_its_own_guilds(talk: Open, sim: Control, rest: Rest) -> None:
    early = await _spread(sim, 8)
    shards: list[Any] = [await talk() for _ in range(SHARDS)]
    for number, one in enumerate(shards):
        ready = await one.identify(shard=[number, SHARDS])
        own = [guild for guild in early if _shard_of(guild) == number]
        assert [guild["id"] for guild in ready["guilds"]] == own
        assert [(await one.frame())["d"]["id"] for _ in own] == own
    late = await _spread(sim, 4)
    for guild in [*early, *late]:
        await rest.ok("POST", f"/guilds/{guild}/roles", {"name": "r"})
    for number, one in enumerate(shards):
        joined = [guild for guild in late if _shard_of(guild) == number]
        roles = [guild for guild in [*early, *late] if _shard_of(guild) == number]
        frames = [await one.frame() for _ in [*joined, *roles]]
        heard = [(frame["t"], frame["d"].get("guild_id") or frame["d"]["id"]) for frame in frames]
        assert heard == [
            *(("GUILD_CREATE", guild) for guild in joined),
            *(("GUILD_ROLE_CREATE", guild) for guild in roles),
        ]
        await one.silence(0.02)


async def test_an_interaction_goes_to_the_shard_of_its_guild(talk: Open, sim: Control, rest: Rest) -> None:
    guild = await sim.guild(members=[{"username": "ada"}], channels=[{"name": "c"}])
    app = (await rest.ok("GET", "/applications/@me"))["id"]
    await rest.ok("POST", f"/applications/{app}/commands", {"name": "hello", "description": "d"})
    shards: list[Any] = [await talk() for _ in range(2)]
    for number, one in enumerate(shards):
        await one.identify(0, shard=[number, 2])
    asked = {"guild_id": guild["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
    await sim("POST", "/interactions", asked)
    number = _shard_of(guild["id"], 2)
    assert (await shards[number].frame())["t"] == "INTERACTION_CREATE"
    await shards[1 - number].silence(0.02)


async def test_what_has_no_guild_goes_to_the_first_shard(talk: Open, simulator: Simulator) -> None:
    first, second, whole = await talk(), await talk(), await talk()
    await first.identify(shard=[0, 2])
    await second.identify(shard=[1, 2])
    await whole.identify()
    simulator.world.hub.dispatch("USER_UPDATE", {"id": "1"})
    for one in (first, whole):
        assert (await one.frame())["t"] == "USER_UPDATE"
    await second.silence(0.02)


async def test_members_are_sent_to_the_shard_that_asks(talk: Open, sim: Control) -> None:
    guild = (await sim.guild())["id"]
    number = _shard_of(guild, 2)
    for shard in (number, 1 - number):
        one = await talk()
        await one.identify(EVERYTHING, shard=[shard, 2])
        await one.send(8, {"guild_id": guild, "query": "", "limit": 0})
        assert (await one.event("GUILD_MEMBERS_CHUNK"))["d"]["guild_id"] == guild


async def test_a_shard_with_too_many_guilds_is_refused(talk: Open, sim: Control, rest: Rest) -> None:
    await sim("PATCH", "/gateway", {"guilds_per_shard": 2})
    await _spread(sim, 2)
    assert (await rest.ok("GET", "/gateway/bot"))["shards"] == 1
    await (await talk()).identify()
    await _spread(sim, 3)
    one = await talk()
    await one.send(2, {"token": "sim-token", "intents": GUILDS, "properties": {}})
    assert await one.closed() == 4011
    count = (await rest.ok("GET", "/gateway/bot"))["shards"]
    assert count >= 3
    for number in range(count):
        ready = await (await talk()).identify(shard=[number, count])
        assert len(ready["guilds"]) <= 2


@pytest.mark.parametrize("spaced", [False, True])
async def test_disnake_runs_as_many_shards_as_it_is_told(
    sim: Control, connect: Connect, twins: Any, monkeypatch: pytest.MonkeyPatch, spaced: bool
) -> None:
    await sim("PATCH", "/gateway", {"guilds_per_shard": 2} | ({"max_concurrency": 16} if spaced else {}))
    guilds = await _spread(sim, 5)
    bot = disnake.AutoShardedClient(intents=disnake.Intents.all(), guild_ready_timeout=0.3)
    monkeypatch.setattr(bot, "before_identify_hook", _at_once)
    async with connect(bot):
        assert bot.shard_count == len((await sim("GET", "/gateway"))["sessions"]) > 1
        for guild in guilds:
            await sim.edit("owner", "POST", f"/guilds/{guild}/channels", {"name": "new"})
            await twins(bot).agree()
        await sim("POST", "/faults", {"kind": "op7"})
        for guild in guilds:
            await sim.edit("owner", "POST", f"/guilds/{guild}/roles", {"name": "new"})
        await twins(bot).agree()


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """The public hook in which disnake waits five seconds between identifies."""
