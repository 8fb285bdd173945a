"""Idle pick-up, and how full the slots are kept: the peers and us."""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.table import Table

from tests.bench.bridge import breakdown
from tests.bench.bridge.breakdown import Stage
from tests.bench.bridge.contest import ARQ, LEDGER, LEG, SAQ, Contestant
from tests.bench.bridge.tracing import GONE, read_spans
from tests.bench.figures import Figure, Part, Spread, plain_table, shown, spread_table

SLOTS = 10
JOB_SECONDS = 0.02
_PAUSE = 0.06
# ARQ looks every half second: only pauses of that length meet its look at any moment.
_ARQ_PAUSE, _ARQ_SAMPLES = 0.52, 10
# Those that need seconds for what others do in moments get fewer jobs: of 20 ms, and of nothing.
_FEWER = {LEDGER: (100, 100), ARQ: (80, 200)}


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """Of a round."""

    rounds: int = 3
    samples: int = 40
    busy: int = 300
    nothing: int = 400


async def pick_up(contestants: Sequence[Contestant], amount: Amount) -> Part:
    """From asking to the function's beginning, asking and working in one process and one loop."""
    taken: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(amount.rounds):
        for each in contestants:
            times, pause = (_ARQ_SAMPLES, _ARQ_PAUSE) if each.name == ARQ else (amount.samples, _PAUSE)
            taken[each.name] += await each.pick_up(times, pause)
    spreads = {name: Spread.of(name, seconds) for name, seconds in taken.items()}
    title = f"Idle pick-up: asked → function begins, one process and loop each, {amount.rounds} rounds"
    leg, saq = spreads[LEG], spreads.get(SAQ)
    beside = "saq's not known" if saq is None else "below saq's"
    figures = (
        Figure(
            what=f"idle pick-up of the ARQ leg, p50 ({beside})",
            value=leg.p50,
            unit="ms",
            at_most=1.5,
            below=None if saq is None else saq.p50,
        ),
        Figure(
            what=f"idle pick-up of the ARQ leg, p99 ({beside})",
            value=leg.p99,
            unit="ms",
            at_most=5,
            below=None if saq is None else saq.p99,
        ),
    )
    return Part((spread_table(title, list(spreads.values())),), figures)


async def drain(contestants: Sequence[Contestant], amount: Amount) -> Part:
    """Queued first, then worked off: jobs that take 20 ms, and jobs that do nothing."""
    busy: defaultdict[str, list[float]] = defaultdict(list)
    nothing: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(amount.rounds):
        for each in contestants:
            many, idle = _FEWER.get(each.name, (amount.busy, amount.nothing))
            busy[each.name].append(many / await each.drain(many, JOB_SECONDS, SLOTS))
            nothing[each.name].append(idle / await each.drain(idle, 0, SLOTS))
    full = SLOTS / JOB_SECONDS
    rates = {name: statistics.median(found) for name, found in busy.items()}
    empty = {name: statistics.median(found) for name, found in nothing.items()}
    first, second = next(iter(rates.values())), next(iter(empty.values()))
    rows = [
        (
            name,
            shown(rate),
            f"{rate / full:.0%}",
            f"{rate / first:.2f}",
            shown(empty[name]),
            f"{empty[name] / second:.3f}",
        )
        for name, rate in rates.items()
    ]
    table = plain_table(
        f"{SLOTS} slots, queued beforehand, medians of {amount.rounds} rounds",
        ("", "20 ms jobs/s", f"of {full:.0f}/s", "x first", "no-op jobs/s", "x first"),
        rows,
    )
    return Part((table,), tuple(_figures(rates, full)))


def _figures(rates: Mapping[str, float], full: float) -> list[Figure]:
    return [
        Figure(what=f"20 ms jobs, {name}", value=rates[name] / full * 100, unit="% of the slots", at_least=90)
        for name in (LEG, LEDGER)
    ]


_WAKE_TO_FUNCTION = (
    Stage("ring, until the worker wakes and pops", "ours", "pop", "begin"),
    Stage("pop", "ours", "pop", "end"),
)
_STAGES: dict[str, tuple[str, tuple[Stage, ...], str]] = {
    LEG: ("ring", _WAKE_TO_FUNCTION, "ARQ's own way to the function"),
    LEDGER: (
        "ask",
        (
            Stage("asking: the job, its event, its audit entry", "ours", "ask", "end"),
            Stage("commit", "ours", "ring", "begin"),
            *_WAKE_TO_FUNCTION,
            Stage("ARQ's own way to the function", "ours", "claim", "begin"),
            Stage("claim, committed", "ours", "claim", "end"),
            Stage("authority", "ours", "authority", "end"),
        ),
        "to the job's function",
    ),
}


async def where_pick_up_goes(contestant: Contestant, spans: Path, times: int) -> Table:
    await contestant.pick_up(times, _PAUSE)
    found = await asyncio.to_thread(read_spans, spans)
    first, stages, last = _STAGES[contestant.name]
    return breakdown.table(
        f"pick-up, {contestant.name}", stages, last, breakdown.ways_between(found, first, "work"), found
    )


async def where_jobs_go(contestant: Contestant, spans: Path, jobs: int) -> Table:
    """What our own parts take of a job that does nothing."""
    before = time.time()
    taken = await contestant.drain(jobs, 0, SLOTS)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for span in await asyncio.to_thread(read_spans, spans):
        if span.begin > before:
            found[span.name].append(span.end - span.begin)
    rows = [
        (name, shown(len(seconds) / jobs), shown(sum(seconds) / jobs * 1000))
        for name, seconds in found.items()
        if not name.startswith(GONE)
    ]
    title = (
        f"No-op jobs, {contestant.name}, traced: {taken / jobs * 1000:.2f} ms each when {SLOTS} run at once"
    )
    return plain_table(title, ("from asking on", "times a job", "ms a job, others' turns included"), rows)
