"""A pytest plugin: the last line a suite's process writes is its tally, for whoever runs the suites."""

from collections import Counter
from typing import Final

import msgspec
import pytest

MARK: Final = "tally: "
_LAST_LINES: Final = 14
_LONGEST_LINE: Final = 200


class Failure(msgspec.Struct, frozen=True):
    """What did not pass, in which phase (empty: it is no single test), and the last lines of what it said."""

    test: str
    said: str
    phase: str = ""


class Tally(msgspec.Struct, frozen=True):
    """How many tests ended how, by pytest's words, the seconds they took together, and what failed."""

    counts: dict[str, int]
    seconds: float
    failures: tuple[Failure, ...] = ()


_counts: Counter[str] = Counter()
_seconds: list[float] = []
_failures: list[Failure] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test counts once: by its call, or by what went wrong before or after it."""
    _seconds.append(report.duration)
    if report.when == "call" or report.outcome != "passed":
        _counts[report.outcome] += 1
    if report.failed:
        lines = [line[:_LONGEST_LINE] for line in report.longreprtext.splitlines()]
        said = "\n".join(lines[-_LAST_LINES:])
        _failures.append(Failure(report.nodeid, said, report.when or ""))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be read has no tests that could fail."""
    if report.failed:
        _failures.append(Failure(report.nodeid, report.longreprtext[-2000:]))


def pytest_unconfigure() -> None:
    tally = Tally(counts=dict(sorted(_counts.items())), seconds=sum(_seconds), failures=tuple(_failures))
    print(f"\n{MARK}{msgspec.json.encode(tally).decode()}", flush=True)
