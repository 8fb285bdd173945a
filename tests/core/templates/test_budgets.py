"""What a plan makes, held against what Discord lets be made."""

from datetime import UTC, datetime, timedelta

import pytest

from core.templates.budgets import Budget, Budgets, over_budget
from core.templates.document import DocumentRole, TextChannel
from tests.builders.scenes import guild, plan_for, wanted

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
DAYS = timedelta(days=2)
STEPS = plan_for(
    wanted(
        *(DocumentRole(key=f"r{n}", name=f"r{n}") for n in range(7)),
        *(TextChannel(key=f"c{n}", name=f"c{n}") for n in range(3)),
    ),
    guild(),
).steps


def budget(remaining: int, *, limit: int = 5, resets_in: timedelta = timedelta(hours=3)) -> Budget:
    return Budget(limit=limit, remaining=remaining, resets_at=NOW + resets_in, window=DAYS)


@pytest.mark.parametrize(
    ("remaining", "count", "after"),
    [
        (5, 5, timedelta()),
        (5, 6, timedelta(hours=3)),
        (0, 5, timedelta(hours=3)),
        (0, 6, timedelta(hours=3) + DAYS),
        (2, 12, timedelta(hours=3) + DAYS),
        (2, 13, timedelta(hours=3) + 2 * DAYS),
    ],
)
def test_the_end_is_in_the_window_in_which_the_last_one_is_made(
    remaining: int, count: int, after: timedelta
) -> None:
    assert budget(remaining).done_at(count, NOW) == NOW + after


def test_a_window_that_is_over_is_full_again() -> None:
    assert budget(0, resets_in=timedelta(hours=-1)).done_at(5, NOW) == NOW


def test_a_plan_that_exceeds_its_budget_says_when_it_could_finish() -> None:
    (notice,) = over_budget(STEPS, Budgets(roles=budget(2), channels=budget(3)), NOW)
    assert notice.code == "create_budget"
    assert "7 roles" in notice.message
    assert "2026-08-01 15:00 UTC at the earliest" in notice.message
    assert over_budget(STEPS, Budgets(roles=budget(7)), NOW) == ()
    assert over_budget(STEPS, Budgets(), NOW) == ()


def test_a_window_of_seconds_is_waited_out_in_passing() -> None:
    assert over_budget(STEPS, Budgets(roles=budget(6, resets_in=timedelta(seconds=5))), NOW) == ()
