"""Ordering channels: who may, what is refused, and what is told."""

from typing import Any

import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear

VIEW, MANAGE_CHANNELS = 1 << 10, 1 << 4
SPOILER = 1 << 21

FLEET: dict[str, Any] = {
    "roles": [{"name": "Crew"}],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}]},
        {"name": "Hold", "type": 4},
        {"name": "a", "parent": "Deck"},
        {"name": "b", "parent": "Deck", "synced": True},
        {"name": "c"},
    ],
    "members": [{"username": "ada", "roles": ["Crew"]}],
}


def denied(*bits: int) -> list[dict[str, Any]]:
    return [{"role": "@everyone", "deny": str(sum(bits))}]


async def places(sim: Control, guild_id: str) -> dict[str, tuple[int, str | None]]:
    found = (await sim.dump(guild_id))["channels"]
    names = {each["id"]: each["name"] for each in found}
    return {each["name"]: (each["position"], names.get(each["parent_id"])) for each in found}


async def test_only_what_changed_is_told_and_nothing_is_logged(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**FLEET)
    path, ids, ear = f"/guilds/{made['id']}/channels", made["channels"], Ear(simulator)
    body = [
        {"id": ids["a"], "position": 9},
        {"id": ids["b"], "position": 3},
        {"id": ids["c"], "position": None},
        {"id": ids["Deck"]},
    ]
    assert await rest.ok("PATCH", path, body) is None
    assert [(name, data["id"], data["position"]) for name, data in ear.happened()] == [
        ("CHANNEL_UPDATE", ids["a"], 9)
    ]
    assert (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"] == []
    await rest.ok("PATCH", path, [])
    assert ear.happened() == []


async def test_equal_places_are_told_apart_by_id(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FLEET)
    ids = made["channels"]
    body = [{"id": ids[name], "position": 4} for name in ("c", "a", "Hold", "b", "Deck")]
    await rest.ok("PATCH", f"/guilds/{made['id']}/channels", body)
    order = [each["name"] for each in (await sim.dump(made["id"]))["channels"]]
    assert order == ["Deck", "Hold", "a", "b", "c"]


async def test_one_channel_changes_its_parent(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**FLEET)
    path, ids = f"/guilds/{made['id']}/channels", made["channels"]
    before, ear = await places(sim, made["id"]), Ear(simulator)
    two = [{"id": ids["a"], "parent_id": ids["Hold"]}, {"id": ids["b"], "parent_id": None, "position": 0}]
    answer = await rest("PATCH", path, two)
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "Only one channel can have a parent_id modified at a time", "code": 40009},
    )
    assert (await places(sim, made["id"]), ear.happened()) == (before, [])
    stays = {"id": ids["b"], "parent_id": ids["Deck"], "position": 0}
    await rest.ok("PATCH", path, [{"id": ids["a"], "parent_id": ids["Hold"], "position": 7}, stays])
    assert await places(sim, made["id"]) == before | {"a": (7, "Hold"), "b": (0, "Deck")}
    assert sorted(data["name"] for _, data in ear.happened()) == ["a", "b"]


async def test_of_a_channel_named_twice_every_entry_counts_and_is_told_once(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**FLEET)
    ids, ear = made["channels"], Ear(simulator)
    body = [
        {"id": ids["c"], "position": 8},
        {"id": ids["c"], "parent_id": ids["Hold"]},
        {"id": ids["c"], "position": 6},
    ]
    await rest.ok("PATCH", f"/guilds/{made['id']}/channels", body)
    [(_, told)] = ear.happened()
    assert (told["position"], told["parent_id"]) == (6, ids["Hold"])


async def test_locking_copies_the_set_of_the_category(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FLEET)
    path, ids, crew = f"/guilds/{made['id']}/channels", made["channels"], made["roles"]["Crew"]
    synced = [{"id": crew, "type": 0, "allow": str(VIEW), "deny": "0"}]

    async def overwrites(name: str) -> Any:
        return (await rest.ok("GET", f"/channels/{ids[name]}"))["permission_overwrites"]

    await rest.ok("PATCH", path, [{"id": ids["c"], "parent_id": ids["Deck"]}])
    assert await overwrites("c") == []
    await rest.ok("PATCH", path, [{"id": ids["c"], "parent_id": ids["Deck"], "lock_permissions": True}])
    assert await overwrites("c") == synced
    await rest.ok("PATCH", path, [{"id": ids["b"], "parent_id": ids["Hold"], "lock_permissions": False}])
    assert await overwrites("b") == synced
    await rest.ok("PATCH", path, [{"id": ids["b"], "parent_id": None, "lock_permissions": True}])
    assert await overwrites("b") == synced, "without a category there is nothing to copy"
    await rest.ok("PATCH", path, [{"id": ids["b"], "parent_id": ids["Hold"], "lock_permissions": True}])
    assert await overwrites("b") == []


async def test_flags_can_be_set_on_the_way(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FLEET)
    path, ids = f"/guilds/{made['id']}/channels", made["channels"]
    await rest.ok("PATCH", path, [{"id": ids["c"], "flags": SPOILER | 1}, {"id": ids["a"], "flags": None}])
    assert (await rest.ok("GET", f"/channels/{ids['c']}"))["flags"] == SPOILER
    assert (await rest.ok("GET", f"/channels/{ids['a']}"))["flags"] == 0


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        ({"id": "1", "position": 1}, (404, 10003)),
        ({"position": 1}, (400, 50035)),
        ({"id": None, "position": 1}, (400, 50035)),
        ({"id": "c", "position": -1}, (400, 50035)),
        ({"id": "c", "position": "high"}, (400, 50035)),
        ({"id": "c", "lock_permissions": "yes"}, (400, 50035)),
        ({"id": "c", "parent_id": "1"}, (400, 50035)),
        ({"id": "c", "parent_id": "a"}, (400, 50035)),
        ({"id": "Deck", "parent_id": "Hold"}, (400, 50035)),
        ("c", (400, 50035)),
    ],
)
async def test_a_bad_entry_moves_nothing(
    sim: Control, rest: Rest, simulator: Simulator, entry: Any, refusal: tuple[int, int]
) -> None:
    made = await sim.guild(**FLEET)
    path, ids, ear = f"/guilds/{made['id']}/channels", made["channels"], Ear(simulator)
    before = await places(sim, made["id"])
    if isinstance(entry, dict):
        entry = {key: ids.get(value, value) for key, value in entry.items()}
    assert await rest.refused("PATCH", path, [{"id": ids["b"], "position": 9}, entry]) == refusal
    assert (await places(sim, made["id"]), ear.happened()) == (before, [])


async def test_a_body_that_is_no_list_is_refused(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FLEET)
    for path in ("channels", "roles"):
        answer = await rest.refused("PATCH", f"/guilds/{made['id']}/{path}", {"id": "1", "position": 1})
        assert answer == (400, 50035)


GUARDED: dict[str, Any] = {
    "everyone_permissions": [],
    "bot_permissions": ["MANAGE_CHANNELS", "VIEW_CHANNEL"],
    "channels": [
        {"name": "Open", "type": 4},
        {"name": "Shut", "type": 4, "permission_overwrites": denied(MANAGE_CHANNELS)},
        {"name": "seen"},
        {"name": "hidden", "parent": "Open", "permission_overwrites": denied(VIEW)},
        {"name": "kept", "permission_overwrites": denied(MANAGE_CHANNELS)},
    ],
}


async def test_places_take_the_permission_in_the_guild_and_parents_where_they_change(
    sim: Control, rest: Rest
) -> None:
    made = await sim.guild(**GUARDED)
    path, ids = f"/guilds/{made['id']}/channels", made["channels"]
    await rest.ok("PATCH", path, [{"id": ids[name], "position": 1} for name in ("hidden", "kept", "Shut")])
    for entry in (
        {"id": ids["hidden"], "parent_id": None},
        {"id": ids["kept"], "parent_id": ids["Open"]},
        {"id": ids["seen"], "parent_id": ids["Shut"]},
    ):
        assert await rest.refused("PATCH", path, [entry]) == (403, 50001)
    await rest.ok("PATCH", path, [{"id": ids["seen"], "parent_id": ids["Open"]}])
    lock = [{"id": ids["seen"], "lock_permissions": True}]
    assert await rest.refused("PATCH", path, lock) == (403, 50013)
    assert await rest.refused("PATCH", path, [{"id": ids["hidden"], "lock_permissions": True}]) == (
        403,
        50001,
    )
    flags = [{"id": ids["kept"], "flags": SPOILER}]
    assert await rest.refused("PATCH", path, flags) == (403, 50013)


async def test_the_permission_in_the_category_is_enough_for_a_place_in_it(sim: Control, rest: Rest) -> None:
    allowed = [{"role": "Mate", "allow": str(MANAGE_CHANNELS | VIEW)}]
    made = await sim.guild(
        bot_permissions=[],
        roles=[{"name": "Mate"}],
        channels=[
            {"name": "Deck", "type": 4, "permission_overwrites": allowed},
            {"name": "in", "parent": "Deck", "permission_overwrites": denied(MANAGE_CHANNELS)},
            {"name": "out"},
        ],
        members=[{"username": "ada", "roles": ["Mate"]}],
    )
    path, ids = f"/guilds/{made['id']}/channels", made["channels"]

    async def order(body: Any) -> tuple[int, Any]:
        answer = await sim.edit("ada", "PATCH", path, body)
        return answer["status"], answer["body"] and answer["body"]["code"]

    assert await order([{"id": ids["in"], "position": 5}]) == (204, None)
    assert await order([{"id": ids["out"], "position": 5}]) == (403, 50013)
    assert await order([{"id": ids["Deck"], "position": 5}]) == (403, 50013)
    assert await order([{"id": ids["in"], "parent_id": None}]) == (403, 50001)
    assert await order([]) == (403, 50013)
    assert await rest.refused("PATCH", path, [{"id": ids["in"], "position": 1}]) == (403, 50013)
