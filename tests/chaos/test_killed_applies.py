"""A bot that is killed between any two calls of an apply finishes it in its next life, and makes nothing twice."""

import random
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.points import ANSWERED, CALLED, INTENDED, RECORDED, Point
from tests.chaos.world import World, world
from tests.e2e.road import ACCEPTED, Trip
from tests.fixtures.patience import LONG_PATIENCE
from tests.fixtures.size import SEED, sized

BETWEEN = (INTENDED, CALLED, ANSWERED, RECORDED)
"""Between the decision to make a call and the record of its outcome."""
KILLS = sized(small=2, soak=90)
_AT_ONCE = 30
"""In one world. Each apply has guilds of its own, and whoever comes back to more than a hundred of them waits a minute
for the gateway's limit each time."""
_DEATH_SECONDS = LONG_PATIENCE


@pytest.mark.timeout(sized(small=900, soak=3600))
async def test_an_apply_that_was_killed_between_two_calls_is_finished_once() -> None:
    for begun in range(0, KILLS, _AT_ONCE):
        with tempfile.TemporaryDirectory(prefix="guildwright-killed-") as folder:
            applies = min(_AT_ONCE, KILLS - begun)
            async with world(Path(folder), jobs=1, guilds=1, applies=applies, seed=SEED) as there:
                await _each_is_finished(there, islice(_deaths(there.trips[0]), begun, begun + applies))


async def _each_is_finished(there: World, deaths: Iterator[tuple[Point, int]]) -> None:
    for trip, (point, nth) in zip(there.trips, deaths, strict=True):
        which = f"killed at “{point.name}”, time {nth}"
        job = await _is_killed_on_its_way(there, trip, point, nth)
        assert there.bot.lives_on, which
        assert job["state"] == "succeeded", (which, job)
        assert job["result"]["is_equal"], which
        assert await there.road.wrong(trip) == [], which
    assert there.api.uninvited + there.bot.uninvited == []


def _deaths(trip: Trip) -> Iterator[tuple[Point, int]]:
    """A call and a point of it: every call in turn, or some that are spread over the plan."""
    calls = list(range(1, len(trip.plan.steps) + 1))
    if len(calls) > KILLS:
        calls = sorted(random.Random(f"killed {SEED}").sample(calls, KILLS))
    for turn in range(KILLS):
        yield BETWEEN[(turn + turn // len(calls)) % len(BETWEEN)], calls[turn % len(calls)]


async def _is_killed_on_its_way(there: World, trip: Trip, point: Point, nth: int) -> dict[str, Any]:
    """The job when it has ended."""
    await there.bot.is_up()
    died = there.bot.deaths[point.name]
    there.bot.order_death(point, nth)
    answer = await there.road.http.post(f"/plans/{trip.plan.id}/apply", json={"hash": trip.plan.hash})
    assert answer.status_code == ACCEPTED, answer.text
    assert await there.bot.has_died(within=_DEATH_SECONDS), f"never came to “{point.name}” {nth} times"
    assert there.bot.deaths[point.name] == died + 1
    await there.bot.is_up()
    return await there.road.ended(answer.json()["id"])
