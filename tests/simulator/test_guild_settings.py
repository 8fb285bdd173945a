"""A guild's settings: every field that can be written, COMMUNITY, features, ownership, preview and widget."""

from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, form_codes
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.pictures import GIF, png
from tests.simulator.twins import Twins

CHANNELS: list[dict[str, Any]] = [
    {"name": "rules"},
    {"name": "updates"},
    {"name": "news", "type": "announcement"},
    {"name": "Bridge", "type": "voice"},
    {"name": "Deck", "type": "category"},
    {"name": "questions", "type": "forum"},
]
SAFE: dict[str, Any] = {"verification_level": 1, "explicit_content_filter": 2}


async def test_every_setting_is_written_told_and_logged(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(channels=CHANNELS)
    guild, channels = f"/guilds/{made['id']}", made["channels"]
    ear = Ear(simulator)
    wanted: dict[str, Any] = {
        "name": "Haven",
        "description": "calm",
        "verification_level": 3,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "preferred_locale": "de",
        "afk_timeout": 900,
        "afk_channel_id": channels["Bridge"],
        "system_channel_id": channels["rules"],
        "system_channel_flags": 5,
        "rules_channel_id": channels["rules"],
        "public_updates_channel_id": channels["updates"],
        "safety_alerts_channel_id": channels["news"],
        "premium_progress_bar_enabled": True,
    }
    answer = await rest.ok("PATCH", guild, wanted, X_Audit_Log_Reason="spring")
    assert {key: answer[key] for key in wanted} == wanted
    assert await rest.ok("GET", guild) == answer
    assert ear.heard("GUILD_UPDATE") == [answer]
    entry = (await rest.ok("GET", f"{guild}/audit-logs"))["audit_log_entries"][0]
    assert (entry["action_type"], entry["target_id"], entry["reason"]) == (1, made["id"], "spring")
    assert {each["key"]: each["new_value"] for each in entry["changes"]} == wanted

    await rest.ok("PATCH", guild, wanted)
    assert len(ear.heard("GUILD_UPDATE")) == 1
    emptied = await rest.ok("PATCH", guild, {key: None for key in wanted if key != "name"})
    assert {key: emptied[key] for key in wanted} == {
        "name": "Haven",
        "description": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "preferred_locale": "en-US",
        "afk_timeout": 300,
        "afk_channel_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "premium_progress_bar_enabled": False,
    }


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("name", "x", "BASE_TYPE_BAD_LENGTH"),
        ("name", " x ", "BASE_TYPE_BAD_LENGTH"),
        ("name", "n" * 101, "BASE_TYPE_BAD_LENGTH"),
        ("name", None, "BASE_TYPE_REQUIRED"),
        ("description", "d" * 301, "BASE_TYPE_MAX_LENGTH"),
        ("verification_level", 5, "BASE_TYPE_CHOICES"),
        ("default_message_notifications", 2, "BASE_TYPE_CHOICES"),
        ("explicit_content_filter", 3, "BASE_TYPE_CHOICES"),
        ("preferred_locale", "xx", "BASE_TYPE_CHOICES"),
        ("afk_timeout", 301, "BASE_TYPE_CHOICES"),
        ("afk_channel_id", "rules", "GUILD_CHANNEL_INVALID"),
        ("system_channel_id", "Bridge", "GUILD_CHANNEL_INVALID"),
        ("system_channel_id", "1", "GUILD_CHANNEL_INVALID"),
        ("rules_channel_id", "1", "GUILD_CHANNEL_INVALID"),
        ("premium_progress_bar_enabled", "yes", "BOOLEAN_TYPE_CONVERT"),
        ("region", 5, "STRING_TYPE_CONVERT"),
        ("features", "COMMUNITY", "LIST_TYPE_CONVERT"),
    ],
)
async def test_a_setting_out_of_bounds_changes_nothing(
    sim: Control, rest: Rest, key: str, value: object, code: str
) -> None:
    made = await sim.guild(channels=CHANNELS)
    guild = f"/guilds/{made['id']}"
    before = await rest.ok("GET", guild)
    sent = made["channels"].get(value, value) if key.endswith("_id") else value
    answer = await rest("PATCH", guild, {"description": "never"} | {key: sent})
    assert (answer.status_code, form_codes(answer)) == (400, {key: code})
    assert await rest.ok("GET", guild) == before


async def test_a_name_is_trimmed_and_a_region_means_nothing(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    answer = await rest.ok("PATCH", f"/guilds/{made['id']}", {"name": "  Haven ", "region": "rotterdam"})
    assert (answer["name"], answer["region"]) == ("Haven", "us-east")
    flags = await rest.ok("PATCH", f"/guilds/{made['id']}", {"system_channel_flags": 1 << 20 | 3})
    assert flags["system_channel_flags"] == 3


async def test_settings_need_manage_guild_and_community_administrator(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=CHANNELS, bot_permissions=["VIEW_CHANNEL"], everyone_permissions=[])
    assert await rest.refused("PATCH", f"/guilds/{made['id']}", {"name": "Haven"}) == (403, 50013)
    made = await sim.guild(channels=CHANNELS, bot_permissions=["MANAGE_GUILD"], **SAFE)
    guild, channels = f"/guilds/{made['id']}", made["channels"]
    pointers = {"rules_channel_id": channels["rules"], "public_updates_channel_id": channels["updates"]}
    assert await rest.refused("PATCH", guild, pointers | {"features": ["COMMUNITY"]}) == (403, 50013)
    switched = await rest.ok("PATCH", guild, {"features": ["INVITES_DISABLED", "RAID_ALERTS_DISABLED"]})
    assert switched["features"] == ["INVITES_DISABLED", "RAID_ALERTS_DISABLED"]
    assert (await rest.ok("PATCH", guild, {"features": []}))["features"] == []


async def test_features_a_guild_cannot_switch_stay_as_they_are(sim: Control, rest: Rest) -> None:
    made = await sim.guild(features=["VERIFIED", "BANNER"])
    sent = {"features": ["INVITES_DISABLED", "PARTNERED", "NONSENSE", None]}
    answer = await rest.ok("PATCH", f"/guilds/{made['id']}", sent)
    assert answer["features"] == ["VERIFIED", "BANNER", "INVITES_DISABLED"]


# Ownership


async def test_only_the_owner_gives_a_guild_away_and_never_to_a_bot(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    people = [{"username": "ada"}, {"username": "grace"}, {"username": "robot", "bot": True}]
    made = await sim.guild(owner="ada", members=people)
    guild, ids = f"/guilds/{made['id']}", made["members"]
    assert await rest.refused("PATCH", guild, {"owner_id": ids["grace"]}) == (403, 50013)

    async def give(user: str, owner_id: str) -> Any:
        return await sim.edit(user, "PATCH", guild, {"owner_id": owner_id})

    assert (await give("ada", ids["robot"]))["body"]["code"] == 50132
    assert (await give("ada", "1"))["body"]["code"] == 10007
    newcomer = simulator.world.guilds[int(made["id"])].members[int(ids["grace"])]
    newcomer.pending = True
    assert (await give("ada", ids["grace"]))["body"]["code"] == 50131
    newcomer.pending = False
    given = await give("ada", ids["grace"])
    assert (given["status"], given["body"]["owner_id"]) == (200, ids["grace"])
    assert (await give("ada", ids["ada"]))["body"]["code"] == 50013


# Preview and widget


async def test_a_preview_is_for_members_unless_the_guild_is_discoverable(sim: Control, rest: Rest) -> None:
    made = await sim.guild(emojis=[{"name": "anchor"}], description="calm")
    preview = await rest.ok("GET", f"/guilds/{made['id']}/preview")
    assert [preview[key] for key in ("name", "description", "approximate_member_count")] == [
        "Harbour",
        "calm",
        2,
    ]
    assert [each["name"] for each in preview["emojis"]] == ["anchor"]
    hidden = await sim.guild(bot_in=False)
    public = await sim.guild(bot_in=False, features=["COMMUNITY", "DISCOVERABLE"])
    for guild_id in (hidden["id"], "1"):
        assert await rest.refused("GET", f"/guilds/{guild_id}/preview") == (404, 10004)
    assert (await rest.ok("GET", f"/guilds/{public['id']}/preview"))["id"] == public["id"]
    assert await rest.refused("GET", f"/guilds/{public['id']}") == (404, 10004)


async def test_the_widget_is_part_of_the_guild(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(channels=[{"name": "log"}])
    guild, log, ear = f"/guilds/{made['id']}", made["channels"]["log"], Ear(simulator)
    assert await rest.ok("GET", f"{guild}/widget") == {"enabled": False, "channel_id": None}
    wanted = {"enabled": True, "channel_id": log}
    assert await rest.ok("PATCH", f"{guild}/widget", wanted) == wanted
    told = ear.heard("GUILD_UPDATE")
    assert [(each["widget_enabled"], each["widget_channel_id"]) for each in told] == [(True, log)]
    assert await rest.ok("PATCH", f"{guild}/widget", {}) == wanted
    assert form_codes(await rest("PATCH", f"{guild}/widget", {"channel_id": "1"})) == {
        "channel_id": "GUILD_CHANNEL_INVALID"
    }
    entries = (await rest.ok("GET", f"{guild}/audit-logs"))["audit_log_entries"]
    assert [{change["key"] for change in each["changes"]} for each in entries] == [
        {"widget_enabled", "widget_channel_id"}
    ]
    await rest.ok("DELETE", f"/channels/{log}")
    assert await rest.ok("GET", f"{guild}/widget") == {"enabled": True, "channel_id": None}
    weak = await sim.guild(bot_permissions=["VIEW_CHANNEL"])
    for method in ("GET", "PATCH"):
        assert await rest.refused(method, f"/guilds/{weak['id']}/widget", {}) == (403, 50013)


async def test_disnake_edits_every_setting(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins], cdn: str
) -> None:
    made = await sim.guild(
        channels=CHANNELS,
        features=["INVITE_SPLASH", "BANNER", "ANIMATED_ICON", "VERIFIED"],
    )
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        await both.agree()
        channels: dict[str, Any] = {each.name: each for each in guild.channels}
        steps: list[dict[str, Any]] = [
            {"name": "Haven", "description": "calm"},
            {"icon": png(1)},
            {"icon": GIF},
            {"banner": png(2)},
            {"splash": png(3)},
            {"afk_channel": channels["Bridge"], "afk_timeout": 60},
            {"default_notifications": disnake.NotificationLevel.only_mentions},
            {"verification_level": disnake.VerificationLevel.high},
            {"explicit_content_filter": disnake.ContentFilter.all_members},
            {"system_channel": channels["updates"]},
            {"system_channel_flags": disnake.SystemChannelFlags(join_notifications=False)},
            {"preferred_locale": disnake.Locale.de},
            {
                "community": True,
                "rules_channel": channels["rules"],
                "public_updates_channel": channels["updates"],
            },
            {"safety_alerts_channel": channels["updates"]},
            {"invites_disabled": True},
            {"raid_alerts_disabled": True},
            {"premium_progress_bar_enabled": True},
            {"rules_channel": channels["news"]},
            {"invites_disabled": False, "raid_alerts_disabled": False},
            {"community": False},
            {"icon": None, "banner": None, "splash": None, "description": None, "afk_channel": None},
        ]
        for step in steps:
            edited = await guild.edit(**step, reason="spring")
            await both.agree()
            if step.get("icon") is not None:
                assert edited.icon is not None
                assert await edited.icon.read() == step["icon"]
            for key in ("banner", "splash"):
                if step.get(key) is not None:
                    assert await getattr(edited, key).read() == step[key]
        assert sorted(guild.features) == ["ANIMATED_ICON", "BANNER", "INVITE_SPLASH", "VERIFIED"]
        with pytest.raises(disnake.HTTPException, match="text channels"):
            await guild.edit(safety_alerts_channel=channels["Bridge"])
        await both.agree()
        settings = await guild.widget_settings()
        await settings.edit(enabled=True, channel=channels["updates"])
        await both.agree()
        assert (guild.widget_enabled, guild.widget_channel_id) == (True, channels["updates"].id)
        await channels["updates"].delete()
        await both.agree()
        entries = [entry async for entry in guild.audit_logs(limit=100, oldest_first=True)]
        # What switches features alone is not logged.
        switches = [step for step in steps if set(step) <= {"invites_disabled", "raid_alerts_disabled"}]
        assert sum(entry.reason == "spring" for entry in entries) == len(steps) - len(switches)
        assert entries[1].changes.after.icon is not None
        assert entries[12].changes.after.rules_channel.name == "rules"
