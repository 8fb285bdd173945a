"""From a request to the call at Discord, one at a time: how long it takes, and where the time goes.

The way's end is what the simulated Discord notes as the moment at which the call arrived; it and the asking are told
by the same clock.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from itertools import count

import msgspec
from rich.table import Table

from tests.bench.bridge.breakdown import Stage, Way, moments, table
from tests.bench.bridge.living import Living
from tests.bench.bridge.tracing import Span
from tests.bench.bridge.wire import KeptOpen, kept_open
from tests.bench.figures import Figure, Part, Spread, spread_table

_numbers = count()
_PAUSE_SECONDS = (0.03, 0.07)
# Longer than the road, so that the looking does not disturb it.
_LOOK_SECONDS = 0.06
_PATIENCE_SECONDS = 30.0


class Trip(msgspec.Struct, frozen=True):
    """Moments: sent, answered, arrived at Discord."""

    sent: float
    answered: float
    called: float


async def trips(living: Living, times: int) -> list[Trip]:
    """Of the whole road, with idle pauses between."""
    return await _trips(living, living.api, living.asking_for, times)


async def straight_trips(living: Living, times: int) -> list[Trip]:
    """The floor: the same message, asked of the simulated Discord itself."""
    return await _trips(living, living.discord, living.straight, times)


async def _trips(living: Living, url: str, wanted: Callable[[str], bytes], times: int) -> list[Trip]:
    travelled: list[Trip] = []
    async with kept_open(url) as http:
        for _ in range(times):
            content = f"bench {next(_numbers)}"
            moments = await _sent(http, wanted(content))
            travelled.append(Trip(*moments, await _arrival(living, content)))
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))
    return travelled


async def _arrival(living: Living, content: str) -> float:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for call in await living.called():
                if call.content == content:
                    return call.time


async def _sent(http: KeptOpen, raw: bytes) -> tuple[float, float]:
    begun = time.time()
    await http.send(raw)
    return begun, time.time()


def latency(rounds: Sequence[Sequence[Trip]], floor: Sequence[Trip]) -> Part:
    every = [trip for each in rounds for trip in each]
    out = Spread.of("HTTP request in → Discord call out", [trip.called - trip.sent for trip in every])
    lines = [
        Spread.of("floor: the call straight to the simulator", [trip.called - trip.sent for trip in floor]),
        out,
        Spread.of("HTTP request in → 202 answered", [trip.answered - trip.sent for trip in every]),
    ]
    title = f"The road, one at a time with pauses, {len(rounds)} rounds: API, bot and simulator as processes"
    figures = (
        Figure(what="HTTP in → Discord call out, p50", value=out.p50, unit="ms", at_most=15),
        Figure(what="HTTP in → Discord call out, p99", value=out.p99, unit="ms", at_most=50),
    )
    return Part((spread_table(title, lines),), figures)


_COMMIT, _CLAIM = "commit", "claim, committed"
_STAGES = (
    Stage("HTTP in: socket, server, parsing the head", "api", "http", "begin"),
    Stage("authentication (with what leads there)", "api", "auth", "end"),
    Stage("guards, body, whether the guild is workable", "api", "ask", "begin"),
    Stage("asking: the job, its event, its audit entry", "api", "ask", "end"),
    Stage("the answer made", "api", "commit", "begin"),
    Stage(_COMMIT, "api", "commit", "end"),
    Stage("ring, until the worker wakes and pops", "bot", "pop", "begin"),
    Stage("pop", "bot", "pop", "end"),
    Stage("ARQ's own way to the function", "bot", "claim", "begin"),
    Stage(_CLAIM, "bot", "claim", "end"),
    Stage("authority", "bot", "authority", "end"),
    Stage("the scene, announcing how many steps", "bot", "perform", "begin"),
    Stage("intend, committed", "bot", "call", "begin"),
)


def breakdown(travelled: Sequence[Trip], spans: Sequence[Span]) -> Table:
    last = "call: disnake, aiohttp, until it is there"
    return table("HTTP in → Discord call out", _STAGES, last, _ways(travelled), spans)


def commit_to_claim(travelled: Sequence[Trip], spans: Sequence[Span]) -> list[float]:
    """Seconds from after the asking's commit in the API until after the claim's commit in the bot."""
    found = [dict(moments(_STAGES, way, spans)) for way in _ways(travelled)]
    return [each[_CLAIM] - each[_COMMIT] for each in found if _CLAIM in each and _COMMIT in each]


def _ways(travelled: Sequence[Trip]) -> list[Way]:
    return [Way(trip.sent, trip.called) for trip in travelled]
