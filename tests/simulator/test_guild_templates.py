"""Discord's native templates: the snapshot, what becomes of it, and who may do what with it."""

from collections.abc import Callable
from typing import Any

import disnake
import httpx
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.exported import GUILD
from tests.simulator.twins import Twins


async def test_the_snapshot_holds_what_a_new_guild_can_have(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**GUILD)
    path = f"/guilds/{made['id']}/templates"
    source = (await rest.ok("POST", path, {"name": "t"}))["serialized_source_guild"]
    roles, channels = source.pop("roles"), source.pop("channels")
    assert source == {
        "name": "Harbour",
        "description": "Ships",
        "region": "us-east",
        "icon_hash": None,
        "verification_level": 2,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "preferred_locale": "de",
        "afk_timeout": 900,
        "afk_channel_id": 7,
        "system_channel_id": 6,
        "system_channel_flags": 5,
    }
    assert [(each["id"], each["name"]) for each in roles] == [(0, "@everyone"), (2, "Crew"), (3, "Mates")]
    assert roles[1] == {
        "id": 2,
        "name": "Crew",
        "permissions": "1024",
        "color": 255,
        "colors": {"primary_color": 255, "secondary_color": None, "tertiary_color": None},
        "hoist": True,
        "mentionable": True,
        "icon": None,
        "unicode_emoji": None,
    }
    assert [(each["id"], each["name"], each["type"], each["parent_id"]) for each in channels] == [
        (1, "loose", 0, None),
        (2, "news", 0, None),
        (3, "forum", 15, None),
        (4, "stage", 2, None),
        (5, "Deck", 4, None),
        (6, "log", 0, 5),
        (7, "bridge", 2, 5),
    ]
    assert channels[5] == {
        "id": 6,
        "type": 0,
        "name": "log",
        "position": 2,
        "topic": "today",
        "bitrate": 64000,
        "user_limit": 0,
        "nsfw": True,
        "rate_limit_per_user": 5,
        "parent_id": 5,
        "default_auto_archive_duration": 60,
        "permission_overwrites": [
            {"id": 0, "type": 0, "allow": "0", "deny": "1024"},
            {"id": 3, "type": 0, "allow": "1024", "deny": "0"},
        ],
        "available_tags": None,
        "template": "",
        "default_reaction_emoji": None,
        "default_thread_rate_limit_per_user": 9,
        "default_sort_order": None,
        "default_forum_layout": None,
        "default_tag_setting": None,
        "theme_color": None,
    }
    assert (channels[6]["bitrate"], channels[6]["user_limit"]) == (32000, 4)
    forum = channels[2]
    assert forum["available_tags"] == [
        {"id": 0, "name": "done", "emoji_id": None, "emoji_name": "✅", "moderated": True},
        {"id": 1, "name": "new", "emoji_id": None, "emoji_name": None, "moderated": False},
    ]
    assert forum["default_reaction_emoji"] == {"emoji_id": None, "emoji_name": "👍"}
    assert [forum[f"default_{each}"] for each in ("sort_order", "forum_layout", "tag_setting")] == [
        1,
        2,
        "match_all",
    ]


async def test_a_guild_has_one_template(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**GUILD)
    path = f"/guilds/{made['id']}/templates"
    ear = Ear(simulator)
    assert await rest.ok("GET", path) == []
    created = await rest.ok("POST", path, {"name": "t", "description": "d"})
    assert len(created["code"]) == 12
    assert (created["name"], created["description"], created["usage_count"]) == ("t", "d", 0)
    assert (created["source_guild_id"], created["is_dirty"]) == (made["id"], None)
    assert created["creator_id"] == created["creator"]["id"] == str(simulator.world.application.bot_id)
    assert created["created_at"] == created["updated_at"]
    assert await rest.refused("POST", path, {"name": "u"}) == (400, 30031)
    assert await rest.ok("GET", path) == [created]
    assert await rest.ok("GET", f"/guilds/templates/{created['code']}") == created
    assert await rest.ok("DELETE", f"{path}/{created['code']}") == created
    assert await rest.ok("GET", path) == []
    for method, gone in (("GET", "/guilds/templates"), ("PUT", path), ("PATCH", path), ("DELETE", path)):
        assert await rest.refused(method, f"{gone}/{created['code']}") == (404, 10057)
    assert (await rest.ok("POST", path, {"name": "u"}))["code"] != created["code"]
    assert ear.happened() == []


async def test_it_is_dirty_until_it_is_synced(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**GUILD)
    path = f"/guilds/{made['id']}/templates"
    first = await rest.ok("POST", path, {"name": "t"})
    one = f"{path}/{first['code']}"
    await rest.ok("PATCH", f"/guilds/{made['id']}/roles/{made['roles']['Bots']}", {"color": 1})
    [found] = await rest.ok("GET", path)
    assert found["is_dirty"] is None, "a managed role is no part of it"
    await rest.ok("PATCH", f"/channels/{made['channels']['log']}", {"topic": "tomorrow"})
    [found] = await rest.ok("GET", path)
    assert found["is_dirty"] is True
    assert found["serialized_source_guild"] == first["serialized_source_guild"]
    await sim("POST", "/clock", {"advance": 60})
    renamed = await rest.ok("PATCH", one, {"name": "u", "description": None})
    assert (renamed["name"], renamed["is_dirty"], renamed["updated_at"]) == ("u", True, first["updated_at"])
    synced = await rest.ok("PUT", one)
    assert synced["is_dirty"] is None
    assert synced["updated_at"] > synced["created_at"] == first["created_at"]
    topics = {each["name"]: each["topic"] for each in synced["serialized_source_guild"]["channels"]}
    assert topics["log"] == "tomorrow"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"name": "n", "description": "d" * 121}, "description"),
    ],
)
async def test_a_bad_form_says_where(sim: Control, rest: Rest, body: dict[str, Any], field: str) -> None:
    made = await sim.guild(**GUILD)
    path = f"/guilds/{made['id']}/templates"
    answer = (await rest("POST", path, body)).json()
    assert (answer["code"], list(answer["errors"])) == (50035, [field])
    assert await rest.ok("GET", path) == []
    created = await rest.ok("POST", path, {"name": "t"})
    if body.get(field):
        answer = (await rest("PATCH", f"{path}/{created['code']}", body)).json()
        assert (answer["code"], list(answer["errors"])) == (50035, [field])
        assert await rest.ok("GET", path) == [created]


async def test_templates_take_manage_guild_and_are_read_by_anybody(
    sim: Control, rest: Rest, http: httpx.AsyncClient
) -> None:
    made, other = await sim.guild(**GUILD, bot_permissions=[]), await sim.guild(**GUILD)
    path = f"/guilds/{made['id']}/templates"
    for method in ("GET", "POST"):
        assert await rest.refused(method, path, {"name": "t"}) == (403, 50013)
    created = (await sim.edit("owner", "POST", path, {"name": "t"}))["body"]
    for method in ("PUT", "PATCH", "DELETE"):
        assert await rest.refused(method, f"{path}/{created['code']}") == (403, 50013)
        elsewhere = f"/guilds/{other['id']}/templates/{created['code']}"
        assert await rest.refused(method, elsewhere) == (404, 10057)
    answer = await http.get(f"/api/v10/guilds/templates/{created['code']}")
    assert answer.json() == created


@pytest.mark.parametrize("path", ["/guilds", "/guilds/templates/anything"])
async def test_apps_make_no_guilds(rest: Rest, path: str) -> None:
    assert await rest.refused("POST", path, {"name": "Mine"}) == (403, 20001)


async def test_disnake_makes_reads_syncs_edits_and_deletes_it(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(**GUILD)
    # Of a guild it does not know disnake cannot read a forum's tags in a template (`_PartialTemplateState`).
    plain = [each for each in GUILD["channels"] if each["name"] != "forum"]
    away = await sim.guild(**GUILD | {"name": "Elsewhere", "bot_in": False, "channels": plain})
    path = f"/guilds/{away['id']}/templates"
    foreign = (await sim.edit("owner", "POST", path, {"name": "foreign"}))["body"]
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both = twins(bot)
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        template = await guild.create_template(name="t", description="d")
        await both.agree()
        assert (template.name, template.description, template.uses) == ("t", "d", 0)
        assert template.creator == bot.user
        assert (template.source_guild, template.is_dirty) == (guild, None)
        assert [each.code for each in await guild.templates()] == [template.code]
        await guild.create_text_channel("chart")
        await both.agree()
        fetched = await bot.fetch_template(template.url)
        assert fetched.is_dirty
        synced = await fetched.sync()
        await both.agree()
        assert synced.is_dirty is None
        assert synced.updated_at is not None
        assert template.updated_at is not None
        assert synced.updated_at > template.updated_at
        edited = await synced.edit(name="u", description=None)
        await both.agree()
        assert (edited.name, edited.description) == ("u", None)
        with pytest.raises(disnake.Forbidden):
            await edited.create_guild("Mine")
        await edited.delete()
        await both.agree()
        assert await guild.templates() == []
        with pytest.raises(disnake.NotFound):
            await bot.fetch_template(template.code)
        read = await bot.fetch_template(foreign["code"])
        await both.agree()
        assert (read.name, read.source_guild.name) == ("foreign", "Elsewhere")
        assert {role.name for role in read.source_guild.roles} == {"@everyone", "Crew", "Mates"}
