"""Ordering channels and roles: who may, what is refused, what is told, and that nothing else moves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator, build
from bot.simulator import payloads as shapes
from bot.simulator.errors import Refusal
from bot.simulator.routes import TABLE
from bot.simulator.routing import Call, perform
from bot.simulator.specs import SpecReader
from bot.simulator.state import Guild
from bot.simulator.world import World
from tests.simulator.calls import Control, Rest
from tests.simulator.listening import Ear

VIEW, MANAGE_CHANNELS, MANAGE_ROLES = 1 << 10, 1 << 4, 1 << 28
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
    assert [(name, data["id"], data["position"]) for name, data in ear.take()] == [
        ("CHANNEL_UPDATE", ids["a"], 9)
    ]
    assert (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"] == []
    await rest.ok("PATCH", path, [])
    assert ear.take() == []


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
    assert (await places(sim, made["id"]), ear.take()) == (before, [])
    stays = {"id": ids["b"], "parent_id": ids["Deck"], "position": 0}
    await rest.ok("PATCH", path, [{"id": ids["a"], "parent_id": ids["Hold"], "position": 7}, stays])
    assert await places(sim, made["id"]) == before | {"a": (7, "Hold"), "b": (0, "Deck")}
    assert sorted(data["name"] for _, data in ear.take()) == ["a", "b"]


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
    [(_, told)] = ear.take()
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
    assert (await places(sim, made["id"]), ear.take()) == (before, [])


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


# Roles

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
    assert (await ranks(sim, made["id"]), ear.take()) == (before, [])
    swap = [{"id": ids["low"], "position": 2}, {"id": ids["mid"], "position": 1}]
    still = [
        {"id": ids["high"], "position": 4},
        {"id": own, "position": None},
        {"id": made["id"], "position": 0},
    ]
    listed = await rest.ok("PATCH", path, [*swap, *still], X_Audit_Log_Reason="why")
    assert {each["name"]: each["position"] for each in listed} == before | {"low": 2, "mid": 1}
    assert [(name, data["role"]["id"]) for name, data in ear.take()] == [
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


# Whatever is sent


def order(world: World, guild: Guild, what: str, body: list[Any]) -> None:
    """One call of the bot's, in process."""
    path = f"/guilds/{guild.id}/{what}"
    route, params = TABLE.find("PATCH", path)
    call = Call(world, world.application.bot_id, "PATCH", route, path, params, body=body)
    perform(call, via="rest")


def built(spec: dict[str, Any]) -> tuple[Simulator, Guild]:
    simulator = build()
    whole: dict[str, Any] = {"name": "Harbour"} | spec
    return simulator, SpecReader(simulator.world, whole).build()


CHANNELS: list[dict[str, Any]] = [
    {"name": "A", "type": 4, "permission_overwrites": denied(VIEW)},
    {"name": "B", "type": 4},
    *({"name": f"c{number}", "parent": "AB"[number % 2], "topic": "t"} for number in range(4)),
    {"name": "v", "type": 2},
    {"name": "loose"},
]
indices = st.integers(0, len(CHANNELS) - 1)
moves = st.lists(
    st.tuples(indices, st.none() | st.integers(0, 9)), max_size=8, unique_by=lambda each: each[0]
)
parents = st.none() | st.tuples(st.integers(2, len(CHANNELS) - 1), st.sampled_from([0, 1, None]))


@given(calls=st.lists(st.tuples(moves, parents), max_size=5))
def test_any_channel_orders_leave_only_places_and_parents_changed(calls: list[Any]) -> None:
    simulator, guild = built({"channels": CHANNELS})
    ids, ear = list(guild.channels), Ear(simulator)
    for placed, reparented in calls:
        before = {each: shapes.channel(channel) for each, channel in guild.channels.items()}
        wanted = {each: dict(body) for each, body in before.items()}
        body: list[dict[str, Any]] = []
        for index, place in placed:
            body.append({"id": str(ids[index]), "position": place})
            if place is not None:
                wanted[ids[index]]["position"] = place
        if reparented is not None:
            index, parent = reparented
            parent_id = None if parent is None else str(ids[parent])
            body.append({"id": str(ids[index]), "parent_id": parent_id})
            wanted[ids[index]]["parent_id"] = parent_id
        order(simulator.world, guild, "channels", body)
        now = {each: shapes.channel(channel) for each, channel in guild.channels.items()}
        assert now == wanted
        expected = sorted(wanted.values(), key=lambda each: (each["position"], int(str(each["id"]))))
        assert [shapes.channel(each) for each in guild.ordered_channels()] == expected
        changed = {str(each) for each in ids if before[each] != now[each]}
        told = ear.take()
        assert {data["id"] for _, data in told} == changed
        assert len(told) == len(changed)
        assert all(data == now[int(data["id"])] for _, data in told)


ranked = st.lists(
    st.tuples(st.integers(0, 5), st.none() | st.integers(0, 9)), max_size=6, unique_by=lambda each: each[0]
)


@given(calls=st.lists(ranked, max_size=5), top=st.integers(1, 7))
def test_any_role_orders_leave_what_is_above_the_caller_alone(calls: list[Any], top: int) -> None:
    """Either all of a call counts or nothing, and no call lifts a role to the caller's or brings a higher one down."""
    spec: dict[str, Any] = {"roles": [{"name": f"r{number}", "color": number} for number in range(6)]}
    simulator, guild = built(spec | {"bot_role_position": top})
    world, ear = simulator.world, Ear(simulator)
    ids = [role.id for role in guild.roles.values() if role.name.startswith("r")]
    own = next(role for role in guild.roles.values() if role.managed)
    for entries in calls:
        before = {each: shapes.role(role) for each, role in guild.roles.items()}
        body = [{"id": str(ids[index]), "position": place} for index, place in entries]
        sent = {ids[index]: place for index, place in entries if place is not None}
        wanted = {
            each: role | ({"position": sent[each]} if each in sent else {}) for each, role in before.items()
        }
        try:
            order(world, guild, "roles", body)
        except Refusal:
            wanted = before
        assert {each: shapes.role(role) for each, role in guild.roles.items()} == wanted
        moved = {each for each in ids if wanted[each] != before[each]}
        assert [int(data["role"]["id"]) for _, data in ear.take()] == [each for each in sent if each in moved]
        for each in moved:
            assert _below(before[each], shapes.role(own))
            assert _below(wanted[each], shapes.role(own))


def _below(role: Any, own: Any) -> bool:
    """Lower, or beside it and younger."""
    return (role["position"], -int(role["id"])) < (own["position"], -int(own["id"]))


def test_the_order_of_a_list_of_entries_does_not_matter() -> None:
    bodies: list[list[Any]] = []
    for flipped in (False, True):
        simulator, guild = built({"channels": CHANNELS})
        body: list[Any] = [
            {"id": str(each), "position": place} for place, each in enumerate(reversed(guild.channels))
        ]
        order(simulator.world, guild, "channels", body[::-1] if flipped else body)
        bodies.append([channel.name for channel in guild.ordered_channels()])
    assert bodies[0] == bodies[1] == [each["name"] for each in reversed(CHANNELS)]
