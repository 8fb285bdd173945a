"""Community guilds: becoming one, staying one, being listed, and what goes when it ends."""

from typing import Any

import pytest

from bot.simulator import Simulator
from tests.simulator.calls import Control, Rest, form_codes
from tests.simulator.ears import Ear

CHANNELS: list[dict[str, Any]] = [
    {"name": "rules"},
    {"name": "updates"},
    {"name": "news", "type": "announcement"},
    {"name": "Bridge", "type": "voice"},
    {"name": "Deck", "type": "category"},
    {"name": "questions", "type": "forum"},
]
SAFE: dict[str, Any] = {"verification_level": 1, "explicit_content_filter": 2}
COMMUNITY: dict[str, Any] = SAFE | {
    "features": ["COMMUNITY"],
    "channels": CHANNELS,
    "rules_channel": "rules",
    "public_updates_channel": "updates",
    "safety_alerts_channel": "updates",
}


async def test_a_guild_becomes_a_community_and_stops_being_one(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=CHANNELS, features=["VERIFIED"])
    guild, channels = f"/guilds/{made['id']}", made["channels"]
    answer = await rest("PATCH", guild, {"features": ["COMMUNITY"]})
    assert form_codes(answer) == {
        "rules_channel_id": "BASE_TYPE_REQUIRED",
        "public_updates_channel_id": "BASE_TYPE_REQUIRED",
        "verification_level": "GUILD_COMMUNITY_VERIFICATION",
        "explicit_content_filter": "GUILD_COMMUNITY_FILTER",
    }
    body = SAFE | {
        "features": ["COMMUNITY"],
        "rules_channel_id": channels["rules"],
        "public_updates_channel_id": channels["updates"],
        "safety_alerts_channel_id": channels["updates"],
    }
    community = await rest.ok("PATCH", guild, body)
    assert community["features"] == ["VERIFIED", "COMMUNITY", "NEWS"]
    for key, value in (("verification_level", 0), ("explicit_content_filter", 1), ("rules_channel_id", None)):
        assert set(form_codes(await rest("PATCH", guild, {key: value}))) == {key}
    for name in ("rules", "updates"):
        assert await rest.refused("DELETE", f"/channels/{channels[name]}") == (400, 50074)
    plain = await rest.ok("PATCH", guild, {"features": ["VERIFIED"], "verification_level": 0})
    assert plain["features"] == ["VERIFIED"]
    pointers = ("rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id")
    assert [plain[key] for key in pointers] == [None] * 3
    await rest.ok("DELETE", f"/channels/{channels['rules']}")


@pytest.mark.parametrize("key", ["rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id"])
async def test_channels_of_a_community_are_text_channels(sim: Control, rest: Rest, key: str) -> None:
    made = await sim.guild(**COMMUNITY)
    guild = f"/guilds/{made['id']}"
    for name in ("Bridge", "Deck", "questions"):
        assert await rest.refused("PATCH", guild, {key: made["channels"][name]}) == (400, 50086)
    await rest.ok("PATCH", guild, {key: made["channels"]["news"]})


async def test_placeholders_have_the_channels_made(sim: Control, rest: Rest, simulator: Simulator) -> None:
    made = await sim.guild(**SAFE, channels=[{"name": "log"}])
    guild, ear = f"/guilds/{made['id']}", Ear(simulator)
    body = {"features": ["COMMUNITY"], "rules_channel_id": "1", "public_updates_channel_id": "1"}
    answer = await rest.ok("PATCH", guild, body)
    listed = {each["name"]: each for each in await rest.ok("GET", f"{guild}/channels")}
    rules, moderators = listed["rules"], listed["moderator-only"]
    assert (answer["rules_channel_id"], answer["public_updates_channel_id"]) == (
        rules["id"],
        moderators["id"],
    )
    assert [each["position"] for each in listed.values()] == [0, 1, 2]
    assert rules["permission_overwrites"] == []
    assert [(each["id"], each["deny"]) for each in moderators["permission_overwrites"]] == [
        (made["id"], str(1 << 10))
    ]
    assert [name for name in ear.names() if not name.startswith("GUILD_AUDIT")] == [
        "CHANNEL_CREATE",
        "CHANNEL_CREATE",
        "GUILD_UPDATE",
    ]
    entries = (await rest.ok("GET", f"{guild}/audit-logs"))["audit_log_entries"]
    assert [each["action_type"] for each in entries] == [1, 10, 10]


async def test_placeholders_need_room(sim: Control, rest: Rest) -> None:
    made = await sim.guild(**SAFE, channels=[{"name": f"c{number}"} for number in range(499)])
    body = {"features": ["COMMUNITY"], "rules_channel_id": "1", "public_updates_channel_id": "1"}
    assert await rest.refused("PATCH", f"/guilds/{made['id']}", body) == (400, 30013)
    body["rules_channel_id"] = made["channels"]["c0"]
    await rest.ok("PATCH", f"/guilds/{made['id']}", body)


async def test_announcement_and_stage_channels_need_a_community(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    for kind in (5, 13):
        body = {"name": "x", "type": kind}
        assert await rest.refused("POST", f"/guilds/{made['id']}/channels", body) == (400, 50035)


async def test_discovery_has_requirements(sim: Control, rest: Rest) -> None:
    """A thousand members, eight weeks, two-factor authentication for moderators, and a community."""
    crowd = [{"username": f"member{number}"} for number in range(1000)]
    small = await sim.guild(**COMMUNITY, mfa_level=1)
    lax = await sim.guild(**COMMUNITY, members=crowd)
    fit = await sim.guild(**COMMUNITY, members=crowd, mfa_level=1)
    wanted = {"features": ["COMMUNITY", "DISCOVERABLE"]}

    async def refusal(guild: Any) -> dict[str, str]:
        return form_codes(await rest("PATCH", f"/guilds/{guild['id']}", wanted))

    assert await refusal(fit) == {"features": "GUILD_DISCOVERY_REQUIREMENTS"}
    await sim("POST", "/clock", {"advance": 57 * 86_400})
    for guild in (small, lax):
        assert await refusal(guild) == {"features": "GUILD_DISCOVERY_REQUIREMENTS"}
    path = f"/guilds/{fit['id']}"
    assert (await rest.ok("PATCH", path, wanted))["features"] == ["COMMUNITY", "NEWS", "DISCOVERABLE"]
    assert (await rest.ok("PATCH", path, {"name": "Haven"}))["features"] == [
        "COMMUNITY",
        "NEWS",
        "DISCOVERABLE",
    ]
    assert (await rest.ok("PATCH", path, {"features": []}))["features"] == []
