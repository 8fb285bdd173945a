"""Whenever the worker dies, the next one brings the guild to where the first one would have brought it."""

import pytest

from tests.builders.doors import open_doors
from tests.builders.guilds import Thrown
from tests.fixtures.size import SEED, sized
from tests.trials.likeness import likeness
from tests.trials.pairs import MODES, Pair, draw_pair, make_guild
from tests.trials.report import Report
from tests.trials.stage import Killed, Stage, Steps, Trial


@pytest.mark.timeout(sized(small=900, soak=7200))
async def test_a_plan_that_was_killed_between_any_two_calls_ends_as_if_it_had_not_been(
    stage: Stage, report: Report
) -> None:
    number = 0
    while report.applied < sized(small=3, soak=120):
        number += 1
        trial, pair = await _begun(stage, number)
        if pair.plan.blockers or len(pair.plan.steps) < 2:
            await stage.end(trial)
            continue
        await trial.apply(pair.plan)
        report.add(pair.plan, stage.watch)
        whole = likeness(await trial.read())
        await stage.end(trial)
        for calls in range(1, len(pair.plan.steps)):
            for unrecorded in (False, True):
                trial, pair = await _begun(stage, number)
                which = f"plan {number}, killed after {calls} calls{', one unrecorded' * unrecorded}"
                await _is_killed_and_finished(trial, pair, calls, unrecorded=unrecorded)
                assert stage.watch.refused == [], which
                assert likeness(await trial.read()) == whole, which
                assert list(open_doors(stage.watch.states, stage.watch.labels)) == [], which
                await stage.end(trial)


async def _begun(stage: Stage, number: int) -> tuple[Trial, Pair]:
    """The same guild and the same document for the same number."""
    choose = Thrown(SEED * 23_000_009 + number)
    trial = await make_guild(stage, choose)
    return trial, await draw_pair(stage, trial, choose, MODES[number % len(MODES)])


async def _is_killed_and_finished(trial: Trial, pair: Pair, calls: int, *, unrecorded: bool) -> None:
    steps = Steps()
    steps.kill_after(calls, unrecorded=unrecorded)
    with pytest.raises(Killed):
        await trial.apply(pair.plan, steps)
    steps.kill_after(None)
    half = await trial.read()
    again = pair.plan_again(half, await steps.made())
    assert again.blockers == ()
    await trial.apply(again, steps)
    end = await trial.read()
    left = pair.plan_again(end, await steps.made())
    assert (left.steps, left.blockers) == ((), ())
