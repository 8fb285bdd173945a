"""What sessions hear: events by intent and permission, guilds whole or in an outage, members on request."""

from typing import Any

import disnake
import pytest

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.talking import (
    EVERYTHING,
    GUILDS,
    MEMBERS,
    MESSAGES,
    MODERATION,
    PRESENCES,
    VOICE,
    Open,
)


async def test_ready_names_the_guilds_and_each_follows(talk: Open, sim: Control) -> None:
    made = await sim.guild()
    one = await talk()
    ready = await one.identify()
    assert ready["guilds"] == [{"id": made["id"], "unavailable": True}]
    assert (ready["v"], "shard" in ready, set(ready["application"])) == (10, False, {"id", "flags"})
    created = (await one.event("GUILD_CREATE"))["d"]
    assert (created["unavailable"], created["member_count"], created["large"]) == (False, 2, False)


async def test_a_session_hears_what_its_intents_ask_for(talk: Open, sim: Control) -> None:
    made = await sim.guild(
        channels=[
            {"name": "log"},
            {"name": "hid", "permission_overwrites": [{"role": "@everyone", "deny": "1024"}]},
        ],
        members=[{"username": "ada"}],
        bot_permissions=["MANAGE_ROLES", "VIEW_CHANNEL"],
    )
    plain, full = await talk(), await talk()
    await plain.identify(GUILDS | MESSAGES)
    await full.identify(EVERYTHING)
    assert len((await plain.event("GUILD_CREATE"))["d"]["members"]) == 1
    assert len((await full.event("GUILD_CREATE"))["d"]["members"]) == 3
    for name in ("hid", "log"):
        path = f"/channels/{made['channels'][name]}/messages"
        assert (await sim.edit("owner", "POST", path, {"content": "secret"}))["status"] == 200
    await sim.edit("owner", "PATCH", f"/guilds/{made['id']}/members/{made['members']['ada']}", {"nick": "n"})
    await sim.edit("owner", "POST", f"/guilds/{made['id']}/roles", {"name": "last"})
    seen = {one: await one.frames("GUILD_ROLE_CREATE") for one in (plain, full)}
    assert [frame["t"] for frame in seen[plain]] == ["MESSAGE_CREATE", "GUILD_ROLE_CREATE"]
    assert [frame["t"] for frame in seen[full]] == [
        "MESSAGE_CREATE",
        "GUILD_MEMBER_UPDATE",
        "GUILD_ROLE_CREATE",
    ]
    assert (seen[plain][0]["d"]["content"], seen[full][0]["d"]["content"]) == ("", "secret")


@pytest.mark.parametrize("held", [True, False])
async def test_the_audit_log_is_told_to_those_who_may_read_it(talk: Open, sim: Control, held: bool) -> None:
    made = await sim.guild(bot_permissions=["VIEW_AUDIT_LOG"] if held else ["VIEW_CHANNEL"])
    one = await talk()
    await one.identify(GUILDS | MODERATION)
    await one.event("GUILD_CREATE")
    for name in ("first", "second"):
        await sim.edit("owner", "POST", f"/guilds/{made['id']}/roles", {"name": name})
    between = ["GUILD_AUDIT_LOG_ENTRY_CREATE"] if held else []
    assert await one.names("GUILD_ROLE_CREATE") == ["GUILD_ROLE_CREATE"]
    assert await one.names("GUILD_ROLE_CREATE") == [*between, "GUILD_ROLE_CREATE"]


async def test_of_a_large_guild_only_those_of_note_are_listed(talk: Open, sim: Control) -> None:
    members = [{"username": f"u{number}"} for number in range(50)]
    noted = [{"username": "crew", "roles": ["Crew"]}, {"username": "nicked", "nick": "n"}]
    await sim.guild(roles=[{"name": "Crew"}], members=[*members, *noted])
    for threshold, listed in ((50, {"crew", "nicked", "simulated-bot"}), (250, None)):
        one = await talk()
        await one.identify(EVERYTHING, large_threshold=threshold)
        created = (await one.event("GUILD_CREATE"))["d"]
        names = {member["user"]["username"] for member in created["members"]}
        assert (created["large"], created["member_count"]) == (listed is not None, 54)
        assert len(names) == 54 if listed is None else names == listed


async def test_an_outage_takes_a_guild_away_and_brings_it_back_whole(talk: Open, sim: Control) -> None:
    made = await sim.guild()
    outage = f"/guilds/{made['id']}/outage"
    early = await talk()
    await early.identify()
    await early.event("GUILD_CREATE")
    assert (await sim("POST", outage, {"available": False})) == {"available": False}
    assert (await early.frame())["d"] == {"id": made["id"], "unavailable": True}
    late = await talk()
    await late.identify()
    assert (await late.frame())["t"] == "GUILD_DELETE"
    assert (await sim.edit("owner", "POST", f"/guilds/{made['id']}/roles", {"name": "r"}))["status"] == 200
    await sim("POST", outage, {"available": True})
    for one in (early, late):
        frame = await one.frame()
        assert (frame["t"], frame["d"]["unavailable"]) == ("GUILD_CREATE", False)
        assert "r" in {role["name"] for role in frame["d"]["roles"]}
        await one.silence()


async def test_disnake_survives_an_outage(sim: Control, rest: Rest, connect: Connect, twins: Any) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    async with connect(disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", f"/guilds/{made['id']}/outage", {"available": False})
        await until(lambda: guild.unavailable)
        await rest.ok("POST", f"/guilds/{made['id']}/roles", {"name": "meanwhile"})
        await rest.ok("PATCH", f"/channels/{made['channels']['log']}", {"name": "renamed"})
        await sim("POST", f"/guilds/{made['id']}/outage", {"available": True})
        await until(lambda: not guild.unavailable)
        await twins(bot).agree()


# Presence and voice


async def test_the_presence_is_shown_where_the_intent_is(talk: Open, sim: Control) -> None:
    await sim.guild()
    seeing, blind = await talk(), await talk()
    await seeing.identify(GUILDS | PRESENCES)
    await blind.identify(GUILDS)
    assert (await seeing.event("GUILD_CREATE"))["d"]["presences"][0]["status"] == "online"
    assert (await blind.event("GUILD_CREATE"))["d"]["presences"] == []
    game = {"name": "chess", "type": 0, "url": None, "details": "dropped"}
    await blind.send(3, {"since": None, "activities": [game], "status": "invisible", "afk": False})
    shown = (await seeing.event("PRESENCE_UPDATE"))["d"]
    assert (shown["status"], shown["client_status"]) == ("offline", {})
    assert [set(each) for each in shown["activities"]] == [{"name", "type", "created_at"}]
    await blind.silence()


async def test_the_bot_joins_voice_and_leaves_with_its_session(talk: Open, sim: Control) -> None:
    made = await sim.guild(channels=[{"name": "v", "type": "voice"}, {"name": "t"}])
    one, other = await talk(), await talk()
    session = (await one.identify(GUILDS | VOICE))["session_id"]
    await other.identify(GUILDS | VOICE)
    await other.event("GUILD_CREATE")
    state = {"guild_id": made["id"], "self_mute": True, "self_deaf": False}
    await one.send(4, state | {"channel_id": made["channels"]["t"]})
    await one.send(4, state | {"channel_id": made["channels"]["v"]})
    assert (await one.event("VOICE_SERVER_UPDATE"))["d"]["endpoint"] is None
    heard = (await other.frame())["d"]
    assert (heard["channel_id"], heard["session_id"], heard["self_mute"]) == (
        made["channels"]["v"],
        session,
        True,
    )
    third = await talk()
    await third.identify()
    assert len((await third.event("GUILD_CREATE"))["d"]["voice_states"]) == 1
    await one.leave(1000)
    assert (await other.frame())["d"]["channel_id"] is None


async def test_a_deleted_voice_channel_is_left(talk: Open, sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "v", "type": "voice"}])
    one = await talk()
    await one.identify(GUILDS | VOICE)
    channel = made["channels"]["v"]
    await one.send(4, {"guild_id": made["id"], "channel_id": channel, "self_mute": False, "self_deaf": False})
    await one.event("VOICE_SERVER_UPDATE")
    await rest.ok("DELETE", f"/channels/{channel}")
    assert (await one.event("VOICE_STATE_UPDATE"))["d"]["channel_id"] is None


# Requests


async def test_members_come_in_chunks(talk: Open, sim: Control) -> None:
    made = await sim.guild(members=[{"username": f"u{number}"} for number in range(1500)])
    one = await talk()
    await one.identify(GUILDS | MEMBERS)
    await one.send(8, {"guild_id": made["id"], "query": "", "limit": 0, "nonce": "n"})
    chunks = [(await one.event("GUILD_MEMBERS_CHUNK"))["d"] for _ in range(2)]
    assert [(len(chunk["members"]), chunk["chunk_index"], chunk["nonce"]) for chunk in chunks] == [
        (1000, 0, "n"),
        (502, 1, "n"),
    ]
    await one.send(8, {"guild_id": made["id"], "user_ids": [made["members"]["u7"], "5"], "limit": 0})
    chunk = (await one.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert ([each["user"]["username"] for each in chunk["members"]], chunk["not_found"]) == (["u7"], ["5"])
    assert "presences" not in chunk
    assert "nonce" not in chunk


async def test_members_are_found_by_the_start_of_their_name_without_the_intent(
    talk: Open, sim: Control
) -> None:
    made = await sim.guild(members=[{"username": f"u{number:03}"} for number in range(150)])
    one = await talk()
    await one.identify(GUILDS)
    await one.send(8, {"guild_id": made["id"], "query": "", "limit": 5})
    for body, expected in (
        ({"query": "U", "limit": 0}, 100),
        ({"query": "u00", "limit": 3}, 3),
        ({"query": "zed", "limit": 1, "nonce": "n" * 33, "presences": True}, 0),
        ({"user_ids": [made["members"][f"u{number:03}"] for number in range(150)]}, 100),
        ({"user_ids": made["members"]["u001"]}, 1),
    ):
        await one.send(8, {"guild_id": made["id"]} | body)
        chunk = (await one.event("GUILD_MEMBERS_CHUNK"))["d"]
        assert (len(chunk["members"]), chunk.get("nonce"), chunk.get("presences")) == (expected, None, None)


async def test_the_whole_list_is_sent_once_in_a_while(talk: Open, sim: Control) -> None:
    await sim("PATCH", "/gateway", {"members_seconds": 30})
    made = await sim.guild()
    one = await talk()
    await one.identify(EVERYTHING)
    whole = {"guild_id": made["id"], "query": "", "limit": 0, "presences": True, "nonce": "n"}
    await one.send(8, whole)
    chunk = (await one.event("GUILD_MEMBERS_CHUNK"))["d"]
    assert [each["status"] for each in chunk["presences"]] == ["online"]
    await one.send(8, whole)
    told = (await one.frame())["d"]
    assert (told["opcode"], told["meta"]) == (8, {"guild_id": made["id"], "nonce": "n"})
    assert 20 < told["retry_after"] <= 30
    await one.send(8, whole | {"limit": 1})
    assert (await one.frame())["t"] == "GUILD_MEMBERS_CHUNK"
    await sim("POST", "/clock", {"advance": 31})
    await one.send(8, whole)
    assert (await one.frame())["t"] == "GUILD_MEMBERS_CHUNK"


async def test_what_a_guild_does_not_have_is_said(talk: Open, sim: Control) -> None:
    made = await sim.guild()
    one = await talk()
    await one.identify()
    await one.event("GUILD_CREATE")
    await one.send(31, {"guild_ids": ["1", made["id"]]})
    assert (await one.frame())["d"] == {"guild_id": made["id"], "soundboard_sounds": []}
    await one.send(43, {"guild_id": made["id"], "fields": ["status"]})
    assert (await one.frame())["d"] == {"guild_id": made["id"], "channels": []}
