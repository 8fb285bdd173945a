"""A pytest plugin: the last line a suite's process writes is its tally, for whoever runs the suites."""

from collections import Counter
from typing import Final

import msgspec
import pytest

MARK: Final = "tally: "


class Tally(msgspec.Struct, frozen=True):
    """How many tests ended how, by pytest's words, and the seconds they took together."""

    counts: dict[str, int]
    seconds: float


_counts: Counter[str] = Counter()
_seconds: list[float] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test counts once: by its call, or by what went wrong before or after it."""
    _seconds.append(report.duration)
    if report.when == "call" or report.outcome != "passed":
        _counts[report.outcome] += 1


def pytest_unconfigure() -> None:
    tally = Tally(counts=dict(sorted(_counts.items())), seconds=sum(_seconds))
    print(f"\n{MARK}{msgspec.json.encode(tally).decode()}", flush=True)
