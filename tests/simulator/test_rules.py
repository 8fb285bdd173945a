"""What Discord refuses and what follows from a write, without any client in between."""

from typing import Any

import httpx
import pytest

from bot.simulator import create_app
from tests.simulator.calls import Control, Rest

VIEW, SEND = 1 << 10, 1 << 11


async def by_name(sim: Control, guild_id: str, name: str) -> Any:
    dump = await sim.dump(guild_id)
    return next(each for each in [*dump["channels"], *dump["roles"]] if each["name"] == name)


def bits(channel: Any) -> dict[str, tuple[int, int]]:
    return {each["id"]: (int(each["allow"]), int(each["deny"])) for each in channel["permission_overwrites"]}


FAMILY: dict[str, Any] = {
    "roles": [{"name": "Crew"}, {"name": "Mods"}],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}]},
        {"name": "synced", "parent": "Deck", "synced": True},
        {
            "name": "nearly",
            "parent": "Deck",
            "permission_overwrites": [{"role": "Crew", "allow": str(VIEW)}, {"role": "Mods"}],
        },
        {"name": "own", "parent": "Deck", "permission_overwrites": [{"role": "Mods", "deny": str(VIEW)}]},
    ],
}


@pytest.mark.parametrize("way", ["patch", "put", "delete"])
async def test_writing_a_category_carries_its_synced_children(sim: Control, rest: Rest, way: str) -> None:
    """An overwrite that says nothing does not break the sync."""
    made = await sim.guild(**FAMILY)
    crew, mods = made["roles"]["Crew"], made["roles"]["Mods"]
    deck = f"/channels/{made['channels']['Deck']}"
    if way == "patch":
        await rest.ok("PATCH", deck, {"permission_overwrites": [{"id": mods, "type": 0, "allow": str(SEND)}]})
        expected = {mods: (SEND, 0)}
    elif way == "put":
        await rest.ok("PUT", f"{deck}/permissions/{mods}", {"type": 0, "allow": str(SEND), "deny": "0"})
        expected = {crew: (VIEW, 0), mods: (SEND, 0)}
    else:
        await rest.ok("DELETE", f"{deck}/permissions/{crew}")
        expected = {}
    for name in ("Deck", "synced", "nearly"):
        assert bits(await by_name(sim, made["id"], name)) == expected
    assert bits(await by_name(sim, made["id"], "own")) == {mods: (0, VIEW)}


async def test_a_channel_made_in_a_category_starts_synced(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    body = {"name": "x", "parent_id": made["channels"]["Deck"], "permission_overwrites": []}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    assert bits(channel) == {made["roles"]["Crew"]: (VIEW, 0)}


async def test_deleting_a_category_leaves_its_children(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    await rest.ok("DELETE", f"/channels/{made['channels']['Deck']}")
    assert {channel["parent_id"] for channel in (await sim.dump(made["id"]))["channels"]} == {None}


async def test_deleting_a_role_takes_overwrites_and_memberships(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY, members=[{"username": "ada", "roles": ["Crew", "Mods"]}])
    await rest.ok("DELETE", f"/guilds/{made['id']}/roles/{made['roles']['Crew']}")
    dump = await sim.dump(made["id"])
    assert all(made["roles"]["Crew"] not in bits(channel) for channel in dump["channels"])
    ada = next(member for member in dump["members"] if member["user"]["username"] == "ada")
    assert ada["roles"] == [made["roles"]["Mods"]]


async def test_one_order_call_moves_at_most_one_parent(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**FAMILY)
    path, ids = f"/guilds/{made['id']}/channels", made["channels"]
    both = [{"id": ids["synced"], "parent_id": None}, {"id": ids["own"], "parent_id": None, "position": 7}]
    assert await rest.refused("PATCH", path, both) == (400, 40009)
    assert (await by_name(sim, made["id"], "own"))["position"] == 3
    entry = {"id": ids["own"], "parent_id": ids["Deck"], "lock_permissions": True, "position": 0}
    await rest.ok("PATCH", path, [{"id": ids["synced"], "parent_id": None}, entry])
    own = await by_name(sim, made["id"], "own")
    assert bits(own) == {made["roles"]["Crew"]: (VIEW, 0)}
    order = [channel["name"] for channel in (await sim.dump(made["id"]))["channels"]]
    assert order == ["Deck", "own", "synced", "nearly"]


@pytest.mark.parametrize(
    ("what", "most", "code"),
    [("channels", 500, 30013), ("roles", 250, 30005)],
)
async def test_a_guild_is_full_at_its_limit(
    sim: Control, rest: Rest, what: str, most: int, code: int
) -> None:
    # @everyone and the bot's own role count too.
    made = await sim.guild(**{what: [{"name": f"n{number}"} for number in range(most - 2)]})
    path = f"/guilds/{made['id']}/{what}"
    room = 2 if what == "channels" else 0
    for _ in range(room):
        await rest.ok("POST", path, {"name": "x"})
    assert await rest.refused("POST", path, {"name": "one too many"}) == (400, code)


async def test_a_category_holds_fifty(sim: Control, rest: Rest) -> None:
    children = [{"name": f"c{number}", "parent": "Deck"} for number in range(50)]
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}, *children, {"name": "out"}])
    path = f"/guilds/{made['id']}/channels"
    deck = {"parent_id": made["channels"]["Deck"]}
    answer = await rest("POST", path, {"name": "x"} | deck)
    assert answer.json()["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"
    assert await rest.refused("PATCH", f"/channels/{made['channels']['out']}", deck) == (400, 50035)
    assert await rest.refused("PATCH", path, [{"id": made["channels"]["out"]} | deck]) == (400, 50035)


async def test_a_bad_form_names_every_field(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    body = {
        "name": "n" * 101,
        "topic": 5,
        "rate_limit_per_user": 99999,
        "type": 99,
        "permission_overwrites": [{"id": made["id"], "type": 0}, {"allow": "x"}],
    }
    answer = (await rest("POST", f"/guilds/{made['id']}/channels", body)).json()
    assert (answer["code"], answer["message"]) == (50035, "Invalid Form Body")
    codes = {
        key: found["_errors"][0]["code"] for key, found in answer["errors"].items() if "_errors" in found
    }
    assert codes == {
        "name": "BASE_TYPE_BAD_LENGTH",
        "topic": "STRING_TYPE_CONVERT",
        "rate_limit_per_user": "NUMBER_TYPE_MAX",
        "type": "BASE_TYPE_CHOICES",
    }
    assert set(answer["errors"]["permission_overwrites"]) == {"1"}
    assert not (await sim.dump(made["id"]))["channels"]


WEAK: dict[str, Any] = {
    "everyone_permissions": [],
    "bot_permissions": ["MANAGE_ROLES", "MANAGE_CHANNELS", "VIEW_CHANNEL", "SEND_MESSAGES"],
    "bot_role_position": 2,
    "roles": [{"name": "low"}, {"name": "high"}, {"name": "managed", "managed": True, "position": 1}],
    "channels": [
        {"name": "open"},
        {"name": "hidden", "permission_overwrites": [{"role": "@everyone", "deny": str(VIEW)}]},
    ],
    "members": [{"username": "ada"}],
}


async def test_the_bot_works_below_its_highest_role(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    guild, roles = f"/guilds/{made['id']}", made["roles"]
    await rest.ok("PATCH", f"{guild}/roles/{roles['low']}", {"name": "x"})
    assert await rest.refused("PATCH", f"{guild}/roles/{roles['high']}", {"name": "x"}) == (403, 50013)
    assert await rest.refused("DELETE", f"{guild}/roles/{roles['high']}") == (403, 50013)
    assert await rest.refused("PATCH", f"{guild}/roles", [{"id": roles["low"], "position": 5}]) == (
        403,
        50013,
    )
    member = f"{guild}/members/{made['members']['ada']}/roles"
    await rest.ok("PUT", f"{member}/{roles['low']}")
    assert await rest.refused("PUT", f"{member}/{roles['high']}") == (403, 50013)
    assert await rest.refused("PUT", f"{member}/{roles['managed']}") == (403, 50013)


async def test_of_two_roles_in_one_place_the_older_is_higher(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    path = f"/guilds/{made['id']}/roles"
    older, younger = made["roles"]["low"], (await rest.ok("POST", path, {"name": "young"}))["id"]
    place = (await by_name(sim, made["id"], "simulated-bot"))["position"]
    moved = [{"id": older, "position": place}, {"id": younger, "position": place}]
    assert (await sim.edit("owner", "PATCH", path, moved))["status"] == 200
    assert await rest.refused("PATCH", f"{path}/{older}", {"name": "x"}) == (403, 50013)
    await rest.ok("PATCH", f"{path}/{younger}", {"name": "x"})


async def test_only_permissions_one_has_can_be_granted(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    guild, low = f"/guilds/{made['id']}", made["roles"]["low"]
    await rest.ok("POST", f"{guild}/roles", {"name": "r", "permissions": str(SEND)})
    assert await rest.refused("POST", f"{guild}/roles", {"name": "r", "permissions": "8"}) == (403, 50013)
    assert await rest.refused("PATCH", f"{guild}/roles/{low}", {"permissions": "32"}) == (403, 50013)
    channel = f"/channels/{made['channels']['open']}/permissions/{low}"
    await rest.ok("PUT", channel, {"type": 0, "allow": str(SEND), "deny": "0"})
    manage_roles = str(1 << 28)
    assert await rest.refused("PUT", channel, {"type": 0, "allow": manage_roles}) == (403, 50013)
    assert await rest.refused("PUT", channel, {"type": 0, "deny": str(1 << 5)}) == (403, 50013)
    private = [{"id": made["id"], "type": 0, "deny": str(VIEW)}]
    await rest.ok("POST", f"{guild}/channels", {"name": "private", "permission_overwrites": private})


async def test_an_unseen_channel_is_missing_access_but_can_be_ordered(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**WEAK)
    hidden = f"/channels/{made['channels']['hidden']}"
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert await rest.refused(method, hidden, body) == (403, 50001)
    entry = {"id": made["channels"]["hidden"], "position": 0}
    await rest.ok("PATCH", f"/guilds/{made['id']}/channels", [entry])
    assert await rest.refused(
        "PATCH", f"/guilds/{made['id']}/channels", [entry | {"lock_permissions": True}]
    ) == (
        403,
        50001,
    )


async def test_community_guilds_keep_what_they_need(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "rules"}, {"name": "updates"}])
    guild, ids = f"/guilds/{made['id']}", made["channels"]
    assert await rest.refused("POST", f"{guild}/channels", {"name": "s", "type": 13}) == (400, 50035)
    await rest.ok("POST", f"{guild}/channels", {"name": "f", "type": 15})
    answer = (await rest("PATCH", guild, {"features": ["COMMUNITY"]})).json()
    assert set(answer["errors"]) == {
        "rules_channel_id",
        "public_updates_channel_id",
        "verification_level",
        "explicit_content_filter",
    }
    body = {
        "features": ["COMMUNITY"],
        "rules_channel_id": ids["rules"],
        "public_updates_channel_id": ids["updates"],
        "verification_level": 1,
        "explicit_content_filter": 2,
    }
    assert {"COMMUNITY", "NEWS"} <= set((await rest.ok("PATCH", guild, body))["features"])
    await rest.ok("POST", f"{guild}/channels", {"name": "s", "type": 13})
    assert await rest.refused("DELETE", f"/channels/{ids['rules']}") == (400, 50074)
    assert await rest.refused("PATCH", guild, {"verification_level": 0}) == (400, 50035)
    await rest.ok("PATCH", f"/channels/{ids['updates']}", {"type": 5})
    await rest.ok("PATCH", guild, {"features": []})
    await rest.ok("DELETE", f"/channels/{ids['rules']}")


async def test_what_is_not_there_is_unknown(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    guild, log = f"/guilds/{made['id']}", f"/channels/{made['channels']['log']}"
    assert await rest.refused("GET", "/guilds/1") == (404, 10004)
    assert await rest.refused("GET", "/channels/1") == (404, 10003)
    assert await rest.refused("PATCH", f"{guild}/roles/1", {"name": "x"}) == (404, 10011)
    assert await rest.refused("GET", f"{guild}/members/1") == (404, 10007)
    assert await rest.refused("GET", f"{log}/messages/1") == (404, 10008)
    assert await rest.refused("PUT", f"{log}/permissions/1", {"type": 0, "allow": "1"}) == (404, 10009)
    assert await rest.refused("GET", "/nothing/here") == (404, 0)
    assert await rest.refused("PUT", guild) == (405, 0)
    assert await rest.refused("GET", "/channels/x") == (400, 50035)
    assert await rest.refused("DELETE", f"{guild}/roles/{made['id']}") == (400, 50028)
    answer = await rest("GET", guild, Authorization="Bot wrong")
    assert (answer.status_code, answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_an_enforced_nonce_sends_once(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    path = f"/channels/{made['channels']['log']}/messages"
    body = {"content": "x", "nonce": "job-1", "enforce_nonce": True}
    first = await rest.ok("POST", path, body)
    assert (await rest.ok("POST", path, body | {"content": "y"})) == first
    assert [effect["targets"]["message_id"] for effect in (await sim("GET", "/effects"))["items"]] == [
        first["id"]
    ]
    await sim("POST", "/clock", {"advance": 600})
    assert (await rest.ok("POST", path, body))["id"] != first["id"]
    assert await rest.refused("POST", path, {"content": "", "nonce": "n"}) == (400, 50006)
    assert await rest.refused("POST", path, {"content": "x", "nonce": "n" * 26}) == (400, 50035)


async def test_the_reported_limits_hold_in_profile_discord() -> None:
    transport = httpx.ASGITransport(app=create_app(profile="discord"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        sim, rest = Control(http), Rest(http)
        made = await sim.guild(channels=[{"name": "log"}])
        log = f"/channels/{made['channels']['log']}"
        for topic in "ab":
            await rest.ok("PATCH", log, {"topic": topic})
        answer = await rest("PATCH", log, {"topic": "c"})
        assert answer.status_code == 429
        assert answer.json()["retry_after"] > 500
        await rest.ok("PATCH", log, {"nsfw": True})
        statuses = [(await rest("GET", f"/guilds/{made['id']}")).status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        await sim("POST", "/clock", {"advance": 3})
        await rest.ok("GET", f"/guilds/{made['id']}")
