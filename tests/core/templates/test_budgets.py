"""What a plan makes, held against what Discord lets be made."""

from datetime import UTC, datetime, timedelta

import pytest

from core.discord.pace import UNTOLD, Budget, Pace, merged
from core.templates.checks.budgets import held_back, over_budget, shortages
from core.templates.documents.channels import TextChannel
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Plan
from tests.builders.scenes import EXACT, channel, deny, guild, plan_for, role, wanted

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


def test_without_an_open_window_a_whole_one_can_be_made_at_once() -> None:
    untold = Budget(limit=5, window=DAYS)
    assert untold.done_at(5, NOW) == NOW
    assert untold.done_at(6, NOW) == NOW + DAYS


def test_what_is_told_later_does_not_forget_an_open_window() -> None:
    earlier = Pace(budgets={"create_role": budget(2)}, round_trip=0.1)
    restarted = Pace(budgets={"create_role": Budget(limit=6, window=DAYS)})
    kept = merged(earlier, restarted)
    assert kept.budgets == {
        "create_role": Budget(limit=6, window=DAYS, remaining=2, resets_at=NOW + timedelta(hours=3))
    }
    assert kept.round_trip == 0.1
    assert merged(kept, Pace(budgets={"create_role": budget(1)})).budgets == {"create_role": budget(1)}
    assert merged(earlier, UNTOLD) == earlier


def test_a_plan_that_exceeds_its_budget_says_when_it_could_finish() -> None:
    pace = Pace(budgets={"create_role": budget(2), "create_channel": budget(3)})
    (notice,) = over_budget(STEPS, pace, NOW)
    assert notice.code == "create_budget"
    assert notice.node == "r2", "the first one that there is no room for"
    assert "7 roles" in notice.message
    assert "2 more be made in this server before 2026-08-01 15:00 UTC" in notice.message
    assert "2026-08-01 15:00 UTC at the earliest" in notice.message
    assert over_budget(STEPS, Pace(budgets={"create_role": budget(7)}), NOW) == ()
    assert over_budget(STEPS, UNTOLD, NOW) == ()


def test_a_window_of_seconds_is_waited_out_in_passing() -> None:
    soon = Pace(budgets={"create_role": budget(6, resets_in=timedelta(seconds=5))})
    assert over_budget(STEPS, soon, NOW) == ()


def closing(channels: int) -> Plan:
    """A doomed role loses what it has before anything is made, so that it brings nothing into the new channels."""
    there = guild(
        role(1101, "gone", "administrator"), channel(2001, "shut", deny(1000, "view_channel")), everyone=[]
    )
    said = wanted(*(TextChannel(key=f"c{n}", name=f"c{n}") for n in range(channels)))
    plan = plan_for(said, there, options=EXACT)
    assert plan.steps[0].id == "edit_role:1101:meet"
    return plan


def test_before_doors_are_closed_there_is_room_for_all_that_is_made_meanwhile() -> None:
    steps, enough = closing(3).steps, Pace(budgets={"create_channel": budget(3)})
    assert shortages(steps, enough, NOW) == ()
    short = held_back(shortages(steps, Pace(budgets={"create_channel": budget(2)}), NOW))
    assert short is not None
    assert (short.never_fits, short.done_at, short.node) == (False, NOW + timedelta(hours=3), "c2")
    assert "it waits, before it closes anything" in short.message


def test_what_no_window_has_room_for_is_not_begun_with_doors_closed() -> None:
    short = held_back(shortages(closing(6).steps, Pace(budgets={"create_channel": budget(5)}), NOW))
    assert short is not None
    assert short.never_fits
    assert "it is not begun" in short.message
    assert "with a plan of their own first" in short.message


def test_where_no_door_is_closed_the_rest_is_made_when_there_is_room() -> None:
    found = shortages(STEPS, Pace(budgets={"create_role": budget(2)}), NOW)
    assert [(short.call, short.holds) for short in found] == [("create_role", False)]
    assert held_back(found) is None
    assert "the rest then" in found[0].message
