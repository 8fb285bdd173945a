"""What a client may ask of the gateway: presence, voice, members."""

from typing import Any

import disnake

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.talking import (
    EVERYTHING,
    GUILDS,
    MEMBERS,
    PRESENCES,
    VOICE,
    Open,
)

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


async def test_disnake_speaks_to_the_gateway_through_its_public_methods(
    sim: Control, connect: Connect, twins: Any
) -> None:
    made = await sim.guild(
        channels=[{"name": "v", "type": "voice"}],
        members=[{"username": "ada"}, {"username": "adam"}, {"username": "grace"}],
    )
    async with connect(disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)) as bot:
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        await bot.change_presence(activity=disnake.Game("chess"), status=disnake.Status.idle)
        await until(lambda: guild.me.status is disnake.Status.idle)
        assert [activity.name for activity in guild.me.activities] == ["chess"]
        await both.agree()
        assert [member.name for member in await guild.query_members("ad", limit=5)] == ["ada", "adam"]
        found = await guild.query_members(user_ids=[int(made["members"]["grace"])])
        assert [member.name for member in found] == ["grace"]
        await both.agree()
        assert len(await guild.chunk() or guild.members) == 5
        await both.agree()
        channel = guild.get_channel(int(made["channels"]["v"]))
        assert isinstance(channel, disnake.VoiceChannel)
        await guild.change_voice_state(channel=channel, self_mute=True)
        await until(lambda: guild.me.voice and guild.me.voice.channel == channel)
        assert [member.id for member in channel.members] == [guild.me.id]
        await both.agree()
        await guild.change_voice_state(channel=None)
        await until(lambda: guild.me.voice is None)
        await both.agree()
