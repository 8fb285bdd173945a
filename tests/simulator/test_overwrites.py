"""Permission overwrites: what may be written, by whom, and what is told and logged of it."""

from typing import Any

import pytest

from bot.simulator import Simulator
from bot.simulator.state import Overwrite
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.family import CONNECT, FAMILY, MANAGE_ROLES, SEND, VIEW, bits, logged, sets

CREATED, UPDATED, DELETED = 13, 14, 15


async def test_one_is_made_changed_and_removed(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**FAMILY)
    channel, crew = made["channels"]["elsewhere"], made["roles"]["Crew"]
    path, ear = f"/channels/{channel}/permissions/{crew}", Ear(simulator)
    body: Any = {"type": 0, "allow": str(VIEW), "deny": str(SEND)}
    await rest.ok("PUT", path, body, X_Audit_Log_Reason="why")
    [(name, told)] = ear.happened()
    assert (name, bits(told)) == ("CHANNEL_UPDATE", {crew: (0, VIEW, SEND)})
    await rest.ok("PUT", path, body)
    assert ear.happened() == [], "what is there already is no change"
    await rest.ok("PUT", path, {"type": 0, "allow": VIEW})
    assert bits(ear.happened()[0][1]) == {crew: (0, VIEW, 0)}
    await rest.ok("PUT", path, {"allow": None, "deny": None})
    assert bits(ear.happened()[0][1]) == {crew: (0, 0, 0)}
    await rest.ok("DELETE", path)
    assert bits(ear.happened()[0][1]) == {}
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
