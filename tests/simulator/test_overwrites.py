"""Permission overwrites: what may be written by whom, and what a category carries to its synced children."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator, build
from bot.simulator.permissions import ALL
from bot.simulator.routes import TABLE
from bot.simulator.routing import Call, perform
from bot.simulator.specs import SpecReader
from bot.simulator.state import Channel, Overwrite
from bot.simulator.syncing import normalised
from tests.simulator.calls import Control, Rest
from tests.simulator.listening import Ear

VIEW, SEND, CONNECT, MANAGE_ROLES = 1 << 10, 1 << 11, 1 << 20, 1 << 28
CREATED, UPDATED, DELETED = 13, 14, 15

FAMILY: dict[str, Any] = {
    "roles": [{"name": "Crew"}, {"name": "Mates"}],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}]},
        {"name": "synced", "parent": "Deck", "synced": True},
        {"name": "voice", "type": 2, "parent": "Deck", "synced": True},
        {
            "name": "nearly",
            "parent": "Deck",
            "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}, {"role": "Mates"}],
        },
        {"name": "own", "parent": "Deck", "permission_overwrites": [{"role": "Mates", "deny": str(VIEW)}]},
        {"name": "Hold", "type": 4},
        {"name": "elsewhere"},
    ],
    "members": [{"username": "ada", "roles": ["Crew"]}],
}


def bits(channel: Any) -> dict[str, tuple[int, int, int]]:
    return {
        each["id"]: (each["type"], int(each["allow"]), int(each["deny"]))
        for each in channel["permission_overwrites"]
    }


async def sets(sim: Control, guild_id: str) -> dict[str, dict[str, tuple[int, int, int]]]:
    return {each["name"]: bits(each) for each in (await sim.dump(guild_id))["channels"]}


async def logged(rest: Rest, guild_id: str) -> list[Any]:
    found = (await rest.ok("GET", f"/guilds/{guild_id}/audit-logs?limit=100"))["audit_log_entries"]
    return list(reversed(found))


async def test_one_is_made_changed_and_removed(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**FAMILY)
    channel, crew = made["channels"]["elsewhere"], made["roles"]["Crew"]
    path, ear = f"/channels/{channel}/permissions/{crew}", Ear(simulator)
    body: Any = {"type": 0, "allow": str(VIEW), "deny": str(SEND)}
    await rest.ok("PUT", path, body, X_Audit_Log_Reason="why")
    [(name, told)] = ear.take()
    assert (name, bits(told)) == ("CHANNEL_UPDATE", {crew: (0, VIEW, SEND)})
    await rest.ok("PUT", path, body)
    assert ear.take() == [], "what is there already is no change"
    await rest.ok("PUT", path, {"type": 0, "allow": VIEW})
    assert bits(ear.take()[0][1]) == {crew: (0, VIEW, 0)}
    await rest.ok("PUT", path, {"allow": None, "deny": None})
    assert bits(ear.take()[0][1]) == {crew: (0, 0, 0)}
    await rest.ok("DELETE", path)
    assert bits(ear.take()[0][1]) == {}
    assert await rest.refused("DELETE", path) == (404, 10009)
    entries = await logged(rest, made["id"])
    assert [each["action_type"] for each in entries] == [CREATED, UPDATED, UPDATED, DELETED]
    assert {each["target_id"] for each in entries} == {channel}
    assert {str(each["options"]) for each in entries} == {str({"id": crew, "type": "0", "role_name": "Crew"})}
    assert [each.get("reason") for each in entries] == ["why", None, None, None]
    assert entries[1]["changes"] == [{"key": "deny", "old_value": str(SEND), "new_value": "0"}]


async def test_a_members_is_of_its_own_type(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    channel, ada = f"/channels/{made['channels']['elsewhere']}", made["members"]["ada"]
    await rest.ok("PUT", f"{channel}/permissions/{ada}", {"type": 1, "allow": str(VIEW)})
    assert bits(await rest.ok("GET", channel)) == {ada: (1, VIEW, 0)}
    [entry] = await logged(rest, made["id"])
    assert entry["options"] == {"id": ada, "type": "1"}
    await rest.ok("PATCH", channel, {"permission_overwrites": [{"id": ada, "deny": str(VIEW)}]})
    assert bits(await rest.ok("GET", channel)) == {ada: (1, 0, VIEW)}


@pytest.mark.parametrize(
    ("who", "body", "refusal"),
    [
        ("nobody", {"type": 0}, (404, 10009)),
        ("nobody", {"type": 1}, (404, 10009)),
        ("nobody", {}, (404, 10009)),
        ("Crew", {"type": 1}, (404, 10009)),
        ("ada", {"type": 0}, (404, 10009)),
        ("Crew", {"type": 2}, (400, 50035)),
        ("Crew", {"type": 0, "allow": "all"}, (400, 50035)),
        ("Crew", {"type": 0, "deny": -1}, (400, 50035)),
        ("Crew", {"type": 0, "deny": True}, (400, 50035)),
    ],
)
async def test_a_wrong_one_is_refused_in_every_way(
    sim: Control, rest: Rest, who: str, body: dict[str, Any], refusal: tuple[int, int]
) -> None:
    made = await sim.guild(**FAMILY)
    target = {"nobody": "1", "Crew": made["roles"]["Crew"], "ada": made["members"]["ada"]}[who]
    channel, listed = f"/channels/{made['channels']['elsewhere']}", [body | {"id": target}]
    assert await rest.refused("PUT", f"{channel}/permissions/{target}", body) == refusal
    assert await rest.refused("PATCH", channel, {"permission_overwrites": listed}) == refusal
    create = {"name": "n", "permission_overwrites": listed}
    assert await rest.refused("POST", f"/guilds/{made['id']}/channels", create) == refusal
    assert (await sets(sim, made["id"]))["elsewhere"] == {}
    assert len((await sim.dump(made["id"]))["channels"]) == len(FAMILY["channels"])


async def test_unknown_bits_are_dropped_and_an_entry_needs_an_id(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    channel, crew = f"/channels/{made['channels']['elsewhere']}", made["roles"]["Crew"]
    await rest.ok("PUT", f"{channel}/permissions/{crew}", {"type": 0, "allow": str((1 << 62) | VIEW)})
    assert bits(await rest.ok("GET", channel)) == {crew: (0, VIEW, 0)}
    answer = (await rest("PATCH", channel, {"permission_overwrites": [{"allow": "1"}]})).json()
    assert answer["errors"]["permission_overwrites"]["0"]["id"]["_errors"][0]["code"] == "BASE_TYPE_REQUIRED"


async def test_a_patch_replaces_the_whole_set(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**FAMILY)
    channel, (crew, mates) = (
        f"/channels/{made['channels']['own']}",
        (made["roles"][each] for each in ("Crew", "Mates")),
    )
    ear = Ear(simulator)
    rows = [{"id": crew, "type": 0, "allow": str(VIEW)}, {"id": crew, "type": 0, "allow": str(SEND)}]
    await rest.ok("PATCH", channel, {"permission_overwrites": rows, "topic": "t"}, X_Audit_Log_Reason="why")
    assert (await sets(sim, made["id"]))["own"] == {crew: (0, SEND, 0)}, "of two the later counts"
    assert ear.names() == ["CHANNEL_UPDATE"]
    entries = await logged(rest, made["id"])
    assert [(each["action_type"], each["reason"]) for each in entries] == [
        (11, "why"),
        (DELETED, "why"),
        (CREATED, "why"),
    ]
    assert entries[1]["options"]["id"] == mates
    await rest.ok("PATCH", channel, {"permission_overwrites": None})
    assert (await sets(sim, made["id"]))["own"] == {}
    assert await rest.ok("PATCH", channel, {"permission_overwrites": []})
    assert ear.names() == ["CHANNEL_UPDATE"]


async def test_a_channel_holds_a_thousand(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**FAMILY)
    channel_id, crew = made["channels"]["elsewhere"], made["roles"]["Crew"]
    guild = simulator.world.guilds[int(made["id"])]
    channel = guild.channels[int(channel_id)]
    channel.overwrites = {number: Overwrite(number, 1, 1, 0) for number in range(1, 1001)}
    path = f"/channels/{channel_id}/permissions"
    assert await rest.refused("PUT", f"{path}/{crew}", {"type": 0, "allow": "1"}) == (400, 30060)
    await rest.ok("DELETE", f"{path}/1000")
    await rest.ok("PUT", f"{path}/{crew}", {"type": 0, "allow": "1"})
    await rest.ok("PUT", f"{path}/{crew}", {"type": 0, "allow": "2"})


# Who may write what

WEAK: dict[str, Any] = {
    "everyone_permissions": [],
    "bot_permissions": ["MANAGE_ROLES", "MANAGE_CHANNELS", "VIEW_CHANNEL", "SEND_MESSAGES"],
    "roles": [{"name": "Crew"}],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "@everyone", "allow": str(CONNECT)}]},
        {"name": "in", "parent": "Deck"},
        {"name": "open"},
        {"name": "hidden", "permission_overwrites": [{"role": "@everyone", "deny": str(VIEW)}]},
        {"name": "shut", "permission_overwrites": [{"role": "@everyone", "deny": str(MANAGE_ROLES)}]},
        {
            "name": "trusted",
            "permission_overwrites": [
                {"role": "@everyone", "allow": str(MANAGE_ROLES)},
                {"role": "Crew", "deny": "1"},
            ],
        },
    ],
}


async def test_only_what_one_has_can_be_allowed_or_denied(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    crew = made["roles"]["Crew"]
    channel = f"/channels/{made['channels']['open']}"
    for field in ("allow", "deny"):
        for lacking in (CONNECT, MANAGE_ROLES, 1 << 3):
            row = {"type": 0, field: str(lacking)}
            listed = [row | {"id": crew}]
            assert await rest.refused("PUT", f"{channel}/permissions/{crew}", row) == (403, 50013)
            assert await rest.refused("PATCH", channel, {"permission_overwrites": listed}) == (403, 50013)
            create = {"name": "n", "permission_overwrites": listed}
            assert await rest.refused("POST", f"/guilds/{made['id']}/channels", create) == (403, 50013)
        await rest.ok("PUT", f"{channel}/permissions/{crew}", {"type": 0, field: str(VIEW | SEND)})


async def test_what_is_held_in_the_category_counts(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    crew, row = made["roles"]["Crew"], {"type": 0, "allow": str(CONNECT)}
    await rest.ok("PUT", f"/channels/{made['channels']['in']}/permissions/{crew}", row)
    category = f"/channels/{made['channels']['Deck']}/permissions/{crew}"
    assert await rest.refused("PUT", category, row) == (403, 50013)


async def test_an_overwrite_that_gives_manage_roles_lifts_the_limits(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    crew = made["roles"]["Crew"]
    path = f"/channels/{made['channels']['trusted']}/permissions/{crew}"
    await rest.ok("PUT", path, {"type": 0, "allow": str(MANAGE_ROLES | CONNECT | 1)})


async def test_what_is_there_already_may_stay_and_may_go(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**WEAK)
    crew, channel_id = made["roles"]["Crew"], made["channels"]["open"]
    channel = simulator.world.guilds[int(made["id"])].channels[int(channel_id)]
    channel.overwrites = {int(crew): Overwrite(int(crew), 0, CONNECT, 1)}
    path = f"/channels/{channel_id}/permissions/{crew}"
    await rest.ok("PUT", path, {"type": 0, "allow": str(CONNECT | VIEW), "deny": "1"})
    await rest.ok("PUT", path, {"type": 0, "allow": str(VIEW)})
    assert await rest.refused("PUT", path, {"type": 0, "allow": str(CONNECT)}) == (403, 50013)


async def test_writing_takes_manage_roles_in_the_channel(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    crew = made["roles"]["Crew"]
    for name, refusal in (("hidden", (403, 50001)), ("shut", (403, 50013))):
        channel = f"/channels/{made['channels'][name]}"
        path = f"{channel}/permissions/{crew}"
        assert await rest.refused("PUT", path, {"type": 0, "allow": str(VIEW)}) == refusal
        assert await rest.refused("DELETE", f"{channel}/permissions/{made['id']}") == refusal
        assert await rest.refused("PATCH", channel, {"permission_overwrites": []}) == refusal
    await rest.ok("PATCH", f"/channels/{made['channels']['shut']}", {"topic": "t"})
    answer = await sim.edit(
        "owner", "DELETE", f"/channels/{made['channels']['shut']}/permissions/{made['id']}"
    )
    assert answer["status"] == 204


# Syncing


@pytest.mark.parametrize("way", ["patch", "put", "delete"])
async def test_a_category_carries_its_synced_children_and_tells_of_each(
    sim: Control, rest: Rest, simulator: Simulator, way: str
) -> None:
    made = await sim.guild(**FAMILY)
    crew, mates = made["roles"]["Crew"], made["roles"]["Mates"]
    deck, ear = f"/channels/{made['channels']['Deck']}", Ear(simulator)
    expected: dict[str, tuple[int, int, int]]
    if way == "patch":
        rows = [{"id": mates, "type": 0, "allow": str(SEND)}]
        await rest.ok("PATCH", deck, {"permission_overwrites": rows})
        expected = {mates: (0, SEND, 0)}
    elif way == "put":
        await rest.ok("PUT", f"{deck}/permissions/{mates}", {"type": 0, "allow": str(SEND)})
        expected = {crew: (0, VIEW, 0), mates: (0, SEND, 0)}
    else:
        await rest.ok("DELETE", f"{deck}/permissions/{crew}")
        expected = {}
    told = ear.take()
    assert [(name, data["name"]) for name, data in told] == [
        ("CHANNEL_UPDATE", name) for name in ("Deck", "synced", "voice", "nearly")
    ]
    assert [bits(data) for _, data in told] == [expected] * 4
    found = await sets(sim, made["id"])
    assert [found[name] for name in ("Deck", "synced", "voice", "nearly")] == [expected] * 4
    assert (found["own"], found["elsewhere"]) == ({mates: (0, 0, VIEW)}, {})
    targets = {entry["target_id"] for entry in await logged(rest, made["id"])}
    assert targets == {made["channels"]["Deck"]}


async def test_a_write_that_says_nothing_new_carries_what_is_only_nearly_the_same(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    """An overwrite without bits is a change of the set, though it changes nothing of what counts."""
    made = await sim.guild(**FAMILY)
    deck, mates, ear = f"/channels/{made['channels']['Deck']}", made["roles"]["Mates"], Ear(simulator)
    await rest.ok("PUT", f"{deck}/permissions/{mates}", {"type": 0})
    assert [data["name"] for _, data in ear.take()] == ["Deck", "synced", "voice"]
    await rest.ok("PATCH", deck, {"name": "Foredeck"})
    assert [data["name"] for _, data in ear.take()] == ["Foredeck"]


async def test_editing_a_child_takes_it_out_and_writing_it_back_takes_it_in(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    crew, mates = made["roles"]["Crew"], made["roles"]["Mates"]
    child, deck = (f"/channels/{made['channels'][name]}" for name in ("synced", "Deck"))
    await rest.ok("PUT", f"{child}/permissions/{mates}", {"type": 0, "deny": str(VIEW)})
    await rest.ok("PUT", f"{deck}/permissions/{crew}", {"type": 0, "allow": str(VIEW | SEND)})
    assert (await sets(sim, made["id"]))["synced"] == {crew: (0, VIEW, 0), mates: (0, 0, VIEW)}
    await rest.ok("PATCH", child, {"permission_overwrites": [{"id": crew, "allow": str(VIEW | SEND)}]})
    await rest.ok("DELETE", f"{deck}/permissions/{crew}")
    assert (await sets(sim, made["id"]))["synced"] == {}


async def test_a_channel_made_in_a_category_starts_synced_unless_it_brings_a_set(
    sim: Control, rest: Rest
) -> None:
    made = await sim.guild(**FAMILY)
    crew, mates = made["roles"]["Crew"], made["roles"]["Mates"]
    path, body = f"/guilds/{made['id']}/channels", {"name": "n", "parent_id": made["channels"]["Deck"]}
    for none in ({}, {"permission_overwrites": []}, {"permission_overwrites": None}):
        assert bits(await rest.ok("POST", path, body | none)) == {crew: (0, VIEW, 0)}
    own = {"permission_overwrites": [{"id": mates, "type": 0, "deny": str(SEND)}]}
    assert bits(await rest.ok("POST", path, body | own)) == {mates: (0, 0, SEND)}


async def test_a_channel_that_moves_keeps_its_set(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    crew, ids = made["roles"]["Crew"], made["channels"]
    await rest.ok("PATCH", f"/channels/{ids['synced']}", {"parent_id": ids["Hold"]})
    await rest.ok("PATCH", f"/channels/{ids['elsewhere']}", {"parent_id": ids["Deck"]})
    found = await sets(sim, made["id"])
    assert (found["synced"], found["elsewhere"]) == ({crew: (0, VIEW, 0)}, {})
    rows = [{"id": crew, "type": 0, "allow": str(SEND)}]
    await rest.ok("PATCH", f"/channels/{ids['Deck']}", {"permission_overwrites": rows})
    found = await sets(sim, made["id"])
    assert (found["synced"], found["elsewhere"]) == ({crew: (0, VIEW, 0)}, {})


# Whatever is written

targets = st.integers(0, 3)
rows = st.dictionaries(targets, st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3)
writes = st.tuples(st.integers(0, 4), rows)


@given(calls=st.lists(writes, max_size=8))
def test_after_any_writes_a_child_is_synced_if_it_was_and_nobody_wrote_it(calls: list[Any]) -> None:
    """The rule told by itself, on sets alone: a category's write goes to the children that had its old set."""
    simulator = build()
    spec: dict[str, Any] = {
        "name": "Harbour",
        "roles": [{"name": f"r{number}"} for number in range(4)],
        "channels": [
            {"name": "Deck", "type": 4},
            *({"name": f"c{each}", "parent": "Deck"} for each in range(4)),
        ],
    }
    guild = SpecReader(simulator.world, spec).build()
    roles = [role.id for role in guild.roles.values() if role.name.startswith("r")]
    channels = list(guild.channels)
    model: list[dict[int, tuple[int, int]]] = [{} for _ in channels]
    for index, written in calls:
        body = [
            {"id": str(roles[target]), "type": 0, "allow": str(allow), "deny": str(deny)}
            for target, (allow, deny) in written.items()
        ]
        new = {roles[target]: (allow, deny) for target, (allow, deny) in written.items() if allow or deny}
        path = f"/channels/{channels[index]}"
        route, params = TABLE.find("PATCH", path)
        sent = {"permission_overwrites": body}
        actor = simulator.world.application.bot_id
        perform(Call(simulator.world, actor, "PATCH", route, path, params, body=sent), via="rest")
        if index == 0:
            model = [new if found == model[0] else found for found in model]
        else:
            model[index] = new
        assert [normalised(guild.channels[each].overwrites) for each in channels] == model


@given(
    first=st.dictionaries(targets, st.tuples(st.integers(0, ALL), st.integers(0, ALL))),
    silent=st.sets(st.integers(10, 13)),
)
def test_overwrites_that_say_nothing_do_not_count(first: dict[int, Any], silent: set[int]) -> None:
    channel = Channel(id=1, guild_id=1, type=0, name="c")
    channel.overwrites = {key: Overwrite(key, 0, allow, deny) for key, (allow, deny) in first.items()}
    louder = channel.overwrites | {key: Overwrite(key, 0, 0, 0) for key in silent}
    assert normalised(louder) == normalised(channel.overwrites)
    assert normalised(louder).keys() == {key for key, said in first.items() if any(said)}
