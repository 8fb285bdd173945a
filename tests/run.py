"""`just test`: every check, then every suite, a few at a time, and the seconds each took.

All is run even where something fails early, so that one run tells everything; the exit status is that of the worst.
A few tests that failed are run once more by themselves: what then passes is named as unstable and fails nothing.
However it is ended, it ends what it has started.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from core.processes import OwnProcess, ProcessGroup, print_line, signal_when_parent_ends
from tests.tally import MARK, Failure, Tally

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "lint": [str(TOOLS / "ruff"), "check", "."],
    "format": [str(TOOLS / "ruff"), "format", "--check", "."],
    "imports": [str(TOOLS / "lint-imports"), "--no-logo"],
    "models": [sys.executable, "-m", "tests.models", "check"],
    "types": [str(TOOLS / "basedpyright")],
}
SUITES = ("house", "core", "simulator", "workers", "bot", "trials", "api", "e2e", "chaos")
LONGEST_FIRST = (
    "e2e",
    "api",
    "bot",
    "core",
    "workers",
    "types",
    "simulator",
    "chaos",
    "trials",
    "house",
)
"""What takes longest begins first, so that the lanes end together."""

LANES = (os.cpu_count() or 1) + 1
"""One more than can compute at once: every suite waits for a third of its time or more."""
_GRACE_SECONDS = 30.0
_LAST_LINES = 20
_MOST_SHOWN = 8
_MOST_AGAIN = 3
"""Tests that are run once more, alone: three suites on two cores can starve a test whose bot, API and servers all want
to run at one moment."""


class Outcome(msgspec.Struct, frozen=True):
    """One line of the report."""

    name: str
    seconds: float
    passed: bool
    verdict: str
    failures: tuple[Failure, ...] = ()


class Lanes:
    """Runs programs a few at a time, each line under the name of who wrote it."""

    def __init__(self, group: ProcessGroup, commands: Mapping[str, Sequence[str]]) -> None:
        self._group = group
        self._commands = commands
        self._left = sorted(commands, key=_rank)
        self._running: set[OwnProcess] = set()
        self._is_interrupted = False
        self.outcomes: list[Outcome] = []

    async def run(self, lanes: int) -> None:
        """Until all have ended."""
        await asyncio.gather(*(self._lane() for _ in range(lanes)))

    def interrupt(self) -> None:
        """As Ctrl-C does: a suite then stops its servers. Nothing further is begun."""
        self._is_interrupted = True
        self._left.clear()
        for process in self._running:
            process.send_signal(signal.SIGINT)

    async def _lane(self) -> None:
        while self._left:
            name = self._left.pop(0)
            began = time.monotonic()
            process = await self._group.start(name, self._commands[name])
            self._running.add(process)
            if self._is_interrupted:  # while it was started
                process.send_signal(signal.SIGINT)
            status = await process.wait()
            self._running.discard(process)
            self.outcomes.append(_outcome(name, time.monotonic() - began, status, process.lines))


def _rank(name: str) -> int:
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else -1


def _command(name: str) -> list[str]:
    return CHECKS[name] if name in CHECKS else _pytest(f"tests/{name}")


def _pytest(*what: str) -> list[str]:
    # At full numbers one test may take long, and what hangs is still to be told from what works.
    patience = ["--timeout=3600"] if _is_soak() else []
    return [sys.executable, "-m", "pytest", "-p", "tests.tally", *patience, *what]


def few_that_failed(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    """The tests to be run once more, by suite; none where more failed than chance explains, or where something else
    than tests did."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    tests = {each.name: list(dict.fromkeys(failure.test for failure in each.failures)) for each in failed}
    all_are_tests = all(each.failures and all(f.phase for f in each.failures) for each in failed)
    return tests if all_are_tests and sum(map(len, tests.values())) <= _MOST_AGAIN else {}


def _after(first: Outcome, second: Outcome, tests: Sequence[str]) -> Outcome:
    """What passes alone passes; that it did not before is said, for it is somebody's to mend."""
    if not second.passed:
        return msgspec.structs.replace(first, seconds=first.seconds + second.seconds)
    verdict = f"{first.verdict.partition(', FAILED')[0]}; UNSTABLE, passed alone: {', '.join(tests)}"
    return msgspec.structs.replace(
        first, seconds=first.seconds + second.seconds, passed=True, verdict=verdict
    )


def _outcome(name: str, seconds: float, status: int, lines: Sequence[str]) -> Outcome:
    said = next((line.removeprefix(MARK) for line in reversed(lines) if line.startswith(MARK)), None)
    verdict = "passed" if status == 0 else f"FAILED (status {status})"
    failures: tuple[Failure, ...] = ()
    if said is None and status != 0:
        failures = (Failure(name, "\n".join([*lines][-_LAST_LINES:])),)
    if said is not None:
        tally = msgspec.json.decode(said, type=Tally)
        counted = ", ".join(f"{count} {what}" for what, count in tally.counts.items())
        verdict = f"{counted or 'no tests'}{'' if status == 0 else f', FAILED (status {status})'}"
        failures = tally.failures
    return Outcome(name, seconds, status == 0, verdict, failures)


def _is_soak() -> bool:
    return os.environ.get("GUILDWRIGHT_TEST_SIZE") == "soak"


def _show(name: str, line: str) -> None:
    if not line.startswith(MARK):
        print_line(name, line)


def _show_failures(failures: Sequence[Failure]) -> None:
    """Once more and at the end, where also he finds them who has only the end of a long output."""
    for failure in failures[:_MOST_SHOWN]:
        print(f"\nFAILED {failure.test} ({failure.phase or 'no test'})\n{failure.said}")
    for failure in failures[_MOST_SHOWN:]:
        print(f"FAILED {failure.test}")


async def run_all(names: Sequence[str], lanes: int) -> list[Outcome]:
    """The short checks one after the other, then the rest in lanes."""
    # Compiled once, and not by each of the many processes anew.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    async with ProcessGroup(env=env, sink=_show, grace=_GRACE_SECONDS) as group:
        outcomes: list[Outcome] = []
        short = [name for name in names if name in CHECKS and name != "types"]
        for of_now, at_once in ((short, 1), ([name for name in names if name not in short], lanes)):
            outcomes += await _run(group, {name: _command(name) for name in of_now}, at_once)
        return outcomes if _is_soak() else await run_again(group, outcomes)


async def run_again(group: ProcessGroup, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """With what became of the few that had failed, and now ran alone."""
    again = few_that_failed(outcomes)
    second = await _run(group, {name: _pytest(*tests) for name, tests in again.items()}, 1)
    by_name = {outcome.name: outcome for outcome in second}
    return [
        _after(each, by_name[each.name], again[each.name]) if each.name in by_name else each
        for each in outcomes
    ]


async def _run(group: ProcessGroup, commands: Mapping[str, Sequence[str]], lanes: int) -> list[Outcome]:
    running = Lanes(group, commands)
    with _interrupting(running):
        await running.run(lanes)
    return running.outcomes


@contextlib.contextmanager
def _interrupting(running: Lanes) -> Generator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, running.interrupt)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def main() -> int:
    parser = argparse.ArgumentParser(prog="just test", description=__doc__)
    parser.add_argument(
        "suites", nargs="*", metavar="suite", help=f"any of {', '.join(SUITES)}; all of them if none"
    )
    parser.add_argument("--no-checks", action="store_true", help="only the suites")
    parser.add_argument("--only-checks", action="store_true", help="only lint, types, imports, models")
    parser.add_argument("--lanes", type=int, default=LANES, help="how many suites run at once")
    asked = parser.parse_args()
    if unknown := set(asked.suites) - {*SUITES, "soak"}:
        parser.error(f"there is no suite {', '.join(sorted(unknown))}")
    os.chdir(ROOT)
    # `just` ended by a signal says nothing to what it runs.
    signal_when_parent_ends(signal.SIGTERM)
    checks = [] if asked.no_checks else list(CHECKS)
    suites = [] if asked.only_checks else asked.suites or list(SUITES)
    suites = [name for name in suites if any((ROOT / "tests" / name).rglob("test_*.py"))]
    began = time.monotonic()
    outcomes = asyncio.run(run_all([*checks, *suites], asked.lanes))
    _show_failures([failure for outcome in outcomes for failure in outcome.failures])
    print(f"\n{'seconds':>8}")
    for outcome in outcomes:
        print(f"{outcome.seconds:8.1f}  {outcome.name:<10} {outcome.verdict}")
    print(f"{time.monotonic() - began:8.1f}  in all")
    is_whole = len(outcomes) == len(checks) + len(suites)
    return 0 if is_whole and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
