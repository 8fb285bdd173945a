"""Walks through one world after another until every implemented route has answered with a success."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random

from bot.simulator import build
from bot.simulator.routing import Route
from tests.simulator.judging import Evidence
from tests.simulator.published import published_contract, published_document
from tests.simulator.walking import Walk

# Routes that can have no success here, and why. What is listed may succeed all the same.
_MADE_BY_NO_BOT = "bots make no guilds any more, and people do not do it over the documented API"
HOPELESS: dict[tuple[str, str], str] = {
    ("POST", "/guilds"): _MADE_BY_NO_BOT,
    ("POST", "/guilds/templates/{code}"): _MADE_BY_NO_BOT,
}
_STEPS_IN_A_WORLD = 150


def unmet(evidence: Evidence) -> list[Route]:
    """Routes that should have answered with a success by now and have not."""
    return [each for each in evidence.unmet() if (each.method, each.template) not in HOPELESS]


@asynccontextmanager
async def walking(
    chance: Random, evidence: Evidence, *, alone: bool, spoils: int = 6
) -> AsyncGenerator[Walk]:
    """A walk in a fresh world; the document must be there."""
    contract = published_contract()
    assert contract is not None
    simulator = build(contract=None if alone else contract)
    walk = Walk(simulator, published_document(), contract, chance, evidence, alone=alone, spoils=spoils)
    await walk.start()
    try:
        yield walk
    finally:
        await walk.end()


async def drive(
    chance: Random, evidence: Evidence, *, alone: bool, least: int, most: int, spoils: int = 6
) -> None:
    """At least so many steps, and then on to what has not succeeded yet, but not further than ``most``."""
    done = 0
    while done < least or (done < most and unmet(evidence)):
        async with walking(chance, evidence, alone=alone, spoils=spoils) as walk:
            for _ in range(min(_STEPS_IN_A_WORLD, most - done)):
                await walk.step(unmet(evidence))
                done += 1
