"""Permission syncing: what a category carries to its children, and what takes a child out of it."""

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
from tests.simulator.ears import Ear
from tests.simulator.family import FAMILY, SEND, VIEW, bits, logged, sets


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
    told = ear.happened()
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
    assert [data["name"] for _, data in ear.happened()] == ["Deck", "synced", "voice"]
    await rest.ok("PATCH", deck, {"name": "Foredeck"})
    assert [data["name"] for _, data in ear.happened()] == ["Foredeck"]


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
