"""Faults on the wire do what they say, and an unmodified disnake survives those it can."""

import aiohttp
import disnake
import pytest

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.test_disnake import cached, client, stated

ROLES = "/guilds/{guild_id}/roles"


@pytest.mark.parametrize(
    "fault",
    [{"kind": "op7"}, {"kind": "op9", "resumable": True}, {"kind": "close"}, {"kind": "close", "code": 4000}],
    ids=["op7", "op9-resumable", "cut", "closed"],
)
async def test_what_happened_meanwhile_is_replayed(
    sim: Control, connect: Connect, fault: dict[str, object]
) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        sessions = (await sim("GET", "/gateway"))["sessions"]
        await sim("POST", "/faults", fault)
        await sim.edit("owner", "POST", f"/guilds/{guild.id}/channels", {"name": "meanwhile"})
        await sim.edit("owner", "DELETE", f"/channels/{made['channels']['log']}")
        await until(lambda: [channel.name for channel in guild.channels] == ["meanwhile"])
        gateway = await sim("GET", "/gateway")
        assert gateway["connected"] == 1
        assert [session["id"] for session in gateway["sessions"]] == [session["id"] for session in sessions]
        assert cached(guild) == stated(await sim.dump(guild.id))


async def test_a_lost_session_starts_again_from_guild_create(
    sim: Control, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    bot = client()
    monkeypatch.setattr(bot, "before_identify_hook", _at_once)
    async with connect(bot):
        old = bot.get_guild(int(made["id"]))
        await sim("POST", "/faults", {"kind": "op9"})
        await sim.edit("owner", "DELETE", f"/channels/{made['channels']['log']}")
        await until(
            lambda: (guild := bot.get_guild(int(made["id"]))) and guild is not old and not guild.channels
        )
        assert (await sim("GET", "/gateway"))["connected"] == 1


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """The public hook in which disnake waits five seconds between identifies."""


async def test_a_lost_answer_leaves_the_effect(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", "/faults", {"kind": "lost_answer", "method": "POST", "route": ROLES})
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await guild.create_role(name="made", reason="r")
        await sim("POST", "/faults", {"kind": "drop", "method": "POST", "route": ROLES, "after": 1})
        await guild.create_role(name="kept")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await guild.create_role(name="dropped")
        names = {role["name"] for role in (await sim.dump(guild.id))["roles"]}
        assert {"made", "kept"} <= names
        assert "dropped" not in names
    calls = [call for call in (await sim("GET", "/requests"))["items"] if call["route"] == ROLES]
    assert [(call["status"], call["fault"]) for call in calls] == [
        (None, "lost_answer"),
        (200, None),
        (None, "drop"),
    ]
    effects = (await sim("GET", "/effects"))["items"]
    assert [(effect["route"], effect["reason"]) for effect in effects] == [(ROLES, "r"), (ROLES, None)]


async def test_a_limited_call_is_repeated_after_its_time(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", "/faults", {"kind": "429", "route": ROLES, "count": 2, "retry_after": 0.05})
        await guild.create_role(name="late")
    calls = (await sim("GET", "/requests"))["items"]
    assert [call["status"] for call in calls if call["route"] == ROLES] == [429, 429, 200]


async def test_server_errors_are_passed_on(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim(
            "POST", "/faults", {"kind": "5xx", "status": 503, "method": "POST", "route": r"/guilds/\d+/roles"}
        )
        with pytest.raises(disnake.DiscordServerError):
            await guild.create_role(name="never")
        assert len(guild.roles) == 2


async def test_gateway_faults_can_follow_a_call(sim: Control, connect: Connect) -> None:
    made = await sim.guild()
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        await sim("POST", "/faults", {"kind": "close", "route": ROLES, "method": "POST"})
        await guild.create_role(name="made")
        await until(lambda: any(role.name == "made" for role in guild.roles))
        assert (await sim("GET", "/faults")) == []


async def test_a_limit_names_itself_in_headers_and_body(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    await sim("POST", "/faults", {"kind": "429", "retry_after": 7.2, "global": True})
    answer = await rest("GET", f"/guilds/{made['id']}")
    assert answer.json() == {
        "message": "You are being rate limited.",
        "code": 0,
        "retry_after": 7.2,
        "global": True,
    }
    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-scope"]) == ("8", "global")
    assert answer.headers["via"] == "1.1 google"
    plain = await rest("GET", f"/guilds/{made['id']}")
    assert plain.headers["content-type"] == "application/json"
    assert int(plain.headers["x-ratelimit-remaining"]) > 1000
    other = await rest("GET", f"/guilds/{made['id']}/roles")
    assert other.headers["x-ratelimit-bucket"] != plain.headers["x-ratelimit-bucket"]
