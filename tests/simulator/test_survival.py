"""An unmodified disnake lives through a gateway that fails at random: nothing is missed, nothing is heard twice."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.fixtures.size import SEED, sized
from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.twins import Twins

# disnake leaves websockets that the server cut to the garbage collector, where aiohttp complains of them.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning")

EDITS = sized(small=40, soak=1500)
FAULTS: list[dict[str, Any]] = [
    {"kind": "op1"},
    {"kind": "op7"},
    {"kind": "op9", "resumable": True},
    {"kind": "op9"},
    {"kind": "silent"},
    {"kind": "close"},
    *(
        {"kind": "close", "code": code}
        for code in (1000, 1001, 1012, 4000, 4001, 4002, 4005, 4007, 4008, 4009)
    ),
]
# Heartbeats in quick succession, so that a silent connection is noticed soon.
QUICK = {"heartbeat_interval": 100, "heartbeat_grace": 5000, "sends": 1_000_000}
SPEC: dict[str, Any] = {
    "roles": [{"name": "Crew"}],
    "channels": [{"name": "Deck", "type": "category"}, {"name": "log", "parent": "Deck"}],
    "members": [{"username": "ada"}, {"username": "grace", "roles": ["Crew"]}],
}


class Heard:
    """The sequence numbers of every dispatch as they arrived, session by session, and how often it was cut off."""

    def __init__(self, bot: disnake.Client) -> None:
        self.session_id = ""
        self.sessions: list[list[int]] = []
        self.losses = 0
        bot.add_listener(self.hear, "on_socket_raw_receive")
        bot.add_listener(self.lose, "on_disconnect")

    async def hear(self, message: str) -> None:
        frame = json.loads(message)
        if frame.get("t") == "READY":
            self.session_id = frame["d"]["session_id"]
            self.sessions.append([])
        if frame.get("s") is not None:
            self.sessions[-1].append(frame["s"])

    async def lose(self) -> None:
        self.losses += 1

    def all_once_and_in_order(self) -> bool:
        return all(heard == list(range(1, len(heard) + 1)) for heard in self.sessions)


def tireless(kind: type[disnake.Client], monkeypatch: pytest.MonkeyPatch, **options: Any) -> disnake.Client:
    """A client that does not wait long: not for a dead connection, nor between identifies."""
    bot = kind(
        intents=disnake.Intents.all(),
        guild_ready_timeout=0.1,
        heartbeat_timeout=0.5,
        enable_debug_events=True,
        **options,
    )
    monkeypatch.setattr(bot, "before_identify_hook", _at_once)
    return bot


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """The public hook in which disnake waits five seconds between identifies."""


class Hand:
    """Edits a guild at random, by its owner."""

    def __init__(self, sim: Control, guild_id: str, chance: random.Random) -> None:
        self._sim = sim
        self._guild = guild_id
        self._chance = chance
        self._count = 0

    async def edit(self) -> None:
        dump = await self._sim.dump(self._guild)
        choose: list[Callable[[Any], tuple[str, str, Any]]] = [
            self._make_role,
            self._make_channel,
            self._edit_role,
            self._edit_channel,
            self._overwrite,
            self._message,
            self._nick,
            self._delete,
        ]
        self._count += 1
        method, path, body = self._chance.choice(choose)(dump)
        answer = await self._sim.edit("owner", method, path, body)
        assert answer["status"] < 300, answer

    def _name(self) -> str:
        return f"n{self._count}"

    def _make_role(self, _: Any) -> tuple[str, str, Any]:
        return "POST", f"/guilds/{self._guild}/roles", {"name": self._name()}

    def _make_channel(self, _: Any) -> tuple[str, str, Any]:
        return "POST", f"/guilds/{self._guild}/channels", {"name": self._name(), "topic": "t"}

    def _edit_role(self, dump: Any) -> tuple[str, str, Any]:
        role = self._chance.choice(dump["roles"][1:-1])["id"]
        body = {"name": self._name(), "color": self._count, "permissions": str(self._count)}
        return "PATCH", f"/guilds/{self._guild}/roles/{role}", body

    def _edit_channel(self, dump: Any) -> tuple[str, str, Any]:
        channel = self._chance.choice(dump["channels"])["id"]
        return "PATCH", f"/channels/{channel}", {"name": self._name()}

    def _overwrite(self, dump: Any) -> tuple[str, str, Any]:
        channel, role = self._chance.choice(dump["channels"])["id"], self._chance.choice(dump["roles"])["id"]
        return "PUT", f"/channels/{channel}/permissions/{role}", {"type": 0, "allow": "0", "deny": "2048"}

    def _message(self, dump: Any) -> tuple[str, str, Any]:
        log = next(channel for channel in dump["channels"] if channel["type"] == 0)["id"]
        return "POST", f"/channels/{log}/messages", {"content": self._name()}

    def _nick(self, dump: Any) -> tuple[str, str, Any]:
        member = self._chance.choice([each for each in dump["members"] if not each["user"].get("bot")])
        path = f"/guilds/{self._guild}/members/{member['user']['id']}"
        return "PATCH", path, {"nick": self._name()}

    def _delete(self, dump: Any) -> tuple[str, str, Any]:
        """Of what was made on the way, so that what the others need stays."""
        found = [f"/guilds/{self._guild}/roles/{each['id']}" for each in dump["roles"][1:-1]][1:]
        found += [f"/channels/{each['id']}" for each in dump["channels"][2:]]
        return ("DELETE", self._chance.choice(found), None) if found else self._make_role(dump)


async def storm(sim: Control, guilds: list[str], chance: random.Random, faults: list[dict[str, Any]]) -> None:
    """Random edits, between and during random faults."""
    hands = [Hand(sim, guild, chance) for guild in guilds]
    for _ in range(EDITS):
        await chance.choice(hands).edit()
        if chance.random() < 0.3:
            await sim("POST", "/faults", chance.choice(faults) | {"after": chance.choice([0, 1, 2])})
        await asyncio.sleep(chance.choice([0, 0, 0.005, 0.05]))
    await sim("DELETE", "/faults")


async def test_every_event_is_heard_once_through_random_faults(
    sim: Control, connect: Connect, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a lost session missed is in the GUILD_CREATE of the next."""
    await sim("PATCH", "/gateway", QUICK)
    made = await sim.guild(**SPEC)
    bot = tireless(disnake.Client, monkeypatch)
    heard = Heard(bot)
    async with connect(bot):
        await storm(sim, [made["id"]], random.Random(SEED), FAULTS)
        await Twins(simulator, bot).agree()
        await sim.edit("owner", "POST", f"/guilds/{made['id']}/roles", {"name": "last"})
        await Twins(simulator, bot).agree()
        await until(lambda: _heard_all(heard, simulator))
        assert heard.all_once_and_in_order()
        assert heard.losses > EDITS / 20


def _heard_all(heard: Heard, simulator: Simulator) -> bool:
    """Whether the last session's last event has arrived."""
    living = simulator.world.hub.connected()
    last = [(each.id, each.seq) for each in living]
    return last == [(heard.session_id, heard.sessions[-1][-1])]


async def test_shards_live_through_random_faults(
    sim: Control, connect: Connect, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sim("PATCH", "/gateway", QUICK)
    guilds: list[str] = []
    while len({(int(guild) >> 22) % 2 for guild in guilds}) < 2:
        guilds.append((await sim.guild(**SPEC))["id"])
        await asyncio.sleep(0.0015)
    bot = tireless(disnake.AutoShardedClient, monkeypatch, shard_count=2)
    async with connect(bot):
        await storm(sim, guilds, random.Random(SEED), FAULTS)
        await Twins(simulator, bot).agree()
        shards = [(0, 2), (1, 2)]
        await until(lambda: sorted(each.shard for each in simulator.world.hub.connected()) == shards)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
async def test_disnake_comes_back_after_each_fault_alone(
    sim: Control,
    connect: Connect,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
) -> None:
    await sim("PATCH", "/gateway", QUICK)
    made = await sim.guild(**SPEC)
    bot = tireless(disnake.Client, monkeypatch)
    heard = Heard(bot)
    async with connect(bot):
        await sim("POST", "/faults", fault)
        await sim.edit("owner", "POST", f"/guilds/{made['id']}/channels", {"name": "meanwhile"})
        await sim.edit("owner", "DELETE", f"/channels/{made['channels']['log']}")
        await Twins(simulator, bot).agree()
        await until(lambda: _heard_all(heard, simulator))
        assert heard.all_once_and_in_order()
        assert len(heard.sessions) == (2 if fault == {"kind": "op9"} else 1)
        assert heard.losses == (0 if fault == {"kind": "op1"} else 1)


async def test_a_client_that_is_too_late_to_resume_reads_everything_again(
    sim: Control, connect: Connect, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sim("PATCH", "/gateway", QUICK | {"replay_length": 2})
    made = await sim.guild(**SPEC)
    bot = tireless(disnake.Client, monkeypatch)
    heard = Heard(bot)
    async with connect(bot):
        await sim("POST", "/faults", {"kind": "silent"})
        for number in range(5):
            await sim.edit("owner", "POST", f"/guilds/{made['id']}/channels", {"name": f"c{number}"})
        await sim.edit("owner", "DELETE", f"/channels/{made['channels']['log']}")
        await Twins(simulator, bot).agree()
        await until(lambda: len(heard.sessions) == 2)
