"""One simulated Discord and one bot for all the guilds of a test."""

from collections.abc import Callable, Iterator

import pytest

from tests.bot.conftest import Discord, Running, discord, ready, start
from tests.trials.report import Report
from tests.trials.stage import Stage

__all__ = ["discord", "start"]


@pytest.fixture
async def stage(discord: Discord, start: Callable[..., Running]) -> Stage:
    running = start()
    await ready(running)
    # Who is in a guild is not needed here, and Discord lets nobody ask for it in hundreds of guilds a minute.
    running.bot._connection._chunk_guilds = False
    return Stage(discord, running.bot)


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Iterator[Report]:
    """Printed when the test is over, however it went."""
    found = Report()
    yield found
    with capsys.disabled():
        print(f"\n{request.node.name}: {found}")
