"""How a peer is measured. It stands alone in an environment of its own and is spoken to in lines of JSON.

`{"do": "pick_up", "times": 40, "pause": 0.06}` is answered with the seconds from asking to the function's beginning,
each after an idle pause of up to so many seconds. `{"do": "drain", "times": 500, "seconds": 0.02, "slots": 10}` queues
so many jobs that sleep so long, then starts the worker; the answer is the seconds from the first job's beginning to
the last one's end.

Asking and working are in one process and one loop, for every peer and for us.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Peer(Protocol):
    def working(self, slots: int) -> AbstractAsyncContextManager[None]:
        """The worker runs as long as the block."""
        ...

    async def ask(self, seconds: float) -> None:
        """Queue one job that does `await work(seconds)`."""
        ...


class Work:
    """What every job does, and when."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self.first = self.begun_at = self.ended_at = 0.0
        self.left = 0

    def expect(self, jobs: int) -> None:
        self.begun.clear()
        self.ended.clear()
        self.first, self.left = 0.0, jobs

    async def __call__(self, seconds: float) -> None:
        self.begun_at = time.perf_counter()
        self.first = self.first or self.begun_at
        self.begun.set()
        if seconds:
            await asyncio.sleep(seconds)
        self.ended_at = time.perf_counter()
        self.left -= 1
        if self.left == 0:
            self.ended.set()


async def pick_up(peer: Peer, work: Work, times: int, pause: float) -> list[float]:
    taken: list[float] = []
    async with peer.working(10):
        await asyncio.sleep(0.3)
        for _ in range(times + 1):
            await asyncio.sleep(random.uniform(0.02, pause))
            work.expect(1)
            asked = time.perf_counter()
            await peer.ask(0)
            await asyncio.wait_for(work.begun.wait(), 30)
            taken.append(work.begun_at - asked)
        await asyncio.sleep(0.1)
    return taken[1:]  # the first one opens connections


async def drain(peer: Peer, work: Work, times: int, seconds: float, slots: int) -> float:
    work.expect(times)
    for _ in range(times):
        await peer.ask(seconds)
    async with peer.working(slots):
        await asyncio.wait_for(work.ended.wait(), 120)
        taken = work.ended_at - work.first
        await asyncio.sleep(0.2)
    return taken


async def _do(peer: Peer, work: Work, order: dict[str, Any]) -> Any:
    match order.pop("do"):
        case "pick_up":
            return await pick_up(peer, work, **order)
        case "drain":
            return await drain(peer, work, **order)
        case unknown:
            raise ValueError(f"There is no order {unknown}.")


async def serve(make: Callable[[Work], Awaitable[Peer]]) -> None:
    """Until standard input ends."""
    work = Work()
    peer = await make(work)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await _do(peer, work, json.loads(line))), flush=True)
