"""What goes wrong, and in what order: decided by the seed; when exactly is up to the machine."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec

from tests.chaos.points import POINTS, Point
from tests.chaos.world import World, structural_wishes
from tests.fixtures.patience import LONG_PATIENCE

Fault: TypeAlias = Callable[[], Awaitable[None]]
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_MESSAGES = "/channels/{channel_id}/messages"
_DEATH_SECONDS = LONG_PATIENCE
_HOUR = 3600
_NONE_YET = 10**9  # a number that no request has, for asking after the last one alone


class Rest(msgspec.Struct, frozen=True):
    """A fault of the simulated Discord's, as its control surface takes it."""

    name: str
    body: dict[str, Any]


def discord_faults(dice: random.Random) -> list[Rest]:
    """One of each kind, each for some calls of a method that writes, or for any call."""

    def some(kind: str, name: str, *, writes: bool = True, **more: Any) -> Rest:
        method = {"method": dice.choice(_WRITES)} if writes else {"route": ".*"}
        return Rest(
            name, {"kind": kind, "count": dice.randint(1, 3), "after": dice.randint(0, 2)} | method | more
        )

    return [
        some("lost_answer", "answer lost after the effect"),
        some("half_answer", "answer cut in the middle"),
        some("drop", "socket dropped", writes=False),
        some("5xx", "5xx", status=dice.choice((500, 502, 503)), writes=False),
        some("5xx", "5xx after the effect", status=dice.choice((500, 502, 503)), effect=True),
        some("429", "429", retry_after=0.4, scope=dice.choice(("user", "shared"))),
        some("429", "429 everywhere", retry_after=0.5, scope="global", writes=False, count=1),
        some("429", "429 for 6 s", retry_after=6, count=1),
        some("slow", "slow answer", delay=1.0, writes=False),
        some("slow", "slow answer after the effect", delay=1.5, effect=True),
        Rest("gateway: op 7", {"kind": "op7"}),
        Rest("gateway: op 9, resumable", {"kind": "op9", "resumable": True}),
        Rest("gateway: op 9", {"kind": "op9"}),
        Rest("gateway: socket cut", {"kind": "close"}),
    ]


class Storm:
    """`release` jobs before each fault, so that there is always something under way."""

    def __init__(self, world: World, *, jobs: int, rounds: int, seed: int) -> None:
        self._world = world
        self._askers = world.askers
        self._jobs = jobs
        self._rounds = rounds
        self._dice = random.Random(f"storm {seed}")
        self.met: Counter[str] = Counter()
        self.order: list[str] = []

    async def rage(self) -> None:
        """Until every fault has been and every job is asked for. What is structural comes in between."""
        faults = self._faults()
        structural = structural_wishes(self._world)
        self._dice.shuffle(structural)
        for number, (name, fault) in enumerate(faults):
            due = self._jobs * (number + 1) // len(faults) - self._askers.released
            self._askers.release(max(due, 0))
            if structural and number % (len(faults) // 10) == 0:
                self._askers.put(structural.pop())
            if self._dice.random() < 0.3:
                self._askers.put(next(self._world.refusals))
            begun = time.monotonic()
            await fault()
            self.met[name] += 1
            self.order.append(f"{name} ({time.monotonic() - begun:.1f} s)")
            await asyncio.sleep(self._dice.uniform(0.05, 0.3))
        await self._end()

    def _faults(self) -> list[tuple[str, Fault]]:
        found: list[tuple[str, Fault]] = []
        for _ in range(self._rounds):
            found += [(point.name, self._dying(point, self._dice.randint(1, 3))) for point in POINTS]
            found += [(each.name, self._of_discord(each)) for each in discord_faults(self._dice)]
            found += [
                ("API killed", self._world.api.kill),
                ("bot killed", self._world.bot.kill),
                ("Redis killed", lambda: self._world.servers.kill_redis(0.3)),
                ("Redis emptied", self._world.servers.empty_redis),
                ("Redis emptied", self._world.servers.empty_redis),
                ("PostgreSQL restarted, fast", lambda: self._world.servers.restart_postgres("fast", 0.2)),
                (
                    "PostgreSQL restarted, crash",
                    lambda: self._world.servers.restart_postgres("immediate", 0.2),
                ),
            ]
        hours = max(1, self._rounds // 3)
        found += [("bot away for an hour after a lost answer", self._away_for_an_hour)] * hours
        self._dice.shuffle(found)
        return found

    def _dying(self, point: Point, nth: int) -> Fault:
        async def dying() -> None:
            program = self._world.api if point.program == "api" else self._world.bot
            await program.is_up()
            program.order_death(point, nth)
            async with asyncio.timeout(_DEATH_SECONDS):
                while not await program.has_died(within=0.5):
                    self._askers.release(1)  # so that somebody gets there

        return dying

    def _of_discord(self, fault: Rest) -> Fault:
        async def strike() -> None:
            await self._world.sim("POST", "/faults", fault.body)

        return strike

    async def _away_for_an_hour(self) -> None:
        """A message is sent, its answer is lost, and the bot is back when Discord has forgotten the nonce."""
        await self._world.bot.is_up()
        last = (await self._world.sim("GET", f"/requests?since={_NONE_YET}"))["last"]
        await self._world.sim(
            "POST", "/faults", {"kind": "lost_answer", "method": "POST", "route": _MESSAGES, "count": 1}
        )
        async with asyncio.timeout(_DEATH_SECONDS):
            for look in itertools.count():
                if await self._was_lost_since(last):
                    break
                if look % 10 == 0:
                    self._askers.release(1)
                await asyncio.sleep(0.05)
        await self._world.bot.kill(hours=1)
        await self._world.sim("POST", "/clock", {"advance": _HOUR})

    async def _was_lost_since(self, last: int) -> bool:
        requests = (await self._world.sim("GET", f"/requests?since={last}"))["items"]
        return any(each["fault"] == "lost_answer" and each["route"] == _MESSAGES for each in requests)

    async def _end(self) -> None:
        """Nothing more goes wrong; both programs are up."""
        await self._world.sim("DELETE", "/faults")
        for program in (self._world.api, self._world.bot):
            program.take_back_order()
            await program.is_up()
