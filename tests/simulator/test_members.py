"""What may be changed about a member, by whom, and what a timeout takes away."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.test_moderation import crew, entries

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def timeout(**span: float) -> dict[str, str]:
    return {"communication_disabled_until": later(**span)}


MODS: dict[str, Any] = {
    "roles": [{"name": "low"}, {"name": "high"}, {"name": "admin", "permissions": ["ADMINISTRATOR"]}],
    "members": [{"username": "ada"}, {"username": "root", "roles": ["admin"]}, {"username": "mod"}],
    "bot_role_position": "top",
    "bot_permissions": ["MODERATE_MEMBERS", "VIEW_AUDIT_LOG"],
}


async def test_a_timeout_silences_until_it_ends(sim: Control, rest: Rest, simulator: Simulator) -> None:
    guild, people, made = await crew(sim)
    member, log = f"{guild}/members/{people['ada']}", f"/channels/{made['channels']['log']}/messages"
    assert (await sim.edit("ada", "POST", log, {"content": "before"}))["status"] == 200
    ear = Ear(simulator)
    await rest.ok("PATCH", member, timeout(hours=1), X_Audit_Log_Reason="cool down")
    [(name, told), _] = ear.take()
    assert (name, told["communication_disabled_until"][-6:]) == ("GUILD_MEMBER_UPDATE", "+00:00")
    [entry] = await entries(rest, guild, 24)
    assert (entry["changes"][0]["key"], entry["reason"]) == ("communication_disabled_until", "cool down")
    refused = await sim.edit("ada", "POST", log, {"content": "silenced"})
    assert (refused["status"], refused["body"]["code"]) == (403, 50013)
    assert (await sim.edit("ada", "GET", log))["status"] == 200
    await sim("POST", "/clock", {"advance": 3601})
    assert (await sim.edit("ada", "POST", log, {"content": "again"}))["status"] == 200


async def test_a_timed_out_moderator_has_no_power_but_an_administrator_keeps_it(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    guild, people, made = await crew(
        sim,
        roles=[{"name": "low", "permissions": ["KICK_MEMBERS", "MANAGE_ROLES"]}],
        members=[{"username": "ada", "roles": ["low"]}, {"username": "grace"}],
        bot_role_position="top",
    )
    await rest.ok("PATCH", f"{guild}/members/{people['ada']}", timeout(days=1))
    kick = f"{guild}/members/{people['grace']}"
    assert (await sim.edit("ada", "DELETE", kick))["body"]["code"] == 50013
    assert (await sim.edit("ada", "POST", f"{guild}/roles", {"name": "x"}))["body"]["code"] == 50013
    simulator.world.guilds[int(made["id"])].members[int(people["simulated-bot"])].timeout_until = 4e9
    await rest.ok("DELETE", kick)


async def test_a_timeout_is_cleared_by_null_and_by_a_moment_that_is_past(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim)
    member = f"{guild}/members/{people['ada']}"
    for clearing in (None, "2000-01-01T00:00:00"):
        await rest.ok("PATCH", member, timeout(hours=1))
        body = await rest.ok("PATCH", member, {"communication_disabled_until": clearing})
        assert body["communication_disabled_until"] in (None, "2000-01-01T00:00:00.000000+00:00")
        assert (await sim.edit("ada", "PATCH", f"{guild}/members/@me", {"nick": str(clearing)}))[
            "status"
        ] == 200


async def test_a_timeout_lasts_twenty_eight_days_at_most(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim)
    member = f"{guild}/members/{people['ada']}"
    await rest.ok("PATCH", member, timeout(days=27, hours=23))
    for wrong in (later(days=28, minutes=1), "soon", "9999-99-99"):
        body = {"communication_disabled_until": wrong}
        assert await rest.refused("PATCH", member, body) == (400, 50035)


@pytest.mark.parametrize("who", ["root", "owner", "simulated-bot"])
async def test_administrators_owners_and_oneself_cannot_be_timed_out(
    sim: Control, rest: Rest, who: str
) -> None:
    guild, people, _ = await crew(sim, **MODS)
    assert await rest.refused("PATCH", f"{guild}/members/{people[who]}", timeout(hours=1)) == (403, 50013)
    await rest.ok("PATCH", f"{guild}/members/{people['ada']}", timeout(hours=1))


async def test_a_timeout_needs_rank_and_its_permission(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim)
    assert await rest.refused("PATCH", f"{guild}/members/{people['linus']}", timeout(hours=1)) == (403, 50013)
    guild, people, _ = await crew(sim, bot_permissions=["KICK_MEMBERS", "BAN_MEMBERS"])
    member = f"{guild}/members/{people['ada']}"
    assert await rest.refused("PATCH", member, timeout(hours=1)) == (403, 50013)
    await rest.ok("PATCH", member, {"communication_disabled_until": None})


async def test_nicknames_of_others_need_rank_and_permission(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim, bot_permissions=["MANAGE_NICKNAMES"])
    ada = f"{guild}/members/{people['ada']}"
    assert (await rest.ok("PATCH", ada, {"nick": "  Countess "}))["nick"] == "Countess"
    assert (await rest.ok("PATCH", ada, {"nick": ""}))["nick"] is None
    for who in ("linus", "owner"):
        assert await rest.refused("PATCH", f"{guild}/members/{people[who]}", {"nick": "n"}) == (403, 50013)
    own = f"{guild}/members/{people['simulated-bot']}"
    assert (await rest.ok("PATCH", own, {"nick": "me"}))["nick"] == "me"
    assert await rest.refused("PATCH", ada, {"nick": "n" * 33}) == (400, 50035)
    mute, people, _ = await crew(sim, everyone_permissions=[], bot_permissions=[])
    for path in (f"{mute}/members/@me", f"{mute}/members/{people['ada']}"):
        assert await rest.refused("PATCH", path, {"nick": "n"}) == (403, 50013)
    assert (await rest.ok("PATCH", f"{mute}/members/@me", {"nick": None}))["nick"] is None


@pytest.mark.parametrize("body", [{"mute": True}, {"deaf": False}, {"channel_id": "1"}, {"channel_id": None}])
async def test_nobody_is_in_voice(sim: Control, rest: Rest, body: dict[str, Any]) -> None:
    guild, people, _ = await crew(sim)
    assert await rest.refused("PATCH", f"{guild}/members/{people['ada']}", body) == (400, 40032)
    weak, people, _ = await crew(sim, bot_permissions=["MANAGE_NICKNAMES"])
    ada = f"{weak}/members/{people['ada']}"
    assert await rest.refused("PATCH", ada, body | {"nick": "n"}) == (403, 50013)
    assert (await rest.ok("GET", ada))["nick"] is None
    await rest.ok("PATCH", ada, {"mute": None, "deaf": None})


@pytest.mark.parametrize(
    ("held", "allowed"),
    [
        (["MANAGE_GUILD"], True),
        (["MANAGE_ROLES"], True),
        (["MODERATE_MEMBERS", "KICK_MEMBERS", "BAN_MEMBERS"], True),
        (["MODERATE_MEMBERS", "KICK_MEMBERS"], False),
    ],
)
async def test_one_flag_of_a_member_can_be_set(
    sim: Control, rest: Rest, held: list[str], allowed: bool
) -> None:
    guild, people, _ = await crew(sim, bot_permissions=held)
    ada = f"{guild}/members/{people['ada']}"
    if allowed:
        assert (await rest.ok("PATCH", ada, {"flags": 0b1111}))["flags"] == 1 << 2
    else:
        assert await rest.refused("PATCH", ada, {"flags": 1 << 2}) == (403, 50013)


async def test_a_set_of_roles_is_all_or_nothing(sim: Control, rest: Rest) -> None:
    guild, people, made = await crew(sim)
    ada, roles = f"{guild}/members/{people['ada']}", made["roles"]
    assert await rest.refused("PATCH", ada, {"roles": [roles["low"], "1"]}) == (400, 50028)
    assert await rest.refused("PATCH", ada, {"roles": [roles["low"], roles["high"]]}) == (403, 50013)
    assert (await rest.ok("PATCH", ada, {"roles": []}))["roles"] == []
    assert (await rest.ok("PATCH", ada, {"roles": [roles["low"]]}))["roles"] == [roles["low"]]
    assert (await rest.ok("PATCH", ada, {"roles": None}))["roles"] == []


async def test_the_bots_own_pictures_are_found_where_discord_has_them(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    guild, people, _ = await crew(sim)
    uri = f"data:image/png;base64,{base64.b64encode(DOT).decode()}"
    body = await rest.ok("PATCH", f"{guild}/members/@me", {"avatar": uri, "banner": uri, "bio": "b"})
    for kind in ("avatar", "banner"):
        path = f"{guild}/users/{people['simulated-bot']}/{kind}s/{body[kind]}.png"
        assert (await http.get(path)).content == DOT
    assert await rest.refused("PATCH", f"{guild}/members/@me", {"avatar": "data:x"}) == (400, 50035)
    body = await rest.ok("PATCH", f"{guild}/members/@me", {"avatar": None})
    assert (body["avatar"], bool(body["banner"])) == (None, True)
