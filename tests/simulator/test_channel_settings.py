"""Which setting belongs to which type of channel, its bounds and its default."""

from typing import Any

import pytest

from tests.simulator.calls import Control, Rest

TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
TYPES = (TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA)

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
