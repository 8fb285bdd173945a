"""Whatever is called, by whomever: the answer is as Discord's published document has it, and so is what is left."""

from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.simulator import build
from bot.simulator.routes import TABLE
from tests.fixtures.size import SEED, sized
from tests.simulator.calls import Wire
from tests.simulator.driving import drive, unmet, walking
from tests.simulator.generating import bodies, choices, illegal, takes_body
from tests.simulator.judging import Evidence
from tests.simulator.naming import Spot, living, named, without_source
from tests.simulator.published import PUBLISHED, needs_document, published_contract, published_document
from tests.simulator.refusing import TAKEN, Taken, taken_wrongly
from tests.simulator.walking import guild_spec

pytestmark = needs_document

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
DOCUMENT = published_document() if PUBLISHED.exists() else {}
BODIED = [each for each in TABLE.routes if DOCUMENT and takes_body(DOCUMENT, each.method, each.template)]


def test_every_path_parameter_can_be_named() -> None:
    assert without_source(route.template for route in TABLE.routes) == []


@pytest.mark.parametrize("alone", [False, True], ids=["judged inside", "alone"])
async def test_every_route_answers_as_published_and_succeeds(alone: bool) -> None:
    evidence = Evidence()
    least, most = sized(small=1200, soak=60_000), sized(small=6000, soak=80_000)
    await drive(Random(SEED), evidence, alone=alone, least=least, most=most)
    assert [evidence.told(route) for route in unmet(evidence)] == []


@settings(max_examples=sized(small=40, soak=1500), suppress_health_check=_UNHURRIED)
@given(chance=choices(), alone=st.booleans())
async def test_no_sequence_of_calls_breaks_what_was_published(chance: Random, alone: bool) -> None:
    """What fails here is made small. A client that heard everything remembers what is there."""
    async with walking(chance, Evidence(), alone=alone) as walk:
        for _ in range(chance.randint(1, 12)):
            await walk.step()
        assert walk.head.differences() == []


@pytest.mark.parametrize("seed", range(sized(small=3, soak=100)))
async def test_a_client_that_heard_everything_remembers_what_is_there(seed: int) -> None:
    async with walking(Random(SEED * 10_000 + seed), Evidence(), alone=True) as walk:
        for number in range(120):
            step = await walk.step()
            assert number % 10 or walk.head.differences() == [], str(step)


@given(data=st.data())
@settings(max_examples=sized(small=150, soak=5000), suppress_health_check=_UNHURRIED)
async def test_what_the_document_refuses_is_refused_by_the_simulator_itself(data: st.DataObject) -> None:
    contract = published_contract()
    assert contract is not None
    simulator = build()
    wire = Wire(simulator.app)
    await wire.control("POST", "/guilds", guild_spec("Harbour", ["ADMINISTRATOR"]))
    route = data.draw(st.sampled_from(BODIED))
    spot = Spot(simulator.world, next(iter(simulator.world.guilds.values())), route.template)
    path = named(spot, data.draw(choices()))
    body = data.draw(illegal(bodies(DOCUMENT, route.method, route.template, partial(living, spot))))
    reply = await wire(route.method, path, body)
    assert reply.status < 500
    if reply.status < 400:
        assert taken_wrongly(contract, route.method, route.template, body) == []


@pytest.mark.parametrize("taken", TAKEN, ids=lambda each: each.names[0])
async def test_an_exception_is_made_for_what_is_taken_indeed(taken: Taken) -> None:
    """An exception that is not needed any more is to be struck."""
    contract = published_contract()
    assert contract is not None
    simulator = build()
    wire = Wire(simulator.app)
    await wire.control("POST", "/guilds", guild_spec("Harbour", ["ADMINISTRATOR"]))
    (method, template), body = taken.example
    guild = next(iter(simulator.world.guilds.values()))
    text = next(each for each in guild.channels.values() if each.type == 0)
    path = template.format(guild_id=guild.id, role_id=guild.id, channel_id=text.id)
    assert (await wire(method, path, body)).status < 400, f"{taken.names} need no exception: strike it"
    assert contract.request_errors(method, template, body)
    assert taken_wrongly(contract, method, template, body) == []
