"""Where the time of a way goes: its stages, told by the spans that the traced programs wrote."""

import statistics
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec
from rich.table import Table

from tests.bench.bridge.tracing import GONE, Span
from tests.bench.figures import plain_table, shown


class Stage(msgspec.Struct, frozen=True):
    """It ends where a span of a program begins or ends. One whose end is not found is counted in the next."""

    name: str
    program: str
    span: str
    edge: Literal["begin", "end"]

    def moment(self, span: Span) -> float | None:
        if (span.program, span.name) != (self.program, self.span):
            return None
        return span.begin if self.edge == "begin" else span.end


class Way(msgspec.Struct, frozen=True):
    """One journey, in seconds of this machine's clock."""

    begin: float
    end: float


class _Taken(msgspec.Struct, frozen=True):
    seconds: float
    asked: int
    in_postgres: float


def table(what: str, stages: Sequence[Stage], last: str, ways: Sequence[Way], spans: Sequence[Span]) -> Table:
    """Medians, with PostgreSQL's share of each stage; `last` is what follows the last stage."""
    found = [_taken(stages, last, way, spans) for way in ways]
    whole = statistics.median(way.end - way.begin for way in ways)
    rows: list[tuple[str, ...]] = []
    for name in [*(stage.name for stage in stages), last]:
        taken = [each[name] for each in found if name in each]
        if taken:
            rows.append(_row(name, taken, whole))
    rows.append(("the whole", shown(whole * 1000), "", "", ""))
    rows += [
        (f"not there any more, so not seen: {name.removeprefix(GONE)}", "", "", "", "")
        for name in sorted({span.name for span in spans if span.name.startswith(GONE)})
    ]
    headings = ("", "ms", "share", "round trips to PostgreSQL", "ms in them")
    return plain_table(f"Where the time goes, {what}: medians of {len(ways)}, traced", headings, rows)


def moments(stages: Sequence[Stage], way: Way, spans: Sequence[Span]) -> list[tuple[str, float]]:
    """When each stage ended, in order."""
    ended: list[tuple[str, float]] = []
    now, within = way.begin, _between(spans, way.begin, way.end)
    for stage in stages:
        for span in within:
            moment = stage.moment(span)
            if moment is not None and now <= moment <= way.end:
                ended.append((stage.name, moment))
                now = moment
                break
    return ended


def ways_between(spans: Sequence[Span], first: str, last: str) -> list[Way]:
    """From the beginning of a span to that of the `last` one that follows it."""
    ways: list[Way] = []
    begun: float | None = None
    for span in spans:
        if span.name == first:
            begun = span.begin
        elif span.name == last and begun is not None:
            ways.append(Way(begun, span.begin))
            begun = None
    return ways


def _row(name: str, taken: Sequence[_Taken], whole: float) -> tuple[str, ...]:
    own = statistics.median(each.seconds for each in taken)
    return (
        name,
        shown(own * 1000),
        f"{own / whole:.0%}",
        f"{statistics.median(each.asked for each in taken):.0f}",
        shown(statistics.median(each.in_postgres for each in taken) * 1000),
    )


def _taken(stages: Sequence[Stage], last: str, way: Way, spans: Sequence[Span]) -> dict[str, _Taken]:
    marks = [("", way.begin), *moments(stages, way, spans), (last, way.end)]
    taken: dict[str, _Taken] = {}
    for (_, begin), (name, end) in pairwise(marks):
        asked = [span for span in _between(spans, begin, end) if span.name == "sql"]
        taken[name] = _Taken(end - begin, len(asked), sum(span.end - span.begin for span in asked))
    return taken


def _between(spans: Sequence[Span], begin: float, end: float) -> Sequence[Span]:
    first = bisect_left(spans, begin, key=lambda span: span.begin)
    return spans[first : bisect_left(spans, end, key=lambda span: span.begin)]
