"""AutoMod rules: what they may say, who may write them, and who hears of it."""

from typing import Any

import pytest

from bot.simulator import Simulator
from bot.simulator.events import AUTO_MODERATION_CONFIGURATION, KNOWN_INTENTS
from tests.simulator.calls import Control, Rest
from tests.simulator.ears import Ear
from tests.simulator.rulebook import BLOCK, CATS, MENTIONS, PRESET, PROFILE, SPAM, rules


@pytest.mark.parametrize(
    ("body", "most", "metadata"),
    [
        (CATS, 6, {"keyword_filter": ["cat"], "regex_patterns": [], "allow_list": []}),
        (SPAM, 1, {}),
        (PRESET, 1, {"presets": [1, 3], "allow_list": []}),
        (MENTIONS, 1, {"mention_total_limit": 2, "mention_raid_protection_enabled": False}),
        (PROFILE, 1, {"keyword_filter": ["cat"], "regex_patterns": [], "allow_list": []}),
    ],
)
async def test_a_guild_has_so_many_rules_of_each_kind(
    sim: Control, rest: Rest, body: dict[str, Any], most: int, metadata: dict[str, Any]
) -> None:
    made = await sim.guild()
    made_rules = [await rest.ok("POST", rules(made), body) for _ in range(most)]
    assert [rule["trigger_metadata"] for rule in made_rules] == [metadata] * most
    answer = await rest("POST", rules(made), body)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert answer.json()["errors"]["_errors"] == [
        {
            "code": "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED",
            "message": f"Maximum number of rules with trigger type {body['trigger_type']} is {most}",
        }
    ]
    await rest.ok("DELETE", f"{rules(made)}/{made_rules[0]['id']}")
    await rest.ok("POST", rules(made), body)


async def test_a_rule_is_answered_whole(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "log"}], roles=[{"name": "Crew"}])
    log, crew = made["channels"]["log"], made["roles"]["Crew"]
    sent = CATS | {
        "actions": [
            {"type": 1, "metadata": {"custom_message": "No cats here"}},
            {"type": 2, "metadata": {"channel_id": log}},
            {"type": 3, "metadata": {"duration_seconds": 60}},
        ],
        "exempt_roles": [crew],
        "exempt_channels": [log],
    }
    rule = await rest.ok("POST", rules(made), sent)
    bot = (await rest.ok("GET", "/users/@me"))["id"]
    full = {"keyword_filter": ["cat"], "regex_patterns": [], "allow_list": []}
    assert rule == sent | {
        "id": rule["id"],
        "guild_id": made["id"],
        "creator_id": bot,
        "trigger_metadata": full,
    }
    one = f"{rules(made)}/{rule['id']}"
    assert await rest.ok("GET", one) == rule
    assert await rest.ok("GET", rules(made)) == [rule]
    assert (await sim.dump(made["id"]))["auto_moderation"] == [rule]
    emptied = {"exempt_roles": None, "exempt_channels": [], "enabled": None, "name": "Cats"}
    edited = await rest.ok("PATCH", one, emptied)
    assert edited == rule | {"exempt_roles": [], "exempt_channels": [], "enabled": False, "name": "Cats"}
    replaced = await rest.ok("PATCH", one, {"trigger_metadata": {"regex_patterns": ["c.t"]}})
    assert replaced["trigger_metadata"] == {"keyword_filter": [], "regex_patterns": ["c.t"], "allow_list": []}
    await rest.ok("DELETE", one)
    for method in ("GET", "PATCH", "DELETE"):
        assert await rest.refused(method, one, {}) == (404, 0)


def keywords(**metadata: Any) -> dict[str, Any]:
    return {"trigger_metadata": metadata}


@pytest.mark.parametrize(
    ("body", "wrong", "place"),
    [
        (CATS, {"name": None}, "name"),
        (CATS, {"name": "n" * 101}, "name"),
        (CATS, {"event_type": 2}, "event_type"),
        (PROFILE, {"event_type": 1}, "event_type"),
        (CATS, {"event_type": None}, "event_type"),
        (CATS, {"trigger_type": 2}, "trigger_type"),
        (CATS, {"trigger_type": None}, "trigger_type"),
        (CATS, {"trigger_metadata": None}, "trigger_metadata"),
        (CATS, {"actions": None}, "actions"),
        (CATS, {"actions": []}, "actions"),
        (CATS, {"actions": [BLOCK] * 6}, "actions"),
        (CATS, {"actions": [1]}, "actions.0"),
        (CATS, {"actions": [{"type": 2, "metadata": 1}]}, "actions.0.metadata"),
        (CATS, {"actions": [{"type": 4}]}, "actions.0.type"),
        (SPAM, {"actions": [{"type": 3, "metadata": {"duration_seconds": 1}}]}, "actions.0.type"),
        (PRESET, {"actions": [{"type": 3, "metadata": {"duration_seconds": 1}}]}, "actions.0.type"),
        (PROFILE, {"actions": [BLOCK]}, "actions.0.type"),
        (CATS, {"actions": [{"type": 2}]}, "actions.0.metadata"),
        (CATS, {"actions": [{"type": 2, "metadata": {}}]}, "actions.0.metadata.channel_id"),
        (
            CATS,
            {"actions": [{"type": 3, "metadata": {"duration_seconds": 2_419_201}}]},
            "actions.0.metadata.duration_seconds",
        ),
        (
            CATS,
            {"actions": [{"type": 1, "metadata": {"custom_message": "m" * 151}}]},
            "actions.0.metadata.custom_message",
        ),
        (CATS, keywords(keyword_filter=["w"] * 1001), "trigger_metadata.keyword_filter"),
        (CATS, keywords(keyword_filter=["w" * 61]), "trigger_metadata.keyword_filter.0"),
        (CATS, keywords(keyword_filter=["w", ""]), "trigger_metadata.keyword_filter.1"),
        (CATS, keywords(regex_patterns=["w"] * 11), "trigger_metadata.regex_patterns"),
        (CATS, keywords(regex_patterns=["w" * 261]), "trigger_metadata.regex_patterns.0"),
        (CATS, keywords(regex_patterns=["fine", "(un"]), "trigger_metadata.regex_patterns.1"),
        (CATS, keywords(allow_list=["w"] * 101), "trigger_metadata.allow_list"),
        (PRESET, keywords(presets=[4]), "trigger_metadata.presets.0"),
        (PRESET, keywords(presets=[1], allow_list=["w"] * 1001), "trigger_metadata.allow_list"),
        (MENTIONS, keywords(mention_total_limit=51), "trigger_metadata.mention_total_limit"),
        (CATS, {"exempt_roles": [str(each) for each in range(21)]}, "exempt_roles"),
        (CATS, {"exempt_channels": [str(each) for each in range(51)]}, "exempt_channels"),
    ],
)
async def test_a_rule_out_of_bounds_is_refused(
    sim: Control, rest: Rest, body: dict[str, Any], wrong: dict[str, Any], place: str
) -> None:
    made = await sim.guild()
    answer = await rest("POST", rules(made), body | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    node = answer.json()["errors"]
    for part in place.split("."):
        node = node[part]
    assert node["_errors"]
    assert await rest.ok("GET", rules(made)) == []


async def test_the_longest_lists_are_taken(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    full = {
        "keyword_filter": ["w" * 60] * 1000,
        "regex_patterns": ["w" * 260] * 10,
        "allow_list": ["w" * 60] * 100,
    }
    assert (await rest.ok("POST", rules(made), CATS | keywords(**full)))["trigger_metadata"] == full
    presets = {"presets": [1, 2, 3], "allow_list": ["w" * 60] * 1000}
    assert (await rest.ok("POST", rules(made), PRESET | keywords(**presets)))["trigger_metadata"] == presets


async def test_the_trigger_of_a_rule_stays(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    rule = await rest.ok("POST", rules(made), CATS)
    one = f"{rules(made)}/{rule['id']}"
    assert await rest.ok("PATCH", one, {"trigger_type": 1}) == rule
    assert await rest.refused("PATCH", one, {"trigger_type": 6}) == (400, 50035)


async def test_rules_need_manage_guild_and_timeouts_moderate_members(sim: Control, rest: Rest) -> None:
    made = await sim.guild(everyone_permissions=[], bot_permissions=["VIEW_CHANNEL"], auto_moderation=[CATS])
    one = f"{rules(made)}/{made['auto_moderation']['No cats']}"
    for method, path in (
        ("GET", rules(made)),
        ("POST", rules(made)),
        ("GET", one),
        ("PATCH", one),
        ("DELETE", one),
    ):
        assert await rest.refused(method, path, CATS if method == "POST" else {}) == (403, 50013)
    made = await sim.guild(everyone_permissions=[], bot_permissions=["MANAGE_GUILD"])
    timeout = {"actions": [{"type": 3, "metadata": {"duration_seconds": 60}}]}
    for body in (CATS | timeout, PROFILE):
        assert await rest.refused("POST", rules(made), body) == (403, 50013)
    rule = await rest.ok("POST", rules(made), CATS)
    assert await rest.refused("PATCH", f"{rules(made)}/{rule['id']}", timeout) == (403, 50013)


async def test_alerts_need_a_channel_with_messages(sim: Control, rest: Rest) -> None:
    made = await sim.guild(channels=[{"name": "Deck", "type": 4}])

    def alert(channel_id: str) -> dict[str, Any]:
        return CATS | {"actions": [{"type": 2, "metadata": {"channel_id": channel_id}}]}

    assert await rest.refused("POST", rules(made), alert("1")) == (404, 10003)
    assert await rest.refused("POST", rules(made), alert(made["channels"]["Deck"])) == (403, 50024)


async def test_rules_are_told_to_bots_that_manage_the_guild(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(owner="ada", bot_permissions=["MANAGE_GUILD", "MANAGE_ROLES"])
    ear, deaf = Ear(simulator), Ear(simulator, KNOWN_INTENTS & ~AUTO_MODERATION_CONFIGURATION)
    rule = await rest.ok("POST", rules(made), CATS)
    one = f"{rules(made)}/{rule['id']}"
    edited = await rest.ok("PATCH", one, {"enabled": False})
    await rest.ok("PATCH", one, {"enabled": False})
    await rest.ok("DELETE", one)
    heard = [name for name in ear.names() if name.startswith(("AUTO", "GUILD_UPDATE"))]
    assert heard == [
        "AUTO_MODERATION_RULE_CREATE",
        "GUILD_UPDATE",
        "AUTO_MODERATION_RULE_UPDATE",
        "AUTO_MODERATION_RULE_DELETE",
        "GUILD_UPDATE",
    ]
    assert ear.heard("AUTO_MODERATION_RULE_CREATE") == [rule]
    assert ear.heard("AUTO_MODERATION_RULE_UPDATE") == [edited]
    assert ear.heard("AUTO_MODERATION_RULE_DELETE") == [edited]
    assert [each["features"] for each in ear.heard("GUILD_UPDATE")] == [["AUTO_MODERATION"], []]
    assert not any(name.startswith("AUTO") for name in deaf.names())
    role = next(each for each in (await sim.dump(made["id"]))["roles"] if each["name"] == "simulated-bot")
    await sim.edit("ada", "PATCH", f"/guilds/{made['id']}/roles/{role['id']}", {"permissions": "0"})
    assert (await sim.edit("ada", "POST", rules(made), CATS))["status"] == 200
    assert len(ear.heard("AUTO_MODERATION_RULE_CREATE")) == 1


async def test_the_audit_log_knows_the_rules(sim: Control, rest: Rest) -> None:
    made = await sim.guild()
    reason = {"X_Audit_Log_Reason": "peace"}
    rule = await rest.ok("POST", rules(made), CATS, **reason)
    kept = await rest.ok("POST", rules(made), SPAM)
    await rest.ok("PATCH", f"{rules(made)}/{rule['id']}", {"enabled": False}, **reason)
    await rest.ok("DELETE", f"{rules(made)}/{rule['id']}", **reason)
    log = await rest.ok("GET", f"/guilds/{made['id']}/audit-logs")
    entries = [each for each in log["audit_log_entries"] if each["target_id"] == rule["id"]]
    assert [(each["action_type"], each["reason"]) for each in entries] == [
        (142, "peace"),
        (141, "peace"),
        (140, "peace"),
    ]
    assert entries[1]["changes"] == [{"key": "enabled", "old_value": True, "new_value": False}]
    assert {each["key"]: each["new_value"] for each in entries[2]["changes"]}["name"] == "No cats"
    assert log["auto_moderation_rules"] == [kept]
