"""Unmodified disnake kicks, bans, times out and leaves through its public methods, and hears what follows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import disnake
import pytest

from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.test_disnake import client
from tests.simulator.twins import Twins

See = Callable[[disnake.Client], Twins]
PEOPLE = ("ada", "grace", "eve", "mallory", "trudy")
SPEC: dict[str, Any] = {
    "roles": [{"name": "Crew"}],
    "channels": [{"name": "log"}, {"name": "Bridge", "type": "voice"}],
    "members": [{"username": name, "roles": ["Crew"]} for name in PEOPLE],
}


class Listener(disnake.Client):
    """Keeps what it hears of members, by the name of the event."""

    def __init__(self) -> None:
        super().__init__(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
        self.heard: list[tuple[str, str]] = []

    async def on_member_ban(self, _: disnake.Guild, user: disnake.User | disnake.Member) -> None:
        self.heard.append(("ban", user.name))

    async def on_member_unban(self, _: disnake.Guild, user: disnake.User) -> None:
        self.heard.append(("unban", user.name))

    async def on_member_remove(self, member: disnake.Member) -> None:
        self.heard.append(("remove", member.name))

    async def on_member_update(self, _: disnake.Member, after: disnake.Member) -> None:
        self.heard.append(("update", after.name))


def member(guild: disnake.Guild, name: str) -> disnake.Member:
    found = guild.get_member_named(name)
    assert found
    return found


def only(bot: disnake.Client) -> disnake.Guild:
    [guild] = bot.guilds
    return guild


async def test_kicks_and_bans_are_in_both_heads(sim: Control, connect: Connect, twins: See) -> None:
    made = await sim.guild(**SPEC)
    async with connect(Listener()) as bot:
        assert isinstance(bot, Listener)
        both, guild = twins(bot), only(bot)
        await guild.kick(member(guild, "grace"), reason="a")
        await both.agree()
        await until(lambda: bot.heard == [("remove", "grace")])
        ada = member(guild, "ada")
        await ada.ban(reason="b", clean_history_duration=timedelta(hours=1))
        await both.agree()
        await until(lambda: bot.heard[1:] == [("ban", "ada"), ("remove", "ada")])
        stranger = await sim("POST", "/users", {"username": "stranger"})
        await guild.ban(disnake.Object(int(stranger["id"])), reason="c")
        await both.agree()
        await until(lambda: bot.heard[3:] == [("ban", "stranger")])
        entries = [entry async for entry in guild.bans()]
        assert [(entry.user.name, entry.reason) for entry in entries] == [("ada", "b"), ("stranger", "c")]
        assert [entry.user.name async for entry in guild.bans(limit=1, before=entries[1].user)] == ["ada"]
        assert (await guild.fetch_ban(ada)).reason == "b"
        await guild.unban(ada, reason="d")
        await both.agree()
        await until(lambda: bot.heard[4:] == [("unban", "ada")])
        with pytest.raises(disnake.NotFound) as unknown:
            await guild.fetch_ban(ada)
        assert unknown.value.code == 10026
        result = await guild.bulk_ban([member(guild, "eve"), ada, disnake.Object(7)], reason="e")
        await both.agree()
        assert {user.id for user in result.banned} == {int(made["members"]["eve"]), ada.id}
        assert [user.id for user in result.failed] == [7]
        log = [(entry.action.name, entry.reason) async for entry in guild.audit_logs(oldest_first=True)]
        assert log == [
            ("kick", "a"),
            ("ban", "b"),
            ("ban", "c"),
            ("unban", "d"),
            ("ban", "e"),
            ("ban", "e"),
        ]
        with pytest.raises(disnake.Forbidden):
            await guild.kick(disnake.Object(guild.owner_id or 0))
        with pytest.raises(disnake.HTTPException) as nobody:
            await guild.bulk_ban([ada])
        assert nobody.value.code == 500_000
        await both.agree()


async def test_a_member_is_edited_in_both_heads(sim: Control, connect: Connect, twins: See) -> None:
    await sim.guild(**SPEC)
    async with connect(client()) as bot:
        both, guild = twins(bot), only(bot)
        ada = member(guild, "ada")
        timed = await ada.timeout(duration=3600, reason="r")
        await both.agree()
        assert timed.current_timeout
        await until(lambda: ada.current_timeout == timed.current_timeout)
        moment = datetime.now(UTC) + timedelta(days=2)
        await guild.timeout(ada, until=moment)
        await both.agree()
        await guild.timeout(ada, duration=None)
        await both.agree()
        await until(lambda: ada.current_timeout is None)
        await ada.edit(nick="Countess", bypasses_verification=True, roles=[])
        await both.agree()
        await until(lambda: (ada.nick, ada.flags.bypasses_verification) == ("Countess", True))
        [bridge] = guild.voice_channels
        attempts = (
            ada.move_to(bridge),
            ada.edit(voice_channel=None),
            ada.edit(mute=True),
            ada.edit(deafen=True),
        )
        for attempt in attempts:
            with pytest.raises(disnake.HTTPException) as alone:
                await attempt
            assert (alone.value.status, alone.value.code) == (400, 40032)
            await both.agree()
        with pytest.raises(disnake.HTTPException):
            await ada.timeout(duration=timedelta(days=29))
        await guild.me.edit(nick="Bosun")
        await both.agree()
        await guild.me.edit(nick=None)
        await both.agree()
        counts = await guild.fetch_role_member_counts()
        assert {role.name: count for role, count in counts.items() if isinstance(role, disnake.Role)} == {
            "Crew": 4,
            "simulated-bot": 1,
        }
        await both.agree()


async def test_a_bot_that_leaves_or_is_put_out_forgets_the_guild(
    sim: Control, connect: Connect, twins: See
) -> None:
    made = [await sim.guild(**SPEC) for _ in range(3)]
    async with connect(client()) as bot:
        both = twins(bot)
        await both.agree()
        left = bot.get_guild(int(made[0]["id"]))
        assert left
        await left.leave()
        await both.agree()
        await until(lambda: len(bot.guilds) == 2)
        own = made[1]["members"]["simulated-bot"]
        await sim.edit("owner", "DELETE", f"/guilds/{made[1]['id']}/members/{own}")
        await both.agree()
        await until(lambda: len(bot.guilds) == 1)
        await sim.edit("owner", "PUT", f"/guilds/{made[2]['id']}/bans/{own}")
        await both.agree()
        await until(lambda: not bot.guilds)
        await sim("POST", f"/guilds/{made[1]['id']}/bot", {})
        await until(lambda: bot.guilds)
        await both.agree()
