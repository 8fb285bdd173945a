"""What a run was like, as a table."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table

from tests.chaos.judge import Judge
from tests.chaos.points import POINTS
from tests.chaos.records import Row
from tests.chaos.storm import Storm
from tests.chaos.world import World


class Stopwatch:
    """What took how long."""

    def __init__(self) -> None:
        self._at = time.monotonic()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._at = now - self._at, now


def print_report(
    console: Console,
    world: World,
    storm: Storm,
    judge: Judge,
    *,
    ended: Mapping[str, Row],
    watch: Stopwatch,
    seed: int,
) -> None:
    """`ended` are the jobs as the storm left them, before any was asked for again."""
    table = Table(
        title=f"chaos, seed {seed}: {len(ended)} jobs in {sum(watch.laps.values()):.0f} s", show_header=False
    )
    laps = [(name, round(seconds)) for name, seconds in watch.laps.items()]
    for title, rows in (("seconds", laps), *_parts(world, storm, judge, ended)):
        table.add_section()
        table.add_row(title, "")
        for name, count in rows:
            table.add_row(f"  {name}", str(count))
    console.print(table)


def _parts(
    world: World, storm: Storm, judge: Judge, ended: Mapping[str, Row]
) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    deaths = world.api.deaths + world.bot.deaths
    yield "died between", [(point.name, deaths[point.name]) for point in POINTS]
    yield "faults", [(name, n) for name, n in sorted(storm.met.items()) if name not in deaths]
    yield "lives", [(program.name, program.lives) for program in (world.api, world.bot)]
    yield "requests", _counted(each.answered for each in world.askers.asked)
    yield "no answer, and asked again", sorted(world.askers.met.items())
    yield "kinds", _counted(row.kind for row in ended.values())
    yield "ended", _counted(row.state for row in ended.values())
    yield "ended with", _counted(row.code for row in ended.values() if row.code is not None)
    undecided = judge.undecided()
    yield "outcome_unknown", [(name, undecided[name]) for name in ("decidable", "alike")]
    yield "claims beyond the first", [("of all jobs", sum(max(row.claims - 1, 0) for row in ended.values()))]
    yield "accepted writes that changed nothing", sorted(judge.repeats().items())


def _counted(names: Iterator[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items())
