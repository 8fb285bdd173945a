"""Who may kick, ban and time out whom, and what follows, without any client in between."""

from typing import Any
from urllib.parse import quote

import pytest

from bot.simulator import Simulator
from bot.simulator.events import KNOWN_INTENTS
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear

MEMBERS, MODERATION = 1 << 1, 1 << 2
DAY = 86_400

CREW: dict[str, Any] = {
    "roles": [{"name": "low"}, {"name": "high"}, {"name": "admin", "permissions": ["ADMINISTRATOR"]}],
    "channels": [{"name": "log"}, {"name": "chat"}],
    "members": [
        {"username": "ada", "roles": ["low"]},
        {"username": "grace"},
        {"username": "linus", "roles": ["high"]},
        {"username": "root", "roles": ["admin"]},
    ],
    "bot_role_position": 2,
}
WEAK = CREW | {"bot_permissions": ["VIEW_CHANNEL", "SEND_MESSAGES"]}


async def crew(sim: Control, **spec: Any) -> tuple[str, Any, Any]:
    """A guild whose bot stands over ada and grace; its path, its members' ids and what else was made."""
    made = await sim.guild(**CREW | spec)
    return f"/guilds/{made['id']}", made["members"], made


async def entries(rest: Rest, guild: str, action: int) -> list[Any]:
    log = await rest.ok("GET", f"{guild}/audit-logs?action_type={action}")
    return log["audit_log_entries"]


# Kicks


async def test_a_kicked_member_is_gone_and_their_messages_stay(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    guild, people, made = await crew(sim)
    log = f"/channels/{made['channels']['log']}/messages"
    await sim.edit("ada", "POST", log, {"content": "still here"})
    ear = Ear(simulator)
    await rest.ok("DELETE", f"{guild}/members/{people['ada']}", X_Audit_Log_Reason=quote("støy"))
    [(name, gone), (_, told)] = ear.take()
    assert (name, gone["user"]["id"], gone["guild_id"]) == (
        "GUILD_MEMBER_REMOVE",
        people["ada"],
        made["id"],
    )
    assert (told["action_type"], told["target_id"], told["reason"]) == (20, people["ada"], "støy")
    assert await rest.refused("GET", f"{guild}/members/{people['ada']}") == (404, 10007)
    assert [each["content"] for each in await rest.ok("GET", log)] == ["still here"]
    assert await rest.refused("GET", f"{guild}/bans/{people['ada']}") == (404, 10026)
    await sim("POST", f"{guild}/members", {"user": "ada"})


@pytest.mark.parametrize("who", ["linus", "owner", "root", "simulated-bot"])
async def test_nobody_kicks_or_bans_oneself_the_owner_or_who_ranks_higher(
    sim: Control, rest: Rest, who: str
) -> None:
    guild, people, _ = await crew(sim)
    for method, path in (("DELETE", "members"), ("PUT", "bans")):
        assert await rest.refused(method, f"{guild}/{path}/{people[who]}") == (403, 50013)
    assert not (await sim.dump(guild.rpartition("/")[2]))["bans"]
    owner = await sim.edit("owner", "DELETE", f"{guild}/members/{people['owner']}")
    assert owner["body"]["code"] == 50013


async def test_kicking_needs_its_permission_and_a_member(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim, **WEAK)
    assert await rest.refused("DELETE", f"{guild}/members/{people['grace']}") == (403, 50013)
    guild, _, _ = await crew(sim, bot_permissions=["KICK_MEMBERS"])
    assert await rest.refused("DELETE", f"{guild}/members/1") == (404, 10007)


async def test_a_kicked_bot_takes_its_role_along(sim: Control, rest: Rest, simulator: Simulator) -> None:
    """The application's own bot hears that the guild is gone and cannot see it any more."""
    guild, people, made = await crew(sim)
    ear = Ear(simulator)
    bot = people["simulated-bot"]
    assert (await sim.edit("owner", "DELETE", f"{guild}/members/{bot}"))["status"] == 204
    assert ear.take() == [("GUILD_DELETE", {"id": made["id"]})]
    dump = await sim.dump(made["id"])
    assert {role["name"] for role in dump["roles"]} == {"@everyone", "low", "high", "admin"}
    assert await rest.refused("GET", guild) == (404, 10004)


async def test_leaving_is_not_for_owners(sim: Control, rest: Rest, simulator: Simulator) -> None:
    guild, people, made = await crew(sim)
    leave = f"/users/@me{guild}"
    assert (await sim.edit("owner", "DELETE", leave))["body"]["code"] == 50055
    ear = Ear(simulator)
    assert (await sim.edit("ada", "DELETE", leave))["status"] == 204
    assert [data["user"]["id"] for _, data in ear.take()] == [people["ada"]]
    await rest.ok("DELETE", leave)
    assert ear.take() == [("GUILD_DELETE", {"id": made["id"]})]
    assert await rest.refused("DELETE", leave) == (404, 10004)
    dump = await sim.dump(made["id"])
    assert "simulated-bot" not in {role["name"] for role in dump["roles"]}


# Bans


async def test_a_ban_is_listed_with_its_reason_until_it_is_lifted(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    guild, people, made = await crew(sim)
    ban, ear = f"{guild}/bans/{people['ada']}", Ear(simulator)
    await rest.ok("PUT", ban, X_Audit_Log_Reason="spam")
    assert ear.names() == ["GUILD_BAN_ADD", "GUILD_MEMBER_REMOVE"]
    found = await rest.ok("GET", ban)
    assert (found["user"]["username"], found["reason"]) == ("ada", "spam")
    assert await rest.ok("GET", f"{guild}/bans") == [found]
    assert (await sim.dump(made["id"]))["bans"] == [found]
    refused = await sim("POST", f"{guild}/members", {"user": "ada"}, status=403)
    assert refused["code"] == 40007
    await rest.ok("PUT", ban, X_Audit_Log_Reason="again")
    assert ear.names() == []
    assert (await rest.ok("GET", ban))["reason"] == "spam"
    await rest.ok("DELETE", ban, X_Audit_Log_Reason="appeal")
    [(name, lifted), _] = ear.take()
    assert (name, lifted["user"]["id"]) == ("GUILD_BAN_REMOVE", people["ada"])
    assert await rest.refused("DELETE", ban) == (404, 10026)
    await sim("POST", f"{guild}/members", {"user": "ada"})
    assert [
        (entry["action_type"], entry["target_id"], entry["reason"])
        for action in (22, 23)
        for entry in await entries(rest, guild, action)
    ] == [(22, people["ada"], "spam"), (23, people["ada"], "appeal")]


async def test_a_ban_needs_no_member_but_a_user(sim: Control, rest: Rest, simulator: Simulator) -> None:
    guild, _, _ = await crew(sim)
    stranger = (await sim("POST", "/users", {"username": "eve"}))["id"]
    ear = Ear(simulator)
    await rest.ok("PUT", f"{guild}/bans/{stranger}", {})
    assert ear.names() == ["GUILD_BAN_ADD"]
    assert await rest.refused("PUT", f"{guild}/bans/1") == (404, 10013)


async def test_every_call_about_bans_needs_its_permission(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim, **WEAK)
    ban = f"{guild}/bans/{people['grace']}"
    for method, path in (("GET", f"{guild}/bans"), ("GET", ban), ("PUT", ban), ("DELETE", ban)):
        assert await rest.refused(method, path) == (403, 50013)
    half, people, _ = await crew(sim, bot_permissions=["BAN_MEMBERS"])
    body = {"user_ids": [people["grace"]]}
    assert await rest.refused("POST", f"{half}/bulk-ban", body) == (403, 50013)
    await rest.ok("PUT", f"{half}/bans/{people['grace']}")


async def test_a_member_who_ranks_higher_cannot_be_unbanned_either(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim)
    assert await rest.refused("DELETE", f"{guild}/bans/{people['linus']}") == (403, 50013)
    assert await rest.refused("DELETE", f"{guild}/bans/{people['ada']}") == (404, 10026)


async def test_bans_are_told_with_the_intent_and_a_permission(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    plain, members = Ear(simulator, KNOWN_INTENTS & ~MODERATION), Ear(simulator, MEMBERS)
    guild, people, _ = await crew(sim)
    assert plain.names() == ["GUILD_CREATE"]
    await rest.ok("PUT", f"{guild}/bans/{people['ada']}")
    assert plain.names() == members.names() == ["GUILD_MEMBER_REMOVE"]
    full = Ear(simulator)
    blind, people, _ = await crew(sim, bot_permissions=["KICK_MEMBERS"])
    full.take()
    assert (await sim.edit("owner", "PUT", f"{blind}/bans/{people['grace']}"))["status"] == 204
    assert full.names() == ["GUILD_MEMBER_REMOVE"]


async def test_the_list_of_bans_is_read_in_pages(sim: Control, rest: Rest) -> None:
    guild, people, _ = await crew(sim)
    ids = sorted([people["ada"], people["grace"], (await sim("POST", "/users", {"username": "eve"}))["id"]])
    for user_id in reversed(ids):
        await rest.ok("PUT", f"{guild}/bans/{user_id}")

    async def page(query: str) -> list[str]:
        return [ban["user"]["id"] for ban in await rest.ok("GET", f"{guild}/bans?{query}")]

    assert await page("") == ids
    assert await page("limit=2") == ids[:2]
    assert await page(f"after={ids[0]}&limit=1") == [ids[1]]
    assert await page(f"before={ids[2]}&limit=1") == [ids[1]]
    assert await page(f"before={ids[1]}&after={ids[1]}") == [ids[0]]
    for limit in ("0", "1001", "x"):
        assert await rest.refused("GET", f"{guild}/bans?limit={limit}") == (400, 50035)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"delete_message_seconds": 2 * DAY}, ["old"]),
        ({"delete_message_days": 2}, ["old"]),
        ({"delete_message_days": 7, "delete_message_seconds": 60}, ["old", "yesterday", "yesterday"]),
        ({"delete_message_seconds": 0}, ["old", "yesterday", "yesterday", "today"]),
    ],
)
async def test_a_ban_deletes_what_was_written_lately(
    sim: Control, rest: Rest, simulator: Simulator, body: dict[str, int], left: list[str]
) -> None:
    guild, people, made = await crew(sim)
    log, chat = (f"/channels/{made['channels'][name]}/messages" for name in ("log", "chat"))
    await sim.edit("ada", "POST", chat, {"content": "old"})
    await sim("POST", "/clock", {"advance": 3 * DAY})
    for path in (log, log):
        await sim.edit("ada", "POST", path, {"content": "yesterday"})
    await sim("POST", "/clock", {"advance": DAY})
    await sim.edit("ada", "POST", chat, {"content": "today"})
    await rest.ok("POST", log, {"content": "the bot's"})
    ear = Ear(simulator)
    await rest.ok("PUT", f"{guild}/bans/{people['ada']}", body)
    told = ear.take("MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
    if len(left) == 1:
        assert [(name, data["channel_id"]) for name, data in told] == [
            ("MESSAGE_DELETE_BULK", made["channels"]["log"]),
            ("MESSAGE_DELETE", made["channels"]["chat"]),
        ]
        assert len(told[0][1]["ids"]) == 2
    seen = [message["content"] for path in (chat, log) for message in reversed(await rest.ok("GET", path))]
    assert sorted(seen) == sorted([*left, "the bot's"])


@pytest.mark.parametrize("wrong", [{"delete_message_seconds": 604_801}, {"delete_message_days": 8}])
async def test_messages_are_deleted_for_seven_days_at_most(
    sim: Control, rest: Rest, wrong: dict[str, int]
) -> None:
    guild, people, _ = await crew(sim)
    assert await rest.refused("PUT", f"{guild}/bans/{people['ada']}", wrong) == (400, 50035)
    assert await rest.ok("GET", f"{guild}/bans") == []


async def test_many_are_banned_in_one_call(sim: Control, rest: Rest, simulator: Simulator) -> None:
    guild, people, _ = await crew(sim)
    await rest.ok("PUT", f"{guild}/bans/{people['grace']}")
    stranger = (await sim("POST", "/users", {"username": "eve"}))["id"]
    ear = Ear(simulator)
    asked = [people["ada"], people["grace"], people["linus"], "77", stranger, people["simulated-bot"]]
    answer = await rest.ok("POST", f"{guild}/bulk-ban", {"user_ids": asked}, X_Audit_Log_Reason="raid")
    assert answer == {
        "banned_users": [people["ada"], stranger],
        "failed_users": [people["grace"], people["linus"], "77"],
    }
    assert ear.names() == ["GUILD_BAN_ADD", "GUILD_MEMBER_REMOVE", "GUILD_BAN_ADD"]
    assert {entry["reason"] for entry in (await entries(rest, guild, 22))[:2]} == {"raid"}
    again = {"user_ids": [people["ada"], people["owner"]]}
    assert await rest.refused("POST", f"{guild}/bulk-ban", again) == (400, 500_000)
    only_me = await rest.ok("POST", f"{guild}/bulk-ban", {"user_ids": [people["simulated-bot"]]})
    assert only_me == {"banned_users": [], "failed_users": []}
    for wrong in ({}, {"user_ids": [str(each) for each in range(201)]}, {"user_ids": ["1", "1"]}):
        assert await rest.refused("POST", f"{guild}/bulk-ban", wrong) == (400, 50035)


async def test_a_banned_bot_cannot_be_brought_back(sim: Control, rest: Rest) -> None:
    guild, people, made = await crew(sim)
    ban = f"{guild}/bans/{people['simulated-bot']}"
    assert (await sim.edit("owner", "PUT", ban))["status"] == 204
    assert await rest.refused("GET", guild) == (404, 10004)
    assert (await sim("POST", f"{guild}/bot", {}, status=403))["code"] == 40007
    assert (await sim.edit("owner", "DELETE", ban))["status"] == 204
    await sim("POST", f"{guild}/bot", {})
    assert (await rest.ok("GET", guild))["id"] == made["id"]


async def test_roles_are_counted_by_their_members(sim: Control, rest: Rest) -> None:
    guild, people, made = await crew(sim)
    await rest.ok("PUT", f"{guild}/members/{people['grace']}/roles/{made['roles']['low']}")
    counts = await rest.ok("GET", f"{guild}/roles/member-counts")
    assert {name: counts[made["roles"][name]] for name in ("low", "high", "admin")} == {
        "low": 2,
        "high": 1,
        "admin": 1,
    }
    assert made["id"] not in counts
