"""Channels in full breadth: which setting belongs to which type, bounds, defaults, and what deleting one undoes."""

from typing import Any

import pytest

from bot.simulator import Simulator
from bot.simulator.state import AutoModerationRule, Webhook
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear

TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
TYPES = (TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA)
REQUIRE_TAG, HIDE_DOWNLOADS, SPOILER = 1 << 4, 1 << 15, 1 << 21
VIEW, MANAGE_CHANNELS = 1 << 10, 1 << 4

# Every setting with a value that is no default, and the types that have it (Discord docs: Channel > Modify Channel).
SETTINGS: dict[str, tuple[Any, set[int]]] = {
    "position": (3, set(TYPES)),
    "topic": ("today", {TEXT, NEWS, STAGE, FORUM, MEDIA}),
    "nsfw": (True, {TEXT, VOICE, NEWS, STAGE, FORUM, MEDIA}),
    "rate_limit_per_user": (7, {TEXT, VOICE, STAGE, FORUM, MEDIA}),
    "bitrate": (32_000, {VOICE, STAGE}),
    "user_limit": (5, {VOICE, STAGE}),
    "rtc_region": ("rotterdam", {VOICE, STAGE}),
    "video_quality_mode": (2, {VOICE, STAGE}),
    "default_auto_archive_duration": (60, {TEXT, NEWS, FORUM, MEDIA}),
    "default_thread_rate_limit_per_user": (9, {TEXT, NEWS, FORUM, MEDIA}),
    "available_tags": ([{"name": "done"}], {FORUM, MEDIA}),
    "default_reaction_emoji": ({"emoji_id": None, "emoji_name": "👍"}, {FORUM, MEDIA}),
    "default_sort_order": (1, {FORUM, MEDIA}),
    "default_forum_layout": (2, {FORUM}),
    "default_tag_setting": ("match_all", {FORUM, MEDIA}),
}
DEFAULTS: dict[str, Any] = {
    "position": 3,  # null says nothing of the place
    "topic": None,
    "nsfw": False,
    "rate_limit_per_user": 0,
    "bitrate": 64_000,
    "user_limit": 0,
    "rtc_region": None,
    "video_quality_mode": 1,
    "available_tags": [],
    "default_reaction_emoji": None,
    "default_sort_order": None,
    "default_forum_layout": 0,
}
COMMUNITY: dict[str, Any] = {"features": ["COMMUNITY"]}


def sent() -> dict[str, Any]:
    return {key: value for key, (value, _) in SETTINGS.items()}


def same(key: str, found: Any, value: Any) -> bool:
    return [each["name"] for each in found] == ["done"] if key == "available_tags" else found == value


@pytest.mark.parametrize("kind", TYPES)
async def test_a_type_takes_its_settings_and_ignores_the_others(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(**COMMUNITY)
    path = f"/guilds/{made['id']}/channels"
    plain = await rest.ok("POST", path, {"name": "plain", "type": kind})
    created = await rest.ok("POST", path, {"name": "full", "type": kind} | sent())
    edited = await rest.ok("PATCH", f"/channels/{plain['id']}", sent())
    for key, (value, types) in SETTINGS.items():
        for found in (created, edited):
            if kind in types:
                assert same(key, found[key], value), key
            else:
                assert found.get(key) == plain.get(key), key
    assert created.keys() - {"id", "name"} == edited.keys() - {"id", "name"}


@pytest.mark.parametrize("kind", TYPES)
async def test_null_sets_a_setting_back(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(**COMMUNITY)
    path = f"/guilds/{made['id']}/channels"
    nothing = dict.fromkeys(SETTINGS)
    created = await rest.ok("POST", path, {"name": "full", "type": kind} | sent())
    back = await rest.ok("PATCH", f"/channels/{created['id']}", nothing)
    plain = await rest.ok("POST", path, {"name": "plain", "type": kind} | nothing)
    for key, (_, types) in SETTINGS.items():
        if kind in types and key in DEFAULTS:
            assert back[key] == DEFAULTS[key], key
            assert key == "position" or plain[key] == DEFAULTS[key], key
    for key in ("default_auto_archive_duration", "default_tag_setting"):
        assert key not in back
        assert key not in plain


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (TEXT, {"topic": "t" * 1025}, "BASE_TYPE_MAX_LENGTH"),
        (STAGE, {"topic": "t" * 1025}, "BASE_TYPE_MAX_LENGTH"),
        (FORUM, {"topic": "t" * 4097}, "BASE_TYPE_MAX_LENGTH"),
        (TEXT, {"rate_limit_per_user": 21_601}, "NUMBER_TYPE_MAX"),
        (TEXT, {"rate_limit_per_user": -1}, "NUMBER_TYPE_MIN"),
        (TEXT, {"default_thread_rate_limit_per_user": 21_601}, "NUMBER_TYPE_MAX"),
        (TEXT, {"default_auto_archive_duration": 61}, "BASE_TYPE_CHOICES"),
        (TEXT, {"position": -1}, "NUMBER_TYPE_MIN"),
        (TEXT, {"position": 1 << 31}, "NUMBER_TYPE_MAX"),
        (TEXT, {"nsfw": "yes"}, "BOOLEAN_TYPE_CONVERT"),
        (TEXT, {"name": ""}, "BASE_TYPE_BAD_LENGTH"),
        (TEXT, {"name": "  "}, "BASE_TYPE_BAD_LENGTH"),
        (VOICE, {"name": "n" * 101}, "BASE_TYPE_BAD_LENGTH"),
        (VOICE, {"bitrate": 7999}, "NUMBER_TYPE_MIN"),
        (VOICE, {"user_limit": 100}, "NUMBER_TYPE_MAX"),
        (STAGE, {"user_limit": 10_001}, "NUMBER_TYPE_MAX"),
        (VOICE, {"rtc_region": "atlantis"}, "BASE_TYPE_CHOICES"),
        (VOICE, {"video_quality_mode": 3}, "BASE_TYPE_CHOICES"),
        (FORUM, {"default_sort_order": 2}, "BASE_TYPE_CHOICES"),
        (FORUM, {"default_forum_layout": 3}, "BASE_TYPE_CHOICES"),
        (FORUM, {"default_tag_setting": "match_none"}, "BASE_TYPE_CHOICES"),
    ],
)
async def test_out_of_bounds_is_refused(
    sim: Control, rest: Rest, kind: int, body: dict[str, Any], code: str
) -> None:
    made = await sim.guild(**COMMUNITY)
    path = f"/guilds/{made['id']}/channels"
    channel = await rest.ok("POST", path, {"name": "plain", "type": kind})
    field = next(iter(body))
    for method, where, rest_of in (
        ("POST", path, {"name": "n", "type": kind}),
        ("PATCH", f"/channels/{channel['id']}", {}),
    ):
        answer = await rest(method, where, rest_of | body)
        assert (answer.status_code, answer.json()["code"]) == (400, 50035)
        assert answer.json()["errors"][field]["_errors"][0]["code"] == code
    assert (await sim.dump(made["id"]))["channels"] == [channel]


@pytest.mark.parametrize("kind", [TEXT, NEWS, STAGE, FORUM, MEDIA])
async def test_topics_are_as_long_as_the_type_has_them(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(**COMMUNITY)
    most = 4096 if kind in (FORUM, MEDIA) else 1024
    body = {"name": "n", "type": kind, "topic": "t" * most}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    assert len(channel["topic"]) == most
    too_long = {"topic": "t" * (most + 1)}
    assert await rest.refused("PATCH", f"/channels/{channel['id']}", too_long) == (400, 50035)


@pytest.mark.parametrize(
    ("spec", "most"),
    [
        ({}, 96_000),
        ({"premium_tier": 1}, 128_000),
        ({"premium_tier": 2}, 256_000),
        ({"premium_tier": 3}, 384_000),
        ({"features": ["COMMUNITY", "VIP_REGIONS"]}, 384_000),
    ],
)
async def test_bitrates_go_with_the_boosts(sim: Control, rest: Rest, spec: dict[str, Any], most: int) -> None:
    made = await sim.guild(**COMMUNITY | spec)
    path = f"/guilds/{made['id']}/channels"
    voice = {"name": "v", "type": VOICE}
    channel = await rest.ok("POST", path, voice | {"bitrate": most})
    assert channel["bitrate"] == most
    assert await rest.refused("POST", path, voice | {"bitrate": most + 1}) == (400, 50035)
    assert await rest.refused("PATCH", f"/channels/{channel['id']}", {"bitrate": most + 1}) == (400, 50035)
    stage = {"name": "s", "type": STAGE}
    assert await rest.refused("POST", path, stage | {"bitrate": 64_001}) == (400, 30052)
    assert (await rest.ok("POST", path, stage | {"bitrate": 64_000}))["bitrate"] == 64_000


async def test_a_refused_region_names_those_there_are(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "v", "type": VOICE}])
    listed = await rest.ok("GET", "/voice/regions")
    assert await rest.ok("GET", f"/guilds/{made['id']}/regions") == listed
    assert [each["optimal"] for each in listed].count(True) == 1
    answer = await rest("PATCH", f"/channels/{made['channels']['v']}", {"rtc_region": "atlantis"})
    message = answer.json()["errors"]["rtc_region"]["_errors"][0]["message"]
    for region in listed:
        assert f"'{region['id']}'" in message
        body = {"rtc_region": region["id"]}
        edited = await rest.ok("PATCH", f"/channels/{made['channels']['v']}", body)
        assert edited["rtc_region"] == region["id"]


@pytest.mark.parametrize("kind", [1, 3, 6, 10, 11, 12, 14, 17, -1])
async def test_no_other_type_can_be_made(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(**COMMUNITY)
    answer = (await rest("POST", f"/guilds/{made['id']}/channels", {"name": "n", "type": kind})).json()
    assert (answer["code"], list(answer["errors"])) == (50035, ["type"])


@pytest.mark.parametrize(("kind", "feature"), [(NEWS, "NEWS"), (STAGE, "COMMUNITY")])
async def test_some_types_need_a_feature(sim: Control, rest: Rest, kind: int, feature: str) -> None:
    without, with_it = await sim.guild(), await sim.guild(features=[feature])
    body = {"name": "n", "type": kind}
    assert await rest.refused("POST", f"/guilds/{without['id']}/channels", body) == (400, 50035)
    assert (await rest.ok("POST", f"/guilds/{with_it['id']}/channels", body))["type"] == kind


async def test_text_and_announcement_convert_into_each_other_only(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**COMMUNITY, channels=[{"name": str(kind), "type": kind} for kind in TYPES])
    plain = await sim.guild(channels=[{"name": "log"}])
    log = f"/channels/{made['channels']['0']}"
    await rest.ok("PATCH", log, {"rate_limit_per_user": 7, "topic": "t"})
    news = await rest.ok("PATCH", log, {"type": NEWS})
    assert (news["type"], news["topic"], news["rate_limit_per_user"]) == (NEWS, "t", 0)
    assert (await rest.ok("PATCH", log, {"type": None}))["type"] == NEWS
    assert (await rest.ok("PATCH", log, {"type": TEXT}))["type"] == TEXT
    for kind in TYPES:
        channel = f"/channels/{made['channels'][str(kind)]}"
        assert (await rest.ok("PATCH", channel, {"type": kind}))["type"] == kind
        other = VOICE if kind != VOICE else TEXT
        assert await rest.refused("PATCH", channel, {"type": other}) == (400, 50035)
    assert await rest.refused("PATCH", f"/channels/{plain['channels']['log']}", {"type": NEWS}) == (
        400,
        50035,
    )


@pytest.mark.parametrize(
    ("kind", "written"),
    [(TEXT, "the-big-log"), (NEWS, "the-big-log"), (FORUM, "the-big-log"), (MEDIA, "the-big-log")]
    + [(kind, "The  Big -- Log") for kind in (VOICE, STAGE, CATEGORY)],
)
async def test_names_are_written_as_the_type_has_them(
    sim: Control, rest: Rest, kind: int, written: str
) -> None:
    made = await sim.guild(**COMMUNITY)
    body = {"name": "  The  Big -- Log ", "type": kind}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    assert channel["name"] == written
    assert (await rest.ok("PATCH", f"/channels/{channel['id']}", {"name": "Größe 7"}))["name"] == (
        "größe-7" if kind in (TEXT, NEWS, FORUM, MEDIA) else "Größe 7"
    )
    assert await rest.refused("PATCH", f"/channels/{channel['id']}", {"name": None}) == (400, 50035)


# Forums


@pytest.mark.parametrize("kind", [FORUM, MEDIA])
async def test_tags_keep_their_ids_and_are_replaced_whole(sim: Control, rest: Rest, kind: int) -> None:
    made = await sim.guild(emojis=[{"name": "gull"}])
    gull = made["emojis"]["gull"]
    tags: list[Any] = [
        {"name": "done", "emoji_name": "✅", "moderated": True},
        {"name": "new", "emoji_id": gull},
        None,
        {"name": ""},
    ]
    body = {"name": "f", "type": kind, "available_tags": tags}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    done, new, blank = channel["available_tags"]
    assert (done["emoji_name"], done["emoji_id"], done["moderated"]) == ("✅", None, True)
    assert (new["emoji_name"], new["emoji_id"], new["moderated"]) == (None, gull, False)
    assert blank["name"] == ""
    path = f"/channels/{channel['id']}"
    again = [new | {"name": "newest"}, {"name": "third", "id": "5"}]
    edited = (await rest.ok("PATCH", path, {"available_tags": again}))["available_tags"]
    assert [each["name"] for each in edited] == ["newest", "third"]
    assert edited[0]["id"] == new["id"]
    assert edited[1]["id"] not in {"5", done["id"], new["id"], blank["id"]}
    assert (await rest.ok("PATCH", path, {"topic": "t"}))["available_tags"] == edited


async def test_a_forum_has_twenty_tags_of_different_names(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "f", "type": FORUM}], emojis=[{"name": "gull"}])
    path = f"/channels/{made['channels']['f']}"
    tags = [{"name": f"tag {number}"} for number in range(21)]
    for method, where, name in (("POST", f"/guilds/{made['id']}/channels", "n"), ("PATCH", path, "f")):
        body = {"name": name, "type": FORUM}
        assert await rest.refused(method, where, body | {"available_tags": tags}) == (400, 30048)
        twice = [{"name": "a"}, {"name": "b"}, {"name": "a"}]
        assert await rest.refused(method, where, body | {"available_tags": twice}) == (400, 40061)
        ambiguous = [{"name": "a", "emoji_id": "7", "emoji_name": "✅"}]
        assert await rest.refused(method, where, body | {"available_tags": ambiguous}) == (400, 50035)
        long = [{"name": "n" * 51}]
        assert await rest.refused(method, where, body | {"available_tags": long}) == (400, 50035)
        for emoji in ({}, {"emoji_id": "7", "emoji_name": "✅"}):
            answer = await rest.refused(method, where, body | {"default_reaction_emoji": emoji})
            assert answer == (400, 50035)
    assert len((await rest.ok("PATCH", path, {"available_tags": tags[:20]}))["available_tags"]) == 20
    custom = await rest.ok("PATCH", path, {"default_reaction_emoji": {"emoji_id": made["emojis"]["gull"]}})
    assert custom["default_reaction_emoji"] == {"emoji_id": made["emojis"]["gull"], "emoji_name": None}


@pytest.mark.parametrize(
    ("kind", "settable"),
    [
        (TEXT, SPOILER),
        (VOICE, SPOILER),
        (NEWS, SPOILER),
        (FORUM, SPOILER | REQUIRE_TAG),
        (MEDIA, SPOILER | REQUIRE_TAG | HIDE_DOWNLOADS),
        (STAGE, 0),
        (CATEGORY, 0),
    ],
)
async def test_flags_are_those_of_the_type(sim: Control, rest: Rest, kind: int, settable: int) -> None:
    made = await sim.guild(**COMMUNITY)
    every = (1 << 30) - 1
    body = {"name": "n", "type": kind, "flags": every}
    channel = await rest.ok("POST", f"/guilds/{made['id']}/channels", body)
    path = f"/channels/{channel['id']}"
    assert channel["flags"] == settable & SPOILER
    assert (await rest.ok("PATCH", path, {"flags": every}))["flags"] == settable
    assert (await rest.ok("PATCH", path, {"topic": "t"}))["flags"] == settable
    assert (await rest.ok("PATCH", path, {"flags": 0}))["flags"] == 0


async def test_a_spoiler_channel_is_not_age_restricted(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    path = f"/channels/{made['channels']['log']}"
    both = {"nsfw": True, "flags": SPOILER}
    assert await rest.refused("PATCH", path, both) == (400, 50035)
    await rest.ok("PATCH", path, {"flags": SPOILER})
    assert await rest.refused("PATCH", path, {"nsfw": True}) == (400, 50035)
    await rest.ok("PATCH", path, {"nsfw": True, "flags": 0})


# Places and parents


async def test_without_a_position_a_channel_comes_in_last(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "a"}, {"name": "b", "position": 7}])
    path = f"/guilds/{made['id']}/channels"
    assert (await rest.ok("POST", path, {"name": "c"}))["position"] == 8
    assert (await rest.ok("POST", path, {"name": "d", "position": None}))["position"] == 9
    first = await rest.ok("POST", path, {"name": "e", "position": 0})
    assert (await rest.ok("PATCH", f"/channels/{first['id']}", {"position": None}))["position"] == 0
    order = [each["name"] for each in (await sim.dump(made["id"]))["channels"]]
    assert order == ["a", "e", "b", "c", "d"]


async def test_a_parent_is_a_category_of_the_guild(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}, {"name": "Hold", "type": 4}, {"name": "a"}])
    other = await sim.guild(channels=[{"name": "Deck", "type": 4}])
    ids, path = made["channels"], f"/guilds/{made['id']}/channels"
    wrong = [
        ("1", TEXT, "CHANNEL_PARENT_INVALID"),
        (other["channels"]["Deck"], TEXT, "CHANNEL_PARENT_INVALID"),
        (ids["a"], TEXT, "CHANNEL_PARENT_INVALID_TYPE"),
        (ids["Deck"], CATEGORY, "CHANNEL_PARENT_INVALID_PARENT"),
    ]
    for parent, kind, code in wrong:
        answer = (await rest("POST", path, {"name": "n", "type": kind, "parent_id": parent})).json()
        assert answer["errors"]["parent_id"]["_errors"][0]["code"] == code
        channel = ids["Hold"] if kind == CATEGORY else ids["a"]
        answer = (await rest("PATCH", f"/channels/{channel}", {"parent_id": parent})).json()
        assert answer["errors"]["parent_id"]["_errors"][0]["code"] == code
    inside = await rest.ok("POST", path, {"name": "n", "parent_id": ids["Deck"]})
    assert inside["parent_id"] == ids["Deck"]
    assert (await rest.ok("PATCH", f"/channels/{inside['id']}", {"parent_id": None}))["parent_id"] is None


async def test_making_and_moving_takes_the_permission_where_it_goes(sim: Control, rest: Rest) -> None:
    shut = [{"role": "@everyone", "deny": str(MANAGE_CHANNELS)}]
    hidden = [{"role": "@everyone", "deny": str(VIEW)}]
    made = await sim.guild(
        everyone_permissions=[],
        bot_permissions=["MANAGE_CHANNELS", "VIEW_CHANNEL"],
        roles=[],
        channels=[
            {"name": "Open", "type": 4},
            {"name": "Shut", "type": 4, "permission_overwrites": shut},
            {"name": "Hidden", "type": 4, "permission_overwrites": hidden},
            {"name": "a"},
            {"name": "in", "parent": "Shut", "synced": True},
        ],
    )
    ids, path = made["channels"], f"/guilds/{made['id']}/channels"
    for parent, refusal in (("Shut", (403, 50013)), ("Hidden", (403, 50001))):
        assert await rest.refused("POST", path, {"name": "n", "parent_id": ids[parent]}) == refusal
        assert await rest.refused("PATCH", f"/channels/{ids['a']}", {"parent_id": ids[parent]}) == refusal
    assert await rest.refused("PATCH", f"/channels/{ids['in']}", {"topic": "t"}) == (403, 50013)
    assert await rest.refused("DELETE", f"/channels/{ids['in']}") == (403, 50013)
    await rest.ok("POST", path, {"name": "n", "parent_id": ids["Open"]})
    weak = await sim.guild(bot_permissions=[])
    assert await rest.refused("POST", f"/guilds/{weak['id']}/channels", {"name": "n"}) == (403, 50013)


# What follows


async def test_what_changes_nothing_is_not_told(sim: Control, rest: Rest, simulator: Simulator) -> None:
    everyone = [{"role": "@everyone", "deny": "1"}, {"role": "Crew", "allow": "1"}]
    made = await sim.guild(
        roles=[{"name": "Crew"}], channels=[{"name": "log", "permission_overwrites": everyone}]
    )
    path, ear = f"/channels/{made['channels']['log']}", Ear(simulator)
    channel = await rest.ok("GET", path)
    same_set = list(reversed(channel["permission_overwrites"]))
    unchanged = {"name": "log", "topic": None, "parent_id": None, "permission_overwrites": same_set}
    for body in ({}, unchanged, {"bitrate": 8000, "type": TEXT, "position": channel["position"]}):
        assert await rest.ok("PATCH", path, body) == channel
    assert ear.happened() == []
    log = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert log == []
    await rest.ok("PATCH", path, {"topic": "t"}, X_Audit_Log_Reason="why not")
    assert ear.names() == ["CHANNEL_UPDATE"]
    [entry] = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert (entry["action_type"], entry["target_id"], entry["reason"]) == (11, channel["id"], "why not")
    assert entry["changes"] == [{"key": "topic", "new_value": "t"}]


async def test_a_deleted_category_leaves_its_children_and_tells_of_each(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    inside = [{"name": f"c{number}", "parent": "Deck"} for number in range(3)]
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}, *inside, {"name": "out"}])
    ear = Ear(simulator)
    gone = await rest.ok("DELETE", f"/channels/{made['channels']['Deck']}")
    told = ear.happened()
    assert told[0] == ("CHANNEL_DELETE", gone)
    orphans = {made["channels"][each["name"]] for each in inside}
    assert {data["id"] for name, data in told[1:] if name == "CHANNEL_UPDATE"} == orphans
    assert len(told) == 4
    assert {data["parent_id"] for _, data in told[1:]} == {None}


async def test_pointers_to_a_deleted_channel_are_cleared_and_told(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(
        features=["COMMUNITY"],
        channels=[{"name": name} for name in ("rules", "updates", "log")] + [{"name": "v", "type": 2}],
        rules_channel="rules",
        public_updates_channel="updates",
        safety_alerts_channel="log",
        system_channel="log",
        afk_channel="v",
    )
    ids, ear = made["channels"], Ear(simulator)
    for needed in ("rules", "updates"):
        assert await rest.refused("DELETE", f"/channels/{ids[needed]}") == (400, 50074)
    await rest.ok("DELETE", f"/channels/{ids['log']}")
    [_, (name, guild)] = ear.happened()
    assert name == "GUILD_UPDATE"
    assert (guild["system_channel_id"], guild["safety_alerts_channel_id"]) == (None, None)
    assert (guild["afk_channel_id"], guild["rules_channel_id"]) == (ids["v"], ids["rules"])
    await rest.ok("DELETE", f"/channels/{ids['v']}")
    assert ear.names() == ["CHANNEL_DELETE", "GUILD_UPDATE"]


async def test_webhooks_and_exemptions_go_with_a_channel_and_a_role(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(roles=[{"name": "Crew"}], channels=[{"name": "log"}, {"name": "other"}])
    guild = simulator.world.guilds[int(made["id"])]
    log_id, other_id = int(made["channels"]["log"]), int(made["channels"]["other"])
    crew_id = int(made["roles"]["Crew"])
    for number, channel_id in ((1, log_id), (2, other_id)):
        guild.webhooks[number] = Webhook(number, 1, guild.id, channel_id, "hook", guild.owner_id)
    guild.auto_moderation[3] = AutoModerationRule(
        id=3,
        guild_id=guild.id,
        creator_id=guild.owner_id,
        name="rule",
        event_type=1,
        trigger_type=1,
        exempt_roles=[crew_id],
        exempt_channels=[log_id, other_id],
    )
    await rest.ok("DELETE", f"/channels/{log_id}")
    await rest.ok("DELETE", f"/guilds/{guild.id}/roles/{crew_id}")
    assert list(guild.webhooks) == [2]
    rule = guild.auto_moderation[3]
    assert (rule.exempt_roles, rule.exempt_channels) == ([], [other_id])


async def test_a_create_takes_a_hundred_overwrites(sim: Control, rest: Rest) -> None:
    made = await sim.guild(roles=[{"name": f"r{number}"} for number in range(101)])
    path = f"/guilds/{made['id']}/channels"
    rows = [{"id": each, "type": 0, "allow": "1024"} for each in list(made["roles"].values())[1:102]]
    assert len(rows) == 101
    body = {"name": "n", "permission_overwrites": rows}
    assert await rest.refused("POST", path, body) == (400, 50035)
    channel = await rest.ok("POST", path, body | {"permission_overwrites": rows[:100]})
    assert len(channel["permission_overwrites"]) == 100
