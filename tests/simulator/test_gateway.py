"""What sessions hear: events by intent and permission, guilds whole or in an outage."""

from typing import Any

import disnake
import pytest

from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.talking import (
    EVERYTHING,
    GUILDS,
    MESSAGES,
    MODERATION,
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
