"""From a request to the call at Discord, one at a time: how long it takes, and where the time goes.

The way's end is what the simulated Discord notes as the moment at which the call arrived; it and the asking are told
by the same clock.
"""

import asyncio
import random
import statistics
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import count, pairwise

import msgspec

from tests.bench.bridge.living import Living
from tests.bench.bridge.tracing import GONE, Span
from tests.bench.bridge.wire import KeptOpen, kept_open
from tests.bench.figures import Figure, Part, Spread, plain_table, shown, spread_table

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


# What ends each part of the road: a program's span, and whether its begin or its end. A part whose end is not found is
# counted in the next one.
_PARTS: tuple[tuple[str, str, str, str], ...] = (
    ("HTTP in: socket, server, parsing the head", "api", "http", "begin"),
    ("authentication (with what leads there)", "api", "auth", "end"),
    ("guards, body, whether the guild is workable", "api", "ask", "begin"),
    ("asking: the job, its event, its audit entry", "api", "ask", "end"),
    ("the answer made", "api", "commit", "begin"),
    ("commit", "api", "commit", "end"),
    ("ring, until the worker wakes and pops", "bot", "pop", "begin"),
    ("pop", "bot", "pop", "end"),
    ("ARQ's own way to the function", "bot", "claim", "begin"),
    ("claim, committed", "bot", "claim", "end"),
    ("authority", "bot", "authority", "end"),
    ("the scene, announcing how many steps", "bot", "perform", "begin"),
    ("intend, committed", "bot", "call", "begin"),
)
_LAST = "call: disnake, aiohttp, until it is there"


def breakdown(travelled: Sequence[Trip], spans: Sequence[Span]) -> Part:
    """Medians of each part, with PostgreSQL's share of it."""
    roads = [_parts_of(trip, spans) for trip in travelled]
    names = [name for name, *_ in _PARTS] + [_LAST]
    whole = statistics.median(trip.called - trip.sent for trip in travelled)
    rows: list[tuple[str, ...]] = []
    for name in names:
        taken = [road[name] for road in roads if name in road]
        if not taken:
            continue
        own = statistics.median(part.seconds for part in taken)
        rows.append(
            (
                name,
                shown(own * 1000),
                f"{own / whole:.0%}",
                f"{statistics.median(part.asked for part in taken):.0f}",
                shown(statistics.median(part.in_postgres for part in taken) * 1000),
            )
        )
    rows.append(("the whole", shown(whole * 1000), "", "", ""))
    rows += [
        (f"not there any more, so not seen: {name.removeprefix(GONE)}", "", "", "", "")
        for name in sorted({span.name for span in spans if span.name.startswith(GONE)})
    ]
    table = plain_table(
        f"Where the time goes: medians of {len(roads)} traced trips",
        ("", "ms", "share", "round trips to PostgreSQL", "ms in them"),
        rows,
    )
    return Part((table,))


def commit_to_claim(travelled: Sequence[Trip], spans: Sequence[Span]) -> list[float]:
    """Seconds from after the asking's commit in the API until after the claim's commit in the bot."""
    found: list[float] = []
    for trip in travelled:
        moments = dict(_moments(trip, spans))
        if "commit" in moments and "claim, committed" in moments:
            found.append(moments["claim, committed"] - moments["commit"])
    return found


class _Taken(msgspec.Struct, frozen=True):
    seconds: float
    asked: int
    in_postgres: float


def _parts_of(trip: Trip, spans: Sequence[Span]) -> dict[str, _Taken]:
    moments = [("", trip.sent), *_moments(trip, spans), (_LAST, trip.called)]
    parts: dict[str, _Taken] = {}
    for (_, begin), (name, end) in pairwise(moments):
        asked = [span for span in _between(spans, begin, end) if span.name == "sql"]
        parts[name] = _Taken(end - begin, len(asked), sum(span.end - span.begin for span in asked))
    return parts


def _moments(trip: Trip, spans: Sequence[Span]) -> list[tuple[str, float]]:
    """When each part ended, in order."""
    moments: list[tuple[str, float]] = []
    now = trip.sent
    within = _between(spans, trip.sent, trip.called)
    for name, program, span_name, edge in _PARTS:
        for span in within:
            moment = span.begin if edge == "begin" else span.end
            if (span.program, span.name) == (program, span_name) and now <= moment <= trip.called:
                moments.append((name, moment))
                now = moment
                break
    return moments


def _between(spans: Sequence[Span], begin: float, end: float) -> Sequence[Span]:
    first = bisect_left(spans, begin, key=lambda span: span.begin)
    return spans[first : bisect_left(spans, end, key=lambda span: span.begin)]
