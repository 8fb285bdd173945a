"""How the demo looks on a terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text
from rich.theme import Theme

from api.demo.answers import Job, Notice, Problem
from api.demo.processes import Parts

_WIDEST = 100
_MOST_DIFFERENCES = 20


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One applied plan: the job, the seconds that its `202` took, and the calls that Discord has counted."""

    what: str
    accepted: float
    job: Job
    calls: int


def console() -> Console:
    """Not wider than what is pleasant to read."""
    theme = Theme({"good": "green", "bad": "bold red", "quiet": "bright_black", "title": "bold"})
    found = Console(theme=theme, highlight=False)
    return found if found.width <= _WIDEST else Console(theme=theme, highlight=False, width=_WIDEST)


def heading(number: int, title: str) -> RenderableType:
    rule = Rule(
        Text.assemble((f" {number} ", "reverse bold cyan"), (f" {title} ", "title")),
        align="left",
        style="cyan",
    )
    return Group("", rule)


def said(text: str) -> RenderableType:
    return Padding(Text.from_markup(text), (0, 0, 0, 2))


def true(text: str) -> RenderableType:
    """Something that was looked up and holds."""
    return _marked("✓", "good", Text.from_markup(text))


def problem(refused: Problem) -> RenderableType:
    """What the API has against a request, each place with its line where there is one."""
    lines = [Text(refused.detail)]
    lines += (Text(f"{_where(e.line, e.column, e.pointer)}{e.message}", "default") for e in refused.errors)
    return _marked("✗", "bad", Group(*lines))


def untrue(claim: str, differences: Sequence[str]) -> RenderableType:
    shown = [Text(f"– {difference}") for difference in differences[:_MOST_DIFFERENCES]]
    if len(differences) > _MOST_DIFFERENCES:
        shown.append(Text(f"– and {len(differences) - _MOST_DIFFERENCES} more", "quiet"))
    return _marked("✗", "bad", Group(Text(claim, "bad"), *shown))


def log_tail(name: str, lines: Sequence[str]) -> RenderableType:
    return Group(
        "", Text(f"  The last lines of {name}:", "title"), *(Text(f"  {line}", "quiet") for line in lines)
    )


def notices(found: Sequence[Notice], *, sign: str = "!", style: str = "yellow") -> RenderableType:
    return Group(*(_marked(sign, style, Text(notice.message)) for notice in found))


def progress(terminal: Console) -> Progress:
    """A bar with what is being done; it stays when it is full."""
    return Progress(
        TextColumn(" "),
        SpinnerColumn(finished_text="[good]✓[/]"),
        BarColumn(bar_width=30, complete_style="cyan", finished_style="green"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[quiet]{task.fields[left]}"),
        TextColumn("[quiet]{task.description}", table_column=_elided()),
        console=terminal,
        refresh_per_second=25,
    )


def timings(found: Iterable[Timing]) -> RenderableType:
    """Seconds since each was asked for."""
    table = Table(box=None, pad_edge=False, header_style="quiet", padding=(0, 3, 0, 0))
    table.add_column("")
    for title in ("accepted", "started", "first Discord call", "done", "calls", "calls/s"):
        table.add_column(title, justify="right")
    for timing in found:
        job, calls = timing.job, timing.calls
        spent = _between(job.first_call_at, job.finished_at)
        table.add_row(
            Text(timing.what, "title"),
            seconds_text(timing.accepted),
            _after(job, job.started_at),
            _after(job, job.first_call_at),
            _after(job, job.finished_at),
            str(calls),
            f"{calls / spent:.0f}" if spent else "–",
        )
    return Padding(table, (0, 0, 0, 2))


def addresses(parts: Parts, guild_id: str) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    for what, where in (
        ("API documentation", f"{parts.api}/schema"),
        ("Swagger UI", f"{parts.api}/schema/swagger"),
        ("OpenAPI document", f"{parts.api}/schema/openapi.json"),
        ("the owner's token", parts.token),
        ("the simulated guild", f"{parts.simulator}/_sim/guilds/{guild_id}"),
        ("every call to Discord", f"{parts.simulator}/_sim/requests"),
    ):
        table.add_row(Text(what, "quiet"), Text(where, "cyan"))
    attempt = f"curl -H 'Authorization: Bearer {parts.token}' {parts.api}/api/v1/guilds"
    return Padding(Group(table, "", Text(attempt, "quiet", overflow="fold")), (0, 0, 0, 2))


# Small things


def _marked(sign: str, style: str, content: RenderableType) -> RenderableType:
    """A sign in the margin, and everything else to its right, however many lines it has."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(f"  {sign}", style), content)
    return grid


def _elided() -> Column:
    return Column(no_wrap=True, overflow="ellipsis", ratio=1)


def _where(line: object, column: object, pointer: str) -> str:
    if isinstance(line, int):
        return f"line {line}, column {column}: "
    return f"{pointer}: " if pointer else ""


def _after(job: Job, moment: datetime | None) -> str:
    spent = _between(job.created_at, moment)
    return "–" if spent is None else seconds_text(spent)


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def seconds_text(value: float) -> str:
    """Milliseconds below one second."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
