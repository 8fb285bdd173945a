"""Unmodified disnake, through its public methods, reads everything and ends with the simulator's state in its cache."""

from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, until
from tests.simulator.conftest import Connect
from tests.simulator.twins import Twins

COMMUNITY: dict[str, Any] = {
    "features": ["COMMUNITY"],
    "verification_level": 1,
    "explicit_content_filter": 2,
    "channels": [{"name": "rules", "type": "text"}, {"name": "updates", "type": "text"}],
    "rules_channel": "rules",
    "public_updates_channel": "updates",
    "members": [{"username": "ada"}],
}


def client(**options: Any) -> disnake.Client:
    return disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1, **options)


def cached(guild: disnake.Guild) -> dict[str, Any]:
    """What disnake believes, in few words. Positions of roles are left out: disnake lifts
    the cached ones at every creation, of which Discord says nothing."""
    return {
        "name": guild.name,
        "system": guild.system_channel and guild.system_channel.id,
        "roles": {
            role.id: (
                role.name,
                role.permissions.value,
                role.color.value,
                role.hoist,
                role.mentionable,
            )
            for role in guild.roles
        },
        "channels": {
            channel.id: (channel.name, channel.type.value, channel.position, channel.category_id)
            for channel in guild.channels
        },
        "overwrites": {
            channel.id: {
                target.id: tuple(bits.value for bits in overwrite.pair())
                for target, overwrite in channel.overwrites.items()
            }
            for channel in guild.channels
        },
        "members": {member.id: {role.id for role in member.roles[1:]} for member in guild.members},
    }


def stated(dump: dict[str, Any]) -> dict[str, Any]:
    """The same from the simulator's dump."""
    guild = dump["guild"]
    return {
        "name": guild["name"],
        "system": guild["system_channel_id"] and int(guild["system_channel_id"]),
        "roles": {
            int(role["id"]): (
                role["name"],
                int(role["permissions"]),
                role["color"],
                role["hoist"],
                role["mentionable"],
            )
            for role in dump["roles"]
        },
        "channels": {
            int(channel["id"]): (
                channel["name"],
                channel["type"],
                channel["position"],
                channel["parent_id"] and int(channel["parent_id"]),
            )
            for channel in dump["channels"]
        },
        "overwrites": {
            int(channel["id"]): {
                int(each["id"]): (int(each["allow"]), int(each["deny"]))
                for each in channel["permission_overwrites"]
            }
            for channel in dump["channels"]
        },
        "members": {int(member["user"]["id"]): set(map(int, member["roles"])) for member in dump["members"]},
    }


async def test_everything_a_bot_builds_is_in_both_heads(  # noqa: PLR0915 - one story, compared at every step
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(**COMMUNITY, roles=[{"name": "Bosun"}, {"name": "Cook"}, {"name": "Pilot"}])
    async with connect(client()) as bot:
        both = twins(bot)
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        crew = await guild.create_role(
            name="Crew", permissions=disnake.Permissions(1024), color=0x123456, hoist=True
        )
        await both.agree()
        mate = await guild.create_role(name="Mate", mentionable=True, reason="for the ship")
        await both.agree()
        deck = await guild.create_category(
            "Deck", overwrites={guild.default_role: disnake.PermissionOverwrite(view_channel=False)}
        )
        await both.agree()
        log = await guild.create_text_channel(
            "The Log", category=deck, topic="today", slowmode_delay=5, nsfw=True
        )
        await both.agree()
        assert log.name == "the-log"
        assert log.permissions_synced
        voice = await guild.create_voice_channel("Bridge", bitrate=32_000, user_limit=3, category=deck)
        await both.agree()
        stage = await guild.create_stage_channel("Stage", topic="speeches")
        await both.agree()
        forum = await guild.create_forum_channel(
            "Questions",
            topic="ask",
            available_tags=[disnake.ForumTag(name="solved", emoji="✅")],
            default_reaction="👍",
            default_sort_order=disnake.ThreadSortOrder.creation_date,
            default_layout=disnake.ThreadLayout.gallery_view,
        )
        await both.agree()
        media = await guild.create_media_channel("Pictures")
        await both.agree()
        news = await guild.create_text_channel("news", news=True)
        await both.agree()
        await until(lambda: guild.get_channel(news.id))
        await both.agree()
        assert [forum.available_tags[0].name, forum.default_layout] == [
            "solved",
            disnake.ThreadLayout.gallery_view,
        ]

        await crew.edit(name="Sailors", permissions=disnake.Permissions(3072))
        await both.agree()
        await mate.edit(position=2)
        await both.agree()
        await log.edit(topic="tomorrow", category=None, default_auto_archive_duration=60)
        await both.agree()
        await log.set_permissions(crew, view_channel=True, send_messages=False)
        await both.agree()
        await voice.set_permissions(guild.me, connect=True)
        await both.agree()
        await deck.edit(overwrites={crew: disnake.PermissionOverwrite(view_channel=True)})
        await both.agree()
        await stage.move(beginning=True)
        await both.agree()
        await media.delete(reason="no pictures")
        await both.agree()
        ada = next(member for member in guild.members if member.name == "ada")
        await ada.add_roles(crew, mate, atomic=False)
        await both.agree()
        await ada.edit(roles=[mate], nick="Countess")
        await both.agree()
        await guild.edit(name="Haven", system_channel=log, afk_timeout=900)
        await both.agree()
        await mate.delete()
        await both.agree()

        assert cached(guild) == stated(await sim.dump(guild.id))
        fetched = await bot.fetch_guild(guild.id)
        assert fetched.name == "Haven"
        assert {channel.id for channel in await guild.fetch_channels()} == {
            channel.id for channel in guild.channels
        }
        assert (await guild.fetch_member(ada.id)).nick == "Countess"
        assert [member.id for member in await guild.search_members("ad")] == [ada.id]


async def test_the_audit_log_says_who_why_and_what(sim: Control, connect: Connect) -> None:
    made = await sim.guild(**COMMUNITY)
    heard: list[disnake.AuditLogEntry] = []
    bot = client()
    bot.event(_named("on_audit_log_entry_create", heard.append))
    async with connect(bot):
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        role = await guild.create_role(name="Crew", reason="ønske / 100%")
        channel = await guild.create_text_channel("log", reason="second")
        await channel.edit(topic="x", reason="third")
        await channel.set_permissions(role, view_channel=False, reason="fourth")
        await guild.edit(description="d", reason="fifth")
        ada = next(member for member in guild.members if member.name == "ada")
        await ada.add_roles(role, reason="sixth")
        await role.delete(reason="seventh")
        entries = [entry async for entry in guild.audit_logs(limit=None, oldest_first=True)]
        assert [(entry.action.name, entry.reason) for entry in entries] == [
            ("role_create", "ønske / 100%"),
            ("channel_create", "second"),
            ("channel_update", "third"),
            ("overwrite_create", "fourth"),
            ("guild_update", "fifth"),
            ("member_role_update", "sixth"),
            ("role_delete", "seventh"),
        ]
        assert {entry.user and entry.user.id for entry in entries} == {bot.user.id}
        assert (entries[2].before.topic, entries[2].after.topic) == (None, "x")
        await until(lambda: len(heard) == len(entries))
        assert [entry.id for entry in heard] == [entry.id for entry in entries]


async def test_a_human_edit_arrives_as_events(sim: Control, connect: Connect) -> None:
    made = await sim.guild(
        roles=[{"name": "Crew"}, {"name": "Mods", "permissions": ["MANAGE_ROLES", "VIEW_CHANNEL"]}],
        channels=[{"name": "log"}],
        members=[{"username": "ada", "roles": ["Mods"]}],
    )
    async with connect(client()) as bot:
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        crew = guild.get_role(int(made["roles"]["Crew"]))
        assert crew is not None
        path = f"/guilds/{guild.id}/roles/{crew.id}"
        assert (await sim.edit("ada", "PATCH", path, {"name": "Sailors"}))["status"] == 200
        await until(lambda: crew.name == "Sailors")
        above = f"/guilds/{guild.id}/roles/{made['roles']['Mods']}"
        assert (await sim.edit("ada", "PATCH", above, {"name": "x"}))["status"] == 403
        log = f"/channels/{made['channels']['log']}"
        assert (await sim.edit("ada", "DELETE", log))["body"]["code"] == 50013
        assert (await sim.edit("owner", "DELETE", log))["status"] == 200
        await until(lambda: not guild.channels)
        await sim("POST", f"/guilds/{guild.id}/members", {"user": "grace", "roles": ["Sailors"]})
        await until(lambda: guild.get_member_named("grace"))


async def test_guilds_come_and_go_while_connected(sim: Control, connect: Connect) -> None:
    async with connect(client()) as bot:
        made = await sim.guild()
        await until(lambda: bot.get_guild(int(made["id"])))
        await sim("DELETE", f"/guilds/{made['id']}/bot")
        await until(lambda: not bot.guilds)
        await sim("POST", f"/guilds/{made['id']}/bot", {"permissions": ["MANAGE_ROLES"]})
        await until(lambda: bot.guilds)
        assert bot.guilds[0].me.guild_permissions.manage_roles
        assert not bot.guilds[0].me.guild_permissions.administrator
        assert (await bot.application_info()).owner.name == "owner"


async def test_messages_are_sent_edited_and_deleted(sim: Control, connect: Connect) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    seen: list[disnake.Message] = []
    bot = client()
    bot.event(_named("on_message", seen.append))
    async with connect(bot):
        channel = bot.get_channel(int(made["channels"]["log"]))
        assert isinstance(channel, disnake.TextChannel)
        row = disnake.ui.ActionRow(disnake.ui.Button(label="Go", custom_id="go"))
        embed = disnake.Embed(title="T", description="D", color=3).add_field("a", "b").set_footer(text="f")
        message = await channel.send("hello", embed=embed, components=[row], nonce=77)
        await until(lambda: seen)
        assert seen[0].embeds[0].to_dict() == message.embeds[0].to_dict()
        assert message.nonce == 77
        edited = await message.edit(content="bye", embed=None, components=[])
        assert (edited.content, edited.embeds, edited.components) == ("bye", [], [])
        await channel.send(file=disnake.File(__file__, "notes.txt"))
        history = [each async for each in channel.history()]
        assert [each.attachments[0].filename if each.attachments else each.content for each in history] == [
            "notes.txt",
            "bye",
        ]
        await message.delete()
        with pytest.raises(disnake.NotFound):
            await channel.fetch_message(message.id)


async def test_a_wrong_token_and_missing_intents_are_refused(sim: Control, connect: Connect) -> None:
    with pytest.raises(disnake.LoginFailure):
        async with connect(client(), token="wrong"):
            pass
    await sim("PATCH", "/application", {"intents": ["members"]})
    with pytest.raises(disnake.PrivilegedIntentsRequired):
        async with connect(client()):
            pass
    plain = disnake.Client(intents=disnake.Intents.default(), guild_ready_timeout=0.1)
    async with connect(plain):
        assert plain.is_ready()


def _named(name: str, act: Any) -> Any:
    async def handler(*args: Any) -> None:
        act(*args)

    handler.__name__ = name
    return handler


async def test_a_cache_that_lags_behind_is_noticed(
    sim: Control, connect: Connect, simulator: Simulator, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(
        roles=[{"name": "Crew"}], channels=[{"name": "log"}], members=[{"username": "ada"}]
    )
    async with connect(client()) as bot:
        both = twins(bot)
        await both.agree()
        guild = simulator.world.guilds[int(made["id"])]
        guild.roles[int(made["roles"]["Crew"])].hoist = True
        guild.channels[int(made["channels"]["log"])].topic = "untold"
        guild.members[int(made["members"]["ada"])].nick = "untold"
        guild.name = "untold"
        assert {found.rpartition("/")[2] for found in both.differences()} == {
            "hoist",
            "topic",
            "nick",
            "name",
        }
