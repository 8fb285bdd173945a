"""`just test`: every check, then every suite one after the other, and the seconds each took.

All is run even where something fails early, so that one run tells everything; the exit status is that of the worst.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "lint": [str(TOOLS / "ruff"), "check", "."],
    "format": [str(TOOLS / "ruff"), "format", "--check", "."],
    "types": [str(TOOLS / "basedpyright")],
    "imports": [str(TOOLS / "lint-imports"), "--no-logo"],
    "models": [sys.executable, "-m", "tests.models", "check"],
}
SUITES = ("house", "core", "simulator", "workers", "bot", "api", "e2e", "chaos")


class Outcome(msgspec.Struct, frozen=True):
    """One line of the report."""

    name: str
    seconds: float
    verdict: str


def run_checks() -> list[Outcome]:
    """Each as its own program, with its own words on the terminal."""
    outcomes: list[Outcome] = []
    for name, argv in CHECKS.items():
        print(f"\n--- {name}", flush=True)
        begun = time.monotonic()
        passed = subprocess.run(argv, check=False).returncode == 0
        outcomes.append(Outcome(name, time.monotonic() - begun, "passed" if passed else "FAILED"))
    return outcomes


class SuiteReport:
    """Writes a table of checks and suites before pytest's closing line."""

    def __init__(self, checks: list[Outcome]) -> None:
        self._checks = checks
        self._seconds: dict[str, float] = defaultdict(float)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test belongs to the folder below `tests/` that it lies in."""
        suite = Path(report.nodeid).parts[1]
        self._seconds[suite] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self._counts[suite][report.outcome] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        suites = [
            Outcome(name, self._seconds[name], ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
            for name, counts in self._counts.items()
        ]
        terminalreporter.section("seconds")
        for outcome in (*self._checks, *suites):
            terminalreporter.write_line(f"{outcome.seconds:8.1f}  {outcome.name:<10} {outcome.verdict}")


def run_suites(names: list[str], checks: list[Outcome]) -> bool:
    """One pytest for all, so that the servers start once; True if nothing failed."""
    folders = [f"tests/{name}" for name in names if any((ROOT / "tests" / name).rglob("test_*.py"))]
    # At full numbers one test may take long, and what hangs is still to be told from what works.
    patience = ["--timeout=3600"] if _is_soak() else []
    return pytest.main([*patience, *folders], plugins=[SuiteReport(checks)]) == pytest.ExitCode.OK


def _is_soak() -> bool:
    return os.environ.get("GUILDWRIGHT_TEST_SIZE") == "soak"


def main() -> int:
    parser = argparse.ArgumentParser(prog="just test", description=__doc__)
    parser.add_argument(
        "suites", nargs="*", metavar="suite", help=f"any of {', '.join(SUITES)}; all of them if none"
    )
    parser.add_argument("--no-checks", action="store_true", help="only the suites")
    parser.add_argument("--only-checks", action="store_true", help="only lint, types, imports, models")
    asked = parser.parse_args()
    if unknown := set(asked.suites) - {*SUITES, "soak"}:
        parser.error(f"there is no suite {', '.join(sorted(unknown))}")
    os.chdir(ROOT)
    checks = [] if asked.no_checks else run_checks()
    passed = all(check.verdict == "passed" for check in checks)
    if asked.only_checks:
        print("\n".join(f"{check.seconds:8.1f}  {check.name:<10} {check.verdict}" for check in checks))
        return 0 if passed else 1
    suites = asked.suites or [*SUITES, *(["soak"] if _is_soak() else [])]
    return 0 if run_suites(suites, checks) and passed else 1


if __name__ == "__main__":
    sys.exit(main())
