"""AutoMod: Discord's rules about rules, and rules at work on what people write."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import disnake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import Simulator
from bot.simulator.auto_moderation.patterns import compiles, find
from bot.simulator.events import (
    AUTO_MODERATION_CONFIGURATION,
    AUTO_MODERATION_EXECUTION,
    KNOWN_INTENTS,
    MESSAGE_CONTENT,
)
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.twins import Twins

BLOCK: dict[str, Any] = {"type": 1, "metadata": {}}
CATS: dict[str, Any] = {
    "name": "No cats",
    "event_type": 1,
    "trigger_type": 1,
    "trigger_metadata": {"keyword_filter": ["cat"]},
    "actions": [BLOCK],
    "enabled": True,
}
SPAM = CATS | {"trigger_type": 3, "trigger_metadata": None}
PRESET = CATS | {"trigger_type": 4, "trigger_metadata": {"presets": [1, 3]}}
MENTIONS = CATS | {"trigger_type": 5, "trigger_metadata": {"mention_total_limit": 2}}
PROFILE = CATS | {"trigger_type": 6, "event_type": 2, "actions": [{"type": 4, "metadata": {}}]}


def rules(made: Any) -> str:
    return f"/guilds/{made['id']}/auto-moderation/rules"


# Rules about rules


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


# Matching


@pytest.mark.parametrize(
    ("keyword", "text", "matched"),
    [
        # The documentation's own examples.
        ("cat*", "catch", "cat"),
        ("cat*", "Catapult", "Cat"),
        ("cat*", "wildcat", None),
        ("tra*", "TRAditional", "TRA"),
        ("the mat*", "the matrix", "the mat"),
        ("*cat", "copyCat", "Cat"),
        ("*cat", "catch", None),
        ("*tra", "orchesTRA", "TRA"),
        ("*the mat", "breathe mat", "the mat"),
        ("*cat*", "location", "cat"),
        ("*cat*", "eduCation", "Cat"),
        ("*the mat*", "breathe matter", "the mat"),
        ("cat", "a Cat sat", "Cat"),
        ("cat", "cats", None),
        ("cat", "cat", "cat"),
        ("the mat", "on the mat", "the mat"),
        ("i like c++", "yes I like C++ so", "I like C++"),
        ("*", "anything", None),
    ],
)
def test_keywords_match_as_documented(keyword: str, text: str, matched: str | None) -> None:
    found = find(text, [keyword], [], [])
    assert (found and found.content) == matched
    assert found is None or found.keyword == keyword


@pytest.mark.parametrize(
    ("keyword", "allowed", "text", "matched"),
    [
        ("*cat*", "education", "education", None),
        ("*cat*", "education", "education cat", "cat"),
        ("*cat*", "edu*", "education", None),
        ("*cat*", "*ation", "vacation", None),
        ("cat", "cat food", "cat food", None),
        ("cat", "cat food", "my cat", "cat"),
    ],
)
def test_allowed_phrases_spare_what_lies_within_them(
    keyword: str, allowed: str, text: str, matched: str | None
) -> None:
    found = find(text, [keyword], [], [allowed])
    assert (found and found.content) == matched


words = st.text(st.sampled_from("abAB.+ "), min_size=1, max_size=6)


@given(
    core=words, text=st.lists(words, max_size=6).map(" ".join), opened=st.tuples(st.booleans(), st.booleans())
)
def test_a_keyword_is_found_where_its_letters_stand_and_its_ends_allow(
    core: str, text: str, opened: tuple[bool, bool]
) -> None:
    keyword = "*" * opened[0] + core + "*" * opened[1]
    places = [each.start() for each in re.finditer(f"(?={re.escape(core.lower())})", text.lower())]

    def fits(start: int) -> bool:
        end = start + len(core)
        left = opened[0] or start == 0 or text[start - 1].isspace()
        return left and (opened[1] or end == len(text) or text[end].isspace())

    assert (find(text, [keyword], [], []) is not None) is any(map(fits, places))


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("(b|c)at", True),
        (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", True),
        (r"(?i)\bcat\b", True),
        (r"\p{Greek}+", True),
        (r"(?<name>cat)", True),
        ("(cat", False),
        ("(?=cat)", False),
        ("(?<!cat)x", False),
        (r"(cat)\1", False),
        ("a{3,2}", False),
    ],
)
def test_regular_expressions_are_rusts(pattern: str, taken: bool) -> None:
    assert compiles(pattern) is taken


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("(b|c)at", "a bat", "bat"),
        ("^[0-9]+$", "123", "123"),
        ("^[0-9]+$", "a 123", None),
        ("cat", "CAT", None),
        (r"\p{Greek}", "say α", "say α"),  # where, Python cannot tell
    ],
)
def test_patterns_match_as_rust_does(pattern: str, text: str, matched: str | None) -> None:
    found = find(text, [], [pattern], [])
    assert (found and found.content) == matched


# Rules at work

TOWN: dict[str, Any] = {
    "channels": [
        {"name": "Deck", "type": "category"},
        {"name": "talk", "parent": "Deck"},
        {"name": "free"},
        {"name": "alerts"},
    ],
    "roles": [
        {"name": "Trusted"},
        {"name": "Managers", "permissions": str(1 << 5)},
        {"name": "Admins", "permissions": str(1 << 3)},
    ],
    "members": [
        {"username": "ada"},
        {"username": "trusted", "roles": ["Trusted"]},
        {"username": "manager", "roles": ["Managers"]},
        {"username": "admin", "roles": ["Admins"]},
        {"username": "robot", "bot": True},
    ],
}
ALERT: dict[str, Any] = {"type": 2, "metadata": {"channel_id": "alerts"}}
TIMEOUT: dict[str, Any] = {"type": 3, "metadata": {"duration_seconds": 600}}


async def say(sim: Control, made: Any, user: str, text: str, channel: str = "talk") -> Any:
    path = f"/channels/{made['channels'][channel]}/messages"
    return await sim.edit(user, "POST", path, {"content": text})


def code(said: Any) -> int:
    return said["body"].get("code", said["status"])


async def test_a_forbidden_word_is_blocked_and_nothing_is_posted(sim: Control) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS])
    blocked = await say(sim, made, "ada", "my Cat sat")
    assert (blocked["status"], blocked["body"]) == (
        400,
        {"message": "Message was blocked by automatic moderation", "code": 200000},
    )
    assert code(await say(sim, made, "ada", "my dog sat")) == 200
    messages = (await sim.dump(made["id"]))["messages"]
    assert [[each["content"] for each in found] for found in messages.values()] == [["my dog sat"]]


async def test_an_edit_is_watched_too(sim: Control) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS])
    said = await say(sim, made, "ada", "my dog sat")
    path = f"/channels/{made['channels']['talk']}/messages/{said['body']['id']}"
    assert code(await sim.edit("ada", "PATCH", path, {"content": "my cat sat"})) == 200000
    assert (await sim.edit("ada", "PATCH", path, {"content": "my frog sat"}))["body"][
        "content"
    ] == "my frog sat"


async def test_some_are_not_filtered(sim: Control, rest: Rest) -> None:
    made = await sim.guild(
        **TOWN, auto_moderation=[CATS | {"exempt_roles": ["Trusted"], "exempt_channels": ["free"]}]
    )
    for user in ("owner", "manager", "admin", "trusted", "robot"):
        assert code(await say(sim, made, user, "cat")) == 200, user
    await rest.ok("POST", f"/channels/{made['channels']['talk']}/messages", {"content": "cat"})
    assert code(await say(sim, made, "ada", "cat", "free")) == 200
    assert code(await say(sim, made, "ada", "cat")) == 200000


@pytest.mark.parametrize(
    "change", [{"enabled": False}, {"exempt_channels": ["Deck"]}, {"exempt_channels": ["talk"]}]
)
async def test_a_rule_rests_when_switched_off_or_in_an_exempt_place(
    sim: Control, change: dict[str, Any]
) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS | change])
    assert code(await say(sim, made, "ada", "cat")) == 200


async def test_each_person_is_counted_once_among_the_mentions(sim: Control) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[MENTIONS])
    assert code(await say(sim, made, "ada", "<@1> <@1> <@!1> <@&2>")) == 200
    assert code(await say(sim, made, "ada", "<@1> <@2> <@&3>")) == 200000


async def test_what_is_not_blocked_is_flagged(sim: Control, simulator: Simulator) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS | {"actions": [ALERT]}])
    ear = Ear(simulator)
    said = (await say(sim, made, "ada", "a cat sat"))["body"]
    alert = (await sim.dump(made["id"]))["messages"][made["channels"]["alerts"]][0]
    assert (alert["type"], alert["author"]["username"], alert["content"]) == (24, "ada", "")
    embed = alert["embeds"][0]
    facts = {each["name"]: each["value"] for each in embed["fields"]}
    assert (embed["type"], embed["description"]) == ("auto_moderation_message", "a cat sat")
    decision = facts.pop("decision_id")
    assert len(decision) == 32
    assert facts == {
        "rule_name": "No cats",
        "channel_id": made["channels"]["talk"],
        "keyword": "cat",
        "keyword_matched_content": "cat",
        "decision_outcome": "flagged",
        "flagged_message_id": said["id"],
    }
    assert ear.heard("AUTO_MODERATION_ACTION_EXECUTION") == [
        {
            "guild_id": made["id"],
            "action": {"type": 2, "metadata": {"channel_id": made["channels"]["alerts"]}},
            "rule_id": made["auto_moderation"]["No cats"],
            "rule_trigger_type": 1,
            "user_id": made["members"]["ada"],
            "channel_id": made["channels"]["talk"],
            "message_id": said["id"],
            "alert_system_message_id": alert["id"],
            "content": "a cat sat",
            "matched_keyword": "cat",
            "matched_content": "cat",
        }
    ]


async def test_all_actions_of_a_rule_are_done_told_and_logged(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS | {"actions": [BLOCK, ALERT, TIMEOUT]}])
    ear = Ear(simulator)
    unread = Ear(simulator, KNOWN_INTENTS & ~MESSAGE_CONTENT)
    deaf = Ear(simulator, KNOWN_INTENTS & ~AUTO_MODERATION_EXECUTION)
    assert code(await say(sim, made, "ada", "cat")) == 200000
    heard = ear.heard("AUTO_MODERATION_ACTION_EXECUTION")
    assert [each["action"]["type"] for each in heard] == [1, 2, 3]
    assert not any("message_id" in each for each in heard)
    assert ["alert_system_message_id" in each for each in heard] == [False, True, False]
    withheld = unread.heard("AUTO_MODERATION_ACTION_EXECUTION")
    assert {(each["content"], each["matched_content"]) for each in withheld} == {("", "")}
    assert {each["matched_keyword"] for each in withheld} == {"cat"}
    assert deaf.heard("AUTO_MODERATION_ACTION_EXECUTION") == []
    # The timeout is felt, and ends.
    told = ear.heard("GUILD_MEMBER_UPDATE")
    assert [each["user"]["id"] for each in told] == [made["members"]["ada"]]
    assert told[0]["communication_disabled_until"]
    assert code(await say(sim, made, "ada", "dog")) == 50013
    await sim("POST", "/clock", {"advance": 601})
    assert code(await say(sim, made, "ada", "dog")) == 200
    entries = (await rest.ok("GET", f"/guilds/{made['id']}/audit-logs"))["audit_log_entries"]
    assert [each["action_type"] for each in reversed(entries)] == [143, 144, 145]
    assert {each["target_id"] for each in entries} == {made["members"]["ada"]}
    assert entries[0]["options"] == {
        "auto_moderation_rule_name": "No cats",
        "auto_moderation_rule_trigger_type": "1",
        "channel_id": made["channels"]["talk"],
    }


async def test_an_alert_without_its_channel_is_left_out(
    sim: Control, rest: Rest, simulator: Simulator
) -> None:
    made = await sim.guild(**TOWN, auto_moderation=[CATS | {"actions": [BLOCK, ALERT]}])
    await rest.ok("DELETE", f"/channels/{made['channels']['alerts']}")
    ear = Ear(simulator)
    assert code(await say(sim, made, "ada", "cat")) == 200000
    assert [each["action"]["type"] for each in ear.heard("AUTO_MODERATION_ACTION_EXECUTION")] == [1]


async def test_disnake_makes_rules_and_hears_them_work(
    sim: Control, connect: Connect, twins: Callable[[disnake.Client], Twins]
) -> None:
    made = await sim.guild(**TOWN)
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    heard: list[tuple[str, Any]] = []
    for name in ("rule_create", "rule_update", "rule_delete", "action_execution"):
        bot.add_listener(_noting(name, heard), f"on_automod_{name}")
    async with connect(bot):
        both, guild = twins(bot), bot.get_guild(int(made["id"]))
        assert guild is not None
        channels: dict[str, Any] = {each.name: each for each in guild.channels}
        trusted = guild.get_role(int(made["roles"]["Trusted"]))
        assert trusted is not None
        rule = await guild.create_automod_rule(
            name="No cats",
            event_type=disnake.AutoModEventType.message_send,
            trigger_type=disnake.AutoModTriggerType.keyword,
            trigger_metadata=disnake.AutoModTriggerMetadata(keyword_filter=["cat*"], regex_patterns=["d.g"]),
            actions=[
                disnake.AutoModBlockMessageAction("No cats here"),
                disnake.AutoModSendAlertAction(channels["alerts"]),
                disnake.AutoModTimeoutAction(60),
            ],
            exempt_roles=[trusted],
            exempt_channels=[channels["free"]],
            enabled=True,
            reason="peace",
        )
        await both.agree()
        assert (rule.exempt_roles, rule.exempt_channels) == ([trusted], [channels["free"]])
        spam = await guild.create_automod_rule(
            name="Spam",
            event_type=disnake.AutoModEventType.message_send,
            trigger_type=disnake.AutoModTriggerType.spam,
            actions=[disnake.AutoModBlockMessageAction()],
        )
        await both.agree()
        await guild.create_automod_rule(
            name="Profiles",
            event_type=disnake.AutoModEventType.member_update,
            trigger_type=disnake.AutoModTriggerType.member_profile,
            trigger_metadata=disnake.AutoModTriggerMetadata(keyword_filter=["cat"]),
            actions=[disnake.AutoModBlockInteractionAction()],
        )
        await both.agree()
        await guild.create_automod_rule(
            name="Words",
            event_type=disnake.AutoModEventType.message_send,
            trigger_type=disnake.AutoModTriggerType.keyword_preset,
            trigger_metadata=disnake.AutoModTriggerMetadata(
                presets=disnake.AutoModKeywordPresets(slurs=True)
            ),
            actions=[disnake.AutoModBlockMessageAction()],
        )
        await both.agree()
        assert [each.name for each in await guild.fetch_automod_rules()] == [
            "No cats",
            "Spam",
            "Profiles",
            "Words",
        ]
        assert code(await say(sim, made, "ada", "catch a dog")) == 200000
        await both.agree()
        ada = guild.get_member(int(made["members"]["ada"]))
        assert ada is not None
        assert ada.current_timeout is not None
        await until(lambda: len([name for name, _ in heard if name == "action_execution"]) == 3)
        executed = [each for name, each in heard if name == "action_execution"]
        assert [each.action.type.name for each in executed] == [
            "block_message",
            "send_alert_message",
            "timeout",
        ]
        assert {(each.user, each.channel, each.matched_keyword) for each in executed} == {
            (ada, channels["talk"], "cat*")
        }
        assert executed[1].alert_message is not None
        assert executed[1].alert_message.channel == channels["alerts"]
        edited = await rule.edit(
            name="No dogs",
            trigger_metadata=rule.trigger_metadata.with_changes(keyword_filter=["dog"]),
            actions=[disnake.AutoModBlockMessageAction()],
            exempt_roles=None,
            enabled=False,
        )
        await both.agree()
        assert (edited.name, edited.exempt_roles, edited.enabled) == ("No dogs", [], False)
        assert edited.trigger_metadata.regex_patterns == ["d.g"]
        assert (await guild.fetch_automod_rule(rule.id)).name == "No dogs"
        await spam.delete(reason="quiet")
        await both.agree()
        with pytest.raises(disnake.NotFound):
            await guild.fetch_automod_rule(spam.id)
        with pytest.raises(disnake.HTTPException, match="Maximum number of rules"):
            await guild.create_automod_rule(
                name="More words",
                event_type=disnake.AutoModEventType.message_send,
                trigger_type=disnake.AutoModTriggerType.keyword_preset,
                trigger_metadata=disnake.AutoModTriggerMetadata(
                    presets=disnake.AutoModKeywordPresets(slurs=True)
                ),
                actions=[disnake.AutoModBlockMessageAction()],
            )
        entries = [entry async for entry in guild.audit_logs(oldest_first=True, limit=None)]
        assert [entry.action.name for entry in entries] == [
            *["automod_rule_create"] * 4,
            "automod_block_message",
            "automod_send_alert_message",
            "automod_timeout",
            "automod_rule_update",
            "automod_rule_delete",
        ]
        assert entries[0].reason == "peace"
        assert entries[7].changes.after.name == "No dogs"
        await until(lambda: heard[-1][0] == "rule_delete")
        await asyncio.sleep(0.02)
        assert [name for name, _ in heard if name.startswith("rule")] == [
            *["rule_create"] * 4,
            "rule_update",
            "rule_delete",
        ]


def _noting(name: str, heard: list[tuple[str, Any]]) -> Any:
    async def listener(found: Any) -> None:
        heard.append((name, found))

    return listener
