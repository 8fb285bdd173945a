"""AutoMod rules at work on what people write, and disnake's ears for them."""

import asyncio
from collections.abc import Callable
from typing import Any

import disnake
import pytest

from bot.simulator import Simulator
from bot.simulator.events import AUTO_MODERATION_EXECUTION, KNOWN_INTENTS, MESSAGE_CONTENT
from tests.simulator.calls import Control, Rest, until
from tests.simulator.conftest import Connect
from tests.simulator.ears import Ear
from tests.simulator.rulebook import BLOCK, CATS, MENTIONS, TOWN
from tests.simulator.twins import Twins

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
    alert = (await sim.dump(made["id"]))["messages"][made["channels"]["alerts"]][0]
    facts = {each["name"]: each["value"] for each in alert["embeds"][0]["fields"]}
    assert (facts["decision_outcome"], facts["timeout_duration"]) == ("blocked", "600")
    assert "flagged_message_id" not in facts
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
