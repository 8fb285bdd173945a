"""`just bench templates`: how long a plan of a large guild takes, how the time grows, what applying it costs beside the
floor that Discord's limits set, and how many calls it takes beside a provider of the terraform kind."""

import asyncio
import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from core.discord.types import Snapshot
from core.templates.capture import document_of
from core.templates.diff import diff
from core.templates.options import DELETED
from core.templates.plan import Plan, PlanOptions, deletes_of
from tests.bench.figures import Figure, Part, plain_table, shown, target_table
from tests.bench.templates.applying import applied_beside_the_floor
from tests.bench.templates.big import POWERS, Dimensions, changed_of, cut_of, guild_of, wanted_of
from tests.bench.templates.provider import calls_of_a_provider

SIZES = (50, 100, 200, 350, 500)
NOTHING, TYPICAL, ALL = "nothing differs", "one in twenty differs", "everything differs"
SHARES = {NOTHING: 0.0, TYPICAL: 0.05, ALL: 1.0}
DELETING = "a quarter is deleted"
CURVES = (*SHARES, DELETING)
_EXACT = PlanOptions(mode="exact", extras=DELETED, confirm_destructive=True, max_deletes=750)
_TURNS = 5_000_000


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """`samples` a point; `edits` are the roles that are changed under Discord's limits."""

    sizes: tuple[int, ...] = SIZES
    samples: int = 9
    edits: int = 60


def run(console: Console, size: Size | None = None) -> None:
    size, begun = size or Size(), time.monotonic()
    parts = (planning(size), calls(size), asyncio.run(applied_beside_the_floor(size.edits)))
    for part in parts:
        for table in part.tables:
            console.print(table)
    console.print(target_table(figure for part in parts for figure in part.figures))
    console.print(
        f"The templates took {time.monotonic() - begun:.0f} s on {os.cpu_count()} cores. How fast this machine is: "
        f"{_TURNS:,} turns of an empty loop take {_loop_seconds():.2f} s."
    )


def planning(size: Size) -> Part:
    """Guilds with half as many roles and ten times as many overwrites as channels."""
    times: dict[tuple[str, int], float] = {}
    plans: dict[tuple[str, int], Plan] = {}
    for channels in size.sizes:
        guild = guild_of(Dimensions(channels, channels // 2, channels * 10))
        for name in CURVES:
            plan = planner(guild, name)
            plans[name, channels] = plan()
            times[name, channels] = _median(plan, size.samples) * 1000
    first, last = size.sizes[0], size.sizes[-1]
    growths = {
        (name, channels): times[name, channels] / channels / (times[name, first] / first)
        for name, channels in times
    }
    return Part(
        (
            _table(
                "A plan, median ms of CPU (steps)",
                size,
                lambda *at: f"{shown(times[at])} ({len(plans[at].steps)})",
            ),
            _table(
                f"How linear that is: time for each channel beside that at {first} (1 is linear)",
                size,
                lambda *at: f"{growths[at]:.2f}",
            ),
        ),
        (
            Figure(
                what=f"a plan of {last} channels, {TYPICAL}, p50",
                value=times[TYPICAL, last],
                unit="ms",
                at_most=25,
            ),
            Figure(
                what=f"a plan with {len(deletes_of(plans[DELETING, last]))} deletes, p50",
                value=times[DELETING, last],
                unit="ms",
                at_most=150,
            ),
            *(
                Figure(
                    what=f"time for each channel at {last} beside that at {first}, {name}",
                    value=growths[name, last],
                    unit="x",
                    at_most=1.5,
                )
                for name in CURVES
            ),
        ),
    )


def _table(title: str, size: Size, cell: Callable[[str, int], str]) -> Table:
    """A row for each size, a column for each curve."""
    rows = [
        (
            f"{channels}, {channels // 2}, {channels * 10:,}",
            *(cell(name, channels) for name in CURVES),
        )
        for channels in size.sizes
    ]
    return plain_table(title, ("channels, roles, overwrites", *CURVES), rows)


def calls(size: Size) -> Part:
    """Of the largest guild."""
    channels = size.sizes[-1]
    guild = guild_of(Dimensions(channels, channels // 2, channels * 10))
    rows: list[Sequence[str]] = []
    worst = 0.0
    for name, share in SHARES.items():
        ours = planner(guild, name)().calls
        theirs = calls_of_a_provider(guild, changed_of(guild, share))
        worst = max(worst, ours / theirs.total)
        rows.append(
            (name, str(ours), "0", f"{theirs.writes:,}", f"{theirs.reads:,}", f"{ours / theirs.total:.3f}")
        )
    headings = ("", "our writes", "our reads", "a provider's writes", "its reads", "x provider")
    table = plain_table(f"Calls to Discord for a guild of {channels} channels", headings, rows)
    return Part((table,), (Figure(what="calls beside a provider's", value=worst, unit="x", at_most=1),))


def planner(guild: Snapshot, curve: str) -> Callable[[], Plan]:
    """Makes the plan of one of the curves."""
    options = _EXACT if curve == DELETING else PlanOptions()
    captured = document_of(cut_of(guild)) if curve == DELETING else wanted_of(guild, SHARES[curve])
    return lambda: diff(captured.document, guild, captured.bindings, POWERS, options)


def _median(work: Callable[[], object], samples: int) -> float:
    """Seconds of CPU, because planning does nothing else. The collector runs between the samples, not in them."""
    taken: list[float] = []
    for _ in range(samples):
        gc.collect()
        gc.disable()
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
        gc.enable()
    return statistics.median(taken)


def _loop_seconds() -> float:
    begun = time.perf_counter()
    for _ in range(_TURNS):
        pass
    return time.perf_counter() - begun
