"""The judge can say no: whatever is broken in a real answer or in an allowed request is noticed."""

import asyncio
from random import Random
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

from bot.simulator import build, payloads
from bot.simulator.contract import Contract
from bot.simulator.contract.amendments import amended
from bot.simulator.shapes import JsonObject
from bot.simulator.state import Role
from tests.fixtures.size import SEED, sized
from tests.simulator.calls import Wire
from tests.simulator.driving import drive
from tests.simulator.generating import Author, choices, takes_body
from tests.simulator.judging import Evidence, Operation, misshapen_refusal
from tests.simulator.published import needs_document, published_contract, published_document
from tests.simulator.spots import Kind, Place, Places

pytestmark = needs_document

KINDS: tuple[Kind, ...] = ("required", "typed", "chosen", "snowflake")
EXAMPLES = settings(
    max_examples=sized(small=100, soak=5000), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Its document has a choice of nothing at all, so that no body fits.
UNSATISFIABLE = ("PATCH", "/guilds/{guild_id}/requests/{request_id}")


def as_judged(document: JsonObject) -> JsonObject:
    """With what the judge has amended, where it is no longer as strict."""
    return document | {"components": amended(cast("JsonObject", document["components"]))}


@pytest.fixture(scope="module")
def contract() -> Contract:
    found = published_contract()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def answers(contract: Contract) -> dict[Operation, tuple[int, Any]]:
    """Real answers with a body, one of each documented operation."""
    evidence = Evidence()
    asyncio.run(drive(Random(SEED), evidence, alone=True, least=600, most=600))
    found = {each: seen for each, seen in evidence.answers.items() if each in contract.operations}
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def breakable(answers: dict[Operation, tuple[int, Any]]) -> dict[Kind, list[tuple[Operation, list[Place]]]]:
    """By kind the operations in whose answers there is something of that kind to break, and where."""
    reader = Places(as_judged(published_document()))
    places = {each: reader.in_answer(*each, *answers[each]) for each in sorted(answers)}
    found: dict[Kind, list[tuple[Operation, list[Place]]]] = {}
    for kind in KINDS:
        of_kind = ((each, [place for place in some if place.kind == kind]) for each, some in places.items())
        found[kind] = [(each, some) for each, some in of_kind if some]
    return found


@pytest.mark.parametrize("kind", KINDS)
@EXAMPLES
@given(chance=choices())
def test_what_is_broken_in_an_answer_is_noticed(
    kind: Kind,
    chance: Random,
    answers: dict[Operation, tuple[int, Any]],
    breakable: dict[Kind, list[tuple[Operation, list[Place]]]],
    contract: Contract,
) -> None:
    operation, places = chance.choice(breakable[kind])
    status, body = answers[operation]
    assert contract.answer_errors(*operation, status, body) == []
    place = chance.choice(places)
    assert contract.answer_errors(*operation, status, place.broken_in(body)), (operation, place)


def test_a_status_that_is_not_documented_is_noticed(
    answers: dict[Operation, tuple[int, Any]], contract: Contract
) -> None:
    for (method, template), (_, body) in answers.items():
        documented = contract.answer_statuses(method, template)
        for status in (200, 201, 202, 203, 204, 205, 299, 302):
            if str(status) not in documented:
                assert contract.answer_errors(method, template, status, body), (method, template, status)


def test_a_body_where_none_belongs_is_noticed_and_none_where_one_belongs(contract: Contract) -> None:
    typing = ("POST", "/channels/{channel_id}/typing")
    assert contract.answer_errors("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", 204, {})
    assert contract.answer_errors("GET", "/channels/{channel_id}", 200, None)
    assert contract.answer_errors(*typing, 204, None) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_broken_in_a_request_is_noticed(kind: Kind, contract: Contract) -> None:
    document, chance = published_document(), Random(SEED)
    author, reader, broken = Author(document, chance), Places(as_judged(document)), 0
    for method, template in sorted(each for each in contract.operations if takes_body(document, *each)):
        for _ in range(sized(small=6, soak=600)):
            body = author.body(method, template)
            places = [each for each in reader.in_request(method, template, body) if each.kind == kind]
            if places:
                place, broken = chance.choice(places), broken + 1
                complaints = contract.request_errors(method, template, place.broken_in(body))
                assert complaints, (method, template, place, body)
    assert broken > 100


def test_what_is_written_by_the_document_is_allowed_by_it(contract: Contract) -> None:
    document = published_document()
    author = Author(document, Random(SEED))
    for method, template in sorted(contract.operations - {UNSATISFIABLE}):
        if takes_body(document, method, template):
            for _ in range(sized(small=15, soak=1000)):
                body = author.body(method, template)
                assert contract.request_errors(method, template, body) == {}, (method, template, body)


REFUSAL: JsonObject = {
    "message": "Invalid Form Body",
    "code": 50035,
    "errors": {"a": {"_errors": [{"code": "X", "message": "x"}]}},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "50035"},
        {"message": None},
        {"code": 10004},
        {"errors": {}},
        {"errors": {"a": {}}},
        {"errors": {"_errors": []}},
        {"errors": {"_errors": [{"code": 1, "message": "x"}]}},
        {
            "errors": {
                "_errors": [{"code": "X", "message": "x"}],
                "a": {"_errors": [{"code": "X", "message": "x"}]},
            }
        },
    ],
)
def test_a_refusal_that_is_not_as_discords_is_noticed(wrong: JsonObject, contract: Contract) -> None:
    assert misshapen_refusal(REFUSAL) == []
    assert misshapen_refusal(REFUSAL | wrong)
    assert contract.answer_errors("GET", "/guilds/{guild_id}", 400, REFUSAL) == []


async def test_a_route_that_answers_wrongly_ends_as_a_failure_that_says_why(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = payloads.role

    def wrong(found: Role) -> JsonObject:
        return right(found) | {"permissions": found.permissions}

    simulator = build(contract=contract)
    wire = Wire(simulator.app)
    guild = (await wire.control("POST", "/guilds", {"name": "Harbour"})).body["id"]
    path = f"/guilds/{guild}/roles"
    assert (await wire("GET", path)).status == 200
    monkeypatch.setattr(payloads, "role", wrong)
    reply = await wire("GET", path)
    assert reply.status == 500
    assert "/0/permissions" in reply.body["message"]
    alone = build()
    guild = (await Wire(alone.app).control("POST", "/guilds", {"name": "Harbour"})).body["id"]
    assert (await Wire(alone.app)("GET", f"/guilds/{guild}/roles")).status == 200
