"""Numbers of a run, each beside what it should be."""

import statistics
import sys
from collections.abc import Iterable, Sequence

import msgspec
from rich.console import Console, RenderableType
from rich.table import Table

_WIDTH = 120


class Spread(msgspec.Struct, frozen=True):
    """Times of one kind, in milliseconds."""

    name: str
    p50: float
    p99: float
    samples: int

    @classmethod
    def of(cls, name: str, seconds: Sequence[float]) -> "Spread":
        return cls(
            name,
            statistics.median(seconds) * 1000,
            statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1000,
            len(seconds),
        )


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number with its bound: `at_most`, `at_least`, or `below` another one of the same run."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    below: float | None = None

    @property
    def target(self) -> str:
        bounds = (("≤", self.at_most), ("≥", self.at_least), ("<", self.below))
        return " ".join(f"{sign} {shown(bound)} {self.unit}" for sign, bound in bounds if bound is not None)

    @property
    def is_met(self) -> bool:
        return (
            (self.at_most is None or self.value <= self.at_most)
            and (self.at_least is None or self.value >= self.at_least)
            and (self.below is None or self.value < self.below)
        )


class Part(msgspec.Struct, frozen=True):
    """What one measurement says: tables to read, and figures that have targets."""

    tables: tuple[RenderableType, ...]
    figures: tuple[Figure, ...] = ()


def console() -> Console:
    """Wide enough for the tables, also where nobody is looking."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH)


def shown(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def plain_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """The first column is text, the others are numbers."""
    table = Table(title=title, title_justify="left", min_width=min(len(title), _WIDTH))
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left")
    for row in rows:
        table.add_row(*row)
    return table


def spread_table(title: str, spreads: Sequence[Spread], *, unit: str = "ms") -> Table:
    """Ratios are to the first line."""
    rows = [
        (each.name, shown(each.p50), shown(each.p99), f"{each.p50 / spreads[0].p50:.2f}", str(each.samples))
        for each in spreads
    ]
    return plain_table(title, ("", f"p50 {unit}", f"p99 {unit}", "x first", "samples"), rows)


def target_table(figures: Iterable[Figure]) -> Table:
    rows = [
        (
            each.what,
            each.target,
            f"{shown(each.value)} {each.unit}",
            "[green]met[/]" if each.is_met else "[bold red]missed[/]",
        )
        for each in figures
    ]
    return plain_table("Targets", ("", "target", "measured", ""), rows)
