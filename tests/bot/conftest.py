"""A bot on a live connection to a simulator in the same loop."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import pytest

from bot.address import DISCORD_API, point_at
from bot.client import BotOptions, GuildwrightBot
from bot.simulator import Simulator, build, serving
from tests.fixtures.patience import PATIENCE
from tests.simulator.published import published_contract

T = TypeVar("T")
TOKEN = "sim-token"
REASON = "guildwright job 7 step 3"
SPEC = {
    "name": "Harbour",
    "roles": [{"name": "Crew", "color": 0x3498DB, "hoist": True}, {"name": "Mate", "mentionable": True}],
    "channels": [
        {"name": "Deck", "type": "category", "permission_overwrites": [{"role": "Crew", "allow": "1024"}]},
        {"name": "log", "parent": "Deck", "synced": True, "topic": "What happened"},
        {"name": "Bridge", "type": "voice", "bitrate": 64000, "user_limit": 5},
    ],
    "members": [{"username": "grace", "roles": ["Crew"]}, {"username": "linus"}],
}


@dataclass
class Told:
    """Remembers what the connection told."""

    seen: list[tuple[str, str | None]] = field(default_factory=list)

    async def reconcile(self) -> None:
        self.seen.append(("reconcile", None))

    async def joined(self, guild_id: str) -> None:
        self.seen.append(("joined", guild_id))

    async def left(self, guild_id: str) -> None:
        self.seen.append(("left", guild_id))

    async def unavailable(self, guild_id: str) -> None:
        self.seen.append(("unavailable", guild_id))

    async def changed(self, guild_id: str) -> None:
        self.seen.append(("changed", guild_id))

    async def details_changed(self, guild_id: str, detail: str) -> None:
        self.seen.append((f"details of {detail}", guild_id))

    def count(self, what: str) -> int:
        return sum(1 for name, _ in self.seen if name == what)


@dataclass
class Discord:
    """The simulator, and short words for what tests ask of it."""

    simulator: Simulator
    base: str
    http: aiohttp.ClientSession

    async def make(self, spec: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self.http.post(f"{self.base}/_sim/guilds", json=spec or SPEC) as answer:
            assert answer.status == 201, await answer.text()
            return await answer.json()

    async def dump(self, guild_id: str) -> dict[str, Any]:
        async with self.http.get(f"{self.base}/_sim/guilds/{guild_id}") as answer:
            return await answer.json()

    async def fault(self, kind: str, **options: Any) -> None:
        """Of a call that comes, or with a gateway's kind of all sessions at once."""
        body = {"kind": kind} | options
        async with self.http.post(f"{self.base}/_sim/faults", json=body) as answer:
            assert answer.status == 201, await answer.text()

    async def lift(self) -> None:
        """All faults; what is held goes on."""
        async with self.http.delete(f"{self.base}/_sim/faults") as answer:
            assert answer.status == 200, await answer.text()

    async def holds(self) -> None:
        """Comes back when the fault asked for last has met its calls."""
        await until(lambda: not self.simulator.world.faults.active)

    def writes(self, method: str, route: str) -> int:
        """Accepted writes, whether or not they were answered."""
        return sum(1 for e in self.simulator.world.journal.effects if (e.method, e.route) == (method, route))

    def requests(self, method: str, route: str) -> int:
        return sum(1 for r in self.simulator.world.journal.requests if (r.method, r.route) == (method, route))


@dataclass
class Running:
    bot: GuildwrightBot
    told: Told
    task: asyncio.Task[None]


@asynccontextmanager
async def served() -> AsyncGenerator[Discord]:
    simulator = build(token=TOKEN, contract=published_contract())
    async with serving(simulator) as base, aiohttp.ClientSession() as http:
        yield Discord(simulator, base, http)


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with served() as discord:
        yield discord


@pytest.fixture
async def start(discord: Discord) -> AsyncIterator[Callable[..., Running]]:
    """Starts bots that are closed, and their address forgotten, after the test."""
    running: list[Running] = []

    def begin(token: str = TOKEN, **options: Any) -> Running:
        quick: dict[str, Any] = {
            "api_base": discord.base,
            "guild_pause": 0.05,
            "identify_pause": 0.05,
            "first_retry": 0.05,
        }
        told = Told()
        bot = GuildwrightBot(told, BotOptions(**(quick | options)))
        running.append(Running(bot, told, asyncio.create_task(bot.serve(token))))
        return running[-1]

    yield begin
    for each in running:
        await each.bot.close()
        await asyncio.wait({each.task}, timeout=PATIENCE)
        assert each.task.done()
        each.task.exception()
    point_at(DISCORD_API)


@pytest.fixture
async def guild(discord: Discord) -> dict[str, Any]:
    return await discord.make()


@pytest.fixture
async def bot(guild: dict[str, Any], start: Callable[..., Running]) -> GuildwrightBot:
    """Ready, in one guild."""
    running = start()
    await ready(running)
    return running.bot


async def ready(running: Running) -> None:
    await until(lambda: running.task.done() or running.told.count("reconcile") > 0)
    if running.task.done():
        running.task.result()


async def until(true: Callable[[], object], *, within: float = PATIENCE) -> None:
    async def look() -> object:
        return true()

    await seen(look, bool, within=within)


async def seen(
    look: Callable[[], Awaitable[T]], good: Callable[[T], object], *, within: float = PATIENCE
) -> T:
    """What `look` gave when it was `good`, asked again and again: other people's state has no event to wait for."""
    async with asyncio.timeout(within):
        while not good(found := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return found
