"""What `just test` makes of tests that failed."""

import os
from pathlib import Path

import pytest

from core.processes import ProcessGroup
from tests.run import Outcome, few_that_failed, run_again
from tests.tally import Failure

STARVED = """
from pathlib import Path

def test_it():
    seen = Path(__file__).with_name("seen")
    is_second = seen.exists()
    seen.touch()
    assert is_second
"""
BROKEN = """
def test_it():
    assert False, "always"
"""


def failed(name: str, *tests: str, phase: str = "call") -> Outcome:
    failures = tuple(Failure(test, "AssertionError", phase) for test in tests)
    return Outcome(name, 1.0, False, f"{len(tests)} failed, 5 passed, FAILED (status 1)", failures)


async def again(*outcomes: Outcome) -> list[Outcome]:
    def quiet(name: str, line: str) -> None:
        del name, line

    async with ProcessGroup(env=dict(os.environ), sink=quiet, grace=10.0) as group:
        return await run_again(group, outcomes)


def test_only_a_few_tests_are_run_again_and_only_where_nothing_else_failed() -> None:
    assert few_that_failed([failed("api", "a", "a", "b"), failed("bot", "c")]) == {
        "api": ["a", "b"],
        "bot": ["c"],
    }
    assert few_that_failed([Outcome("core", 1.0, True, "3 passed")]) == {}
    assert few_that_failed([failed("api", "a", "b"), failed("bot", "c", "d")]) == {}
    assert few_that_failed([failed("api", "a"), failed("types", "types", phase="")]) == {}
    assert few_that_failed([failed("api", "a"), Outcome("bot", 1.0, False, "FAILED (status -9)")]) == {}


@pytest.mark.parametrize(("source", "passes"), [(STARVED, True), (BROKEN, False)])
async def test_what_passes_alone_passes_and_is_named_as_unstable(
    tmp_path: Path, source: str, passes: bool
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(source)
    test = f"{file}::test_it"
    if passes:
        (tmp_path / "seen").touch()  # by the first run
    fine = Outcome("core", 2.0, True, "3 passed")
    first, other = await again(failed("bot", test), fine)
    assert other == fine
    assert first.passed is passes
    assert ("UNSTABLE" in first.verdict and test in first.verdict) is passes
    assert first.failures
    assert first.seconds > 1.0
