"""Every JSON error code that can come about does, with Discord's status and words, and every field holds its limit."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bot.simulator
from bot.simulator import build, errors
from tests.simulator.invariants import state_of
from tests.simulator.judging import misshapen_refusal
from tests.simulator.limits import LIMITS, Limit, leaf
from tests.simulator.provoking import CASES, Provocation, ground
from tests.simulator.published import published_contract

TOKEN = "sim-token"
TEXTS: dict[int, tuple[int, str]] = errors._TEXTS
SOURCES, TESTS = Path(bot.simulator.__file__).parent, Path(__file__).parent


@pytest.mark.parametrize(
    ("code", "status", "message", "case"), [(code, *CASES[code]) for code in sorted(CASES)]
)
async def test_the_code_is_answered_with_its_status_and_words(
    code: int, status: int, message: str, case: Provocation
) -> None:
    for contract in (None, published_contract()):
        reply = await case(await ground(build(contract=contract)))
        assert (reply.status, reply.body) == (status, {"code": code, "message": message})


def test_every_code_that_is_raised_is_provoked() -> None:
    """Here, or by name in another test of the simulator."""
    elsewhere: set[int] = set()
    for path in TESTS.glob("*.py"):
        if path.name != Path(__file__).name:
            elsewhere |= set(_numbers(ast.parse(path.read_text())))
    assert sorted(_raised() - CASES.keys() - elsewhere) == []


def test_no_code_stands_there_that_nothing_raises() -> None:
    assert sorted(TEXTS.keys() - _raised()) == []
    assert sorted(CASES.keys() - _raised()) == []


@cache
def _raised() -> set[int]:
    """The numbers handed to ``refuse`` anywhere in the simulator, by name or as they are."""
    found: set[int] = set()
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {
            target.id: set(_numbers(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_refuse(node.func):
                for argument in node.args:
                    found |= set(_numbers(argument))
                    used = [each.id for each in ast.walk(argument) if isinstance(each, ast.Name)]
                    found |= {number for name in used for number in names.get(name, ())}
    return found & TEXTS.keys()


def _is_refuse(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name == "refuse"


def _numbers(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            yield node.value


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
async def test_a_field_takes_what_its_limit_allows_and_nothing_beyond(limit: Limit) -> None:
    at = await ground(build())
    for size in (limit.least, limit.most):
        reply = await limit.ask(at, size)
        assert reply.status < 300, (size, reply.body)
    before = state_of(at.simulator.world)
    reply = await limit.ask(at, limit.most + 1)
    assert (reply.status, reply.body["code"], reply.body["message"]) == (400, 50035, "Invalid Form Body")
    assert misshapen_refusal(reply.body) == []
    found = leaf(reply.body["errors"], limit.where)
    assert found["code"] in limit.codes
    assert str(limit.most) in found["message"]
    assert state_of(at.simulator.world) == before


async def test_a_category_takes_50_channels() -> None:
    at = await ground(build())
    made = await at.made(
        channels=[{"name": "deck", "type": "category"}, *({"name": "c", "parent": "deck"} for _ in range(49))]
    )
    path, body = f"/guilds/{made['id']}/channels", {"name": "c", "parent_id": made["channels"]["deck"]}
    await at.ok("POST", path, body)
    refused = await at.wire("POST", path, body)
    loose = await at.ok("POST", path, {"name": "loose"})
    moved = await at.wire("PATCH", f"/channels/{loose['id']}", {"parent_id": body["parent_id"]})
    for reply in (refused, moved):
        assert (reply.status, reply.body["code"]) == (400, 50035)
        found = leaf(reply.body["errors"], "parent_id")
        assert found["code"] == "CHANNEL_PARENT_MAX_CHANNELS"
        assert found["message"] == "Maximum number of channels in category reached (50)"


async def test_a_channel_is_made_with_100_overwrites_at_most() -> None:
    at = await ground(build())
    crew = [f"c{number}" for number in range(101)]
    made = await at.made(members=[{"username": name} for name in crew])
    all_of_them = [{"id": made["members"][name], "type": 1, "deny": "2048"} for name in crew]
    path = f"/guilds/{made['id']}/channels"
    await at.ok("POST", path, {"name": "c", "permission_overwrites": all_of_them[:100]})
    reply = await at.wire("POST", path, {"name": "c", "permission_overwrites": all_of_them})
    assert (reply.status, reply.body["code"]) == (400, 50035)
    assert leaf(reply.body["errors"], "permission_overwrites")["code"] == "BASE_TYPE_MAX_LENGTH"


async def test_what_has_no_route_method_or_token_has_code_0() -> None:
    at = await ground(build())
    found: list[Any] = []
    guild = at.path("{guild}")
    for method, path, token in (("GET", "/nothing/here", TOKEN), ("PUT", guild, TOKEN), ("GET", guild, "x")):
        reply = await at.wire(method, path, headers={"authorization": f"Bot {token}"})
        found.append((reply.status, reply.body))
    assert found == [
        (404, {"code": 0, "message": "404: Not Found"}),
        (405, {"code": 0, "message": "405: Method Not Allowed"}),
        (401, {"code": 0, "message": "401: Unauthorized"}),
    ]
