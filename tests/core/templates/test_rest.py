"""How long the rest of a plan takes while it is done."""

from datetime import UTC, datetime, timedelta

import pytest

from core.discord.pace import Budget, Pace
from core.templates.documents.roles import DocumentRole
from core.templates.plan import Step
from core.templates.rest import Rest
from core.templates.waves import waves_of
from tests.builders.scenes import guild, plan_for, wanted

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


class Progress:
    """Ten roles are made one after the other, in time that passes when the test says so."""

    def __init__(self) -> None:
        self.at = 100.0
        self.pace = Pace(round_trip=0.5)
        said = wanted(*(DocumentRole(key=f"r{n}", name=f"r{n}") for n in range(10)))
        self.steps = list(plan_for(said, guild()).steps)
        waves = tuple(waves_of(plan_for(said, guild())))
        self.rest = Rest(waves, self.read, now=lambda: NOW, seconds=lambda: self.at)

    async def read(self) -> Pace:
        return self.pace

    async def do(self, step: Step, *, trip: float = 0.5, beside: float = 0.0) -> float:
        async def act(reason: str) -> str:
            self.at += trip
            return reason

        outcome = await self.rest.timed(step, act)("7")
        assert outcome == "7"
        self.at += beside
        left = await self.rest.left()
        self.rest.recorded(step)
        return left


async def test_what_is_left_is_told_at_the_pace_that_is_known() -> None:
    progress = Progress()
    assert await progress.rest.left() == 5.0
    assert [await progress.do(step) for step in progress.steps] == pytest.approx(
        [4.5, 4.0, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.0]
    )


async def test_what_steps_take_beside_their_calls_is_learned() -> None:
    progress = Progress()
    told = [await progress.do(step, trip=0.5, beside=0.5) for step in progress.steps[:5]]
    assert told[-1] == pytest.approx(5 * 1.0)


async def test_a_limit_that_is_told_on_the_way_counts_from_then_on() -> None:
    progress = Progress()
    before = await progress.do(progress.steps[0], trip=1.0)
    spent = Budget(
        limit=5, window=timedelta(minutes=1), remaining=0, resets_at=NOW + timedelta(minutes=1), bucket="b"
    )
    progress.pace = Pace(budgets={"create_role": spent}, round_trip=0.5)
    after = await progress.do(progress.steps[1], trip=1.0)
    assert (before, after) == (pytest.approx(4.5), pytest.approx(120 + 3 * 0.5))


async def test_what_was_found_to_be_done_is_not_left() -> None:
    progress = Progress()
    for step in progress.steps:
        progress.rest.recorded(step)
    assert await progress.rest.left() == 0
