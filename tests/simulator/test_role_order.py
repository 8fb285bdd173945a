"""Ordering roles: who may, what is refused, what is told and logged."""

from typing import Any

import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear

LADDER: dict[str, Any] = {
    "roles": [{"name": "low"}, {"name": "mid"}, {"name": "high"}],
    "bot_permissions": ["MANAGE_ROLES"],
    "bot_role_position": 3,
    "members": [{"username": "ada"}],
}


async def ranks(sim: Control, guild_id: str) -> dict[str, int]:
    return {each["name"]: each["position"] for each in (await sim.dump(guild_id))["roles"]}


async def test_roles_are_ordered_below_ones_own(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**LADDER)
    path, ids, ear = f"/guilds/{made['id']}/roles", made["roles"], Ear(simulator)
    before = await ranks(sim, made["id"])
    assert before == {"@everyone": 0, "low": 1, "mid": 2, "simulated-bot": 3, "high": 4}
    own = next(each["id"] for each in await rest.ok("GET", path) if each["name"] == "simulated-bot")
    for body in (
        [{"id": ids["low"], "position": 4}],
        [{"id": ids["low"], "position": 3}, {"id": ids["mid"], "position": 1}],
        [{"id": ids["high"], "position": 1}],
        [{"id": own, "position": 2}],
    ):
        assert await rest.refused("PATCH", path, body) == (403, 50013), body
    assert (await ranks(sim, made["id"]), ear.happened()) == (before, [])
    swap = [{"id": ids["low"], "position": 2}, {"id": ids["mid"], "position": 1}]
    still = [
        {"id": ids["high"], "position": 4},
        {"id": own, "position": None},
        {"id": made["id"], "position": 0},
    ]
    listed = await rest.ok("PATCH", path, [*swap, *still], X_Audit_Log_Reason="why")
    assert {each["name"]: each["position"] for each in listed} == before | {"low": 2, "mid": 1}
    assert [(name, data["role"]["id"]) for name, data in ear.happened()] == [
        ("GUILD_ROLE_UPDATE", ids["low"]),
        ("GUILD_ROLE_UPDATE", ids["mid"]),
    ]
    assert (await sim.edit("owner", "PATCH", path, [{"id": own, "position": 9}]))["status"] == 200
    assert (await sim.edit("ada", "PATCH", path, swap))["body"]["code"] == 50013


async def test_a_role_order_is_logged_with_its_reason(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**LADDER | {"bot_permissions": ["ADMINISTRATOR"]})
    body = [{"id": made["roles"]["mid"], "position": 1}]
    await rest.ok("PATCH", f"/guilds/{made['id']}/roles", body, X_Audit_Log_Reason="why")
    [entry] = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert (entry["action_type"], entry["target_id"], entry["reason"]) == (31, body[0]["id"], "why")
    assert entry["changes"] == [{"key": "position", "old_value": 2, "new_value": 1}]


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        ({"id": "1", "position": 1}, (404, 10011)),
        ({"position": 1}, (400, 50035)),
        ({"id": "mid", "position": 0}, (400, 50035)),
        ({"id": "mid", "position": -1}, (400, 50035)),
        ({"id": "mid", "position": "x"}, (400, 50035)),
        ({"id": "everyone", "position": 1}, (400, 50035)),
        (7, (400, 50035)),
    ],
)
async def test_a_bad_entry_moves_no_role(
    sim: Control, rest: Rest, entry: Any, refusal: tuple[int, int]
) -> None:
    made = await sim.guild(**LADDER)
    ids = made["roles"] | {"everyone": made["id"]}
    if isinstance(entry, dict):
        entry = {key: ids.get(value, value) for key, value in entry.items()}
    before = await ranks(sim, made["id"])
    body = [{"id": ids["low"], "position": 2}, entry]
    assert await rest.refused("PATCH", f"/guilds/{made['id']}/roles", body) == refusal
    assert await ranks(sim, made["id"]) == before


async def test_of_a_role_named_twice_the_later_place_counts(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**LADDER)
    low = made["roles"]["low"]
    body = [{"id": low, "position": 4}, {"id": low, "position": 2}]
    await rest.ok("PATCH", f"/guilds/{made['id']}/roles", body)
    assert (await ranks(sim, made["id"]))["low"] == 2
