"""Discord's native templates: the snapshot, what becomes of it, and that it reads back as the guild it was made of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import disnake
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.native import spec_from
from bot.simulator.permissions import ALL
from bot.simulator.serializing import serialized
from bot.simulator.shapes import words
from bot.simulator.specs import SpecReader
from bot.simulator.world import World
from tests.simulator.calls import Control, Rest
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.published import PUBLISHED
from tests.simulator.twins import Twins

REAL = sorted((PUBLISHED.parent / "native-templates").glob("*.json"))
VIEW = 1 << 10

GUILD: dict[str, Any] = {
    "name": "Harbour",
    "description": "Ships",
    "features": ["COMMUNITY", "ROLE_ICONS"],
    "verification_level": 2,
    "default_message_notifications": 1,
    "explicit_content_filter": 2,
    "preferred_locale": "de",
    "afk_timeout": 900,
    "system_channel_flags": 5,
    "everyone_permissions": ["VIEW_CHANNEL"],
    "roles": [
        {"name": "Bots", "managed": True, "permissions": "8"},
        {"name": "Crew", "permissions": "1024", "color": 255, "hoist": True, "mentionable": True},
        {"name": "Mates", "unicode_emoji": "⚓", "secondary_color": 7, "color": 9},
    ],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Mates", "allow": str(VIEW)}]},
        {"name": "bridge", "type": 2, "parent": "Deck", "bitrate": 32000, "user_limit": 4},
        {
            "name": "log",
            "parent": "Deck",
            "topic": "today",
            "nsfw": True,
            "rate_limit_per_user": 5,
            "default_auto_archive_duration": 60,
            "default_thread_rate_limit_per_user": 9,
            "permission_overwrites": [
                {"role": "Mates", "allow": str(VIEW)},
                {"role": "@everyone", "deny": str(VIEW)},
                {"role": "Bots", "allow": str(VIEW)},
                {"member": "ada", "allow": str(VIEW)},
            ],
        },
        {"name": "loose", "position": 0},
        {"name": "news", "type": 5},
        {"name": "stage", "type": 13, "topic": "speeches"},
        {
            "name": "forum",
            "type": 15,
            "available_tags": [{"name": "done", "emoji_name": "✅", "moderated": True}, {"name": "new"}],
            "default_reaction_emoji": {"emoji_name": "👍"},
            "default_sort_order": 1,
            "default_forum_layout": 2,
            "default_tag_setting": "match_all",
        },
    ],
    "system_channel": "log",
    "afk_channel": "bridge",
    "members": [{"username": "ada"}],
}


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


@pytest.mark.skipif(not REAL, reason="the real templates are not beside this folder")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
async def test_a_real_template_comes_back_as_it_was(sim: Control, rest: Rest, path: Path) -> None:
    whole = _read(path)
    made = await sim("POST", "/guilds", {"native_template": whole})
    written = await rest.ok("POST", f"/guilds/{made['id']}/templates", {"name": "t"})
    was, now = whole["serialized_source_guild"], written["serialized_source_guild"]
    for key in was.keys() - {"region", "roles", "channels"}:
        assert now[key] == was[key], key
    assert [_role(each) for each in now["roles"]] == [_role(each) for each in was["roles"]]
    assert [_channel(each) for each in now["channels"]] == [_channel(each) for each in was["channels"]]


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _role(role: dict[str, Any]) -> dict[str, Any]:
    """What files of 2020 and of today both have; bits that no permission has any more are not kept."""
    bits = int(role.get("permissions_new", role["permissions"])) & ALL
    return {key: role[key] for key in ("id", "name", "color", "hoist", "mentionable")} | {"bits": bits}


def _channel(channel: dict[str, Any]) -> dict[str, Any]:
    keys = words("id type name position topic bitrate user_limit nsfw rate_limit_per_user parent_id")
    overwrites = {
        each["id"]: tuple(int(each.get(f"{key}_new", each[key])) & ALL for key in ("allow", "deny"))
        for each in channel["permission_overwrites"]
    }
    return {key: channel[key] for key in keys} | {"overwrites": overwrites}


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
bits = st.integers(0, ALL).map(str)
kinds = st.sampled_from([0, 2, 4, 5, 13, 15, 16])
tags = st.lists(
    st.builds(lambda name, moderated: {"name": name, "moderated": moderated}, names, st.booleans()),
    max_size=5,
)


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Any guild that a spec can describe, in what a snapshot holds of it."""
    roles = [
        {
            "key": f"r{number}",
            "name": draw(names),
            "permissions": draw(bits),
            "color": draw(st.integers(0, 0xFFFFFF)),
            "hoist": draw(st.booleans()),
            "mentionable": draw(st.booleans()),
            "managed": draw(st.booleans()),
            "position": draw(st.integers(1, 4)),
        }
        for number in range(draw(st.integers(0, 5)))
    ]
    targets = st.sampled_from(["@everyone", *(role["key"] for role in roles)])
    overwrites = st.lists(
        st.builds(
            lambda role, allow, deny: {"role": role, "allow": allow, "deny": deny}, targets, bits, bits
        ),
        max_size=3,
    )
    found = [draw(kinds) for _ in range(draw(st.integers(0, 8)))]
    categories = [f"c{number}" for number, kind in enumerate(found) if kind == 4]
    parents = st.none() | st.sampled_from(categories) if categories else st.none()
    channels = [
        {
            "key": f"c{number}",
            "name": draw(names),
            "type": kind,
            "position": draw(st.integers(0, 4)),
            "parent": None if kind == 4 else draw(parents),
            "topic": draw(st.none() | names),
            "nsfw": draw(st.booleans()),
            "rate_limit_per_user": draw(st.integers(0, 21_600)),
            "user_limit": draw(st.integers(0, 99)),
            "default_auto_archive_duration": draw(st.sampled_from([None, 60, 10080])),
            "available_tags": draw(tags.filter(lambda each: len({tag["name"] for tag in each}) == len(each))),
            "default_sort_order": draw(st.sampled_from([None, 0, 1])),
            "permission_overwrites": draw(overwrites),
        }
        for number, kind in enumerate(found)
    ]
    pointer = draw(st.none() | st.sampled_from([each["key"] for each in channels])) if channels else None
    return {
        "name": draw(names),
        "everyone_permissions": draw(bits),
        "roles": roles,
        "channels": channels,
        "system_channel": pointer,
        "verification_level": draw(st.integers(0, 4)),
    }


@given(spec=specs())
def test_a_guild_made_from_a_snapshot_has_the_same_snapshot(spec: dict[str, Any]) -> None:
    world = World()
    source = serialized(SpecReader(world, spec).build())
    again = SpecReader(world, spec_from({"serialized_source_guild": source})).build()
    assert serialized(again) == source
    roles, channels = as_objects(source["roles"]), as_objects(source["channels"])
    assert sorted(role["name"] for role in roles[1:]) == sorted(
        role["name"] for role in spec["roles"] if not role["managed"]
    )
    assert sorted((each["name"], each["position"]) for each in channels) == sorted(
        (each["name"], each["position"]) for each in spec["channels"]
    )
    assert [each["id"] for each in channels] == list(range(1, len(channels) + 1))


def as_objects(found: object) -> list[Any]:
    assert isinstance(found, list)
    return found


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
