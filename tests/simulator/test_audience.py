"""To whom an event goes: by intent, by permission, and by shard. Judged by Discord's lists, not by the tables here."""

from typing import Any

import pytest

from bot.simulator import Simulator, events
from bot.simulator.audience import may_hear
from bot.simulator.permissions import BITS, named
from tests.simulator.calls import Control

BOT = 7
OWN, OTHER = {"user": {"id": "7"}}, {"user": {"id": "8"}}
IN_GUILD = {"guild_id": "1"}
BAN, AUDIT, MANAGE = "BAN_MEMBERS", "VIEW_AUDIT_LOG", "MANAGE_GUILD"


@pytest.mark.parametrize(
    ("name", "data", "bits"),
    [
        ("CHANNEL_CREATE", IN_GUILD, {0}),
        ("STAGE_INSTANCE_CREATE", IN_GUILD, {0}),
        ("GUILD_MEMBER_ADD", OTHER, {1}),
        ("GUILD_MEMBER_UPDATE", OTHER, {1}),
        ("GUILD_BAN_ADD", IN_GUILD, {2}),
        ("GUILD_STICKERS_UPDATE", IN_GUILD, {3}),
        ("INTEGRATION_CREATE", IN_GUILD, {4}),
        ("WEBHOOKS_UPDATE", IN_GUILD, {5}),
        ("INVITE_CREATE", IN_GUILD, {6}),
        ("VOICE_STATE_UPDATE", IN_GUILD, {7}),
        ("PRESENCE_UPDATE", IN_GUILD, {8}),
        ("MESSAGE_DELETE_BULK", IN_GUILD, {9}),
        ("MESSAGE_REACTION_ADD", IN_GUILD, {10}),
        ("TYPING_START", IN_GUILD, {11}),
        ("MESSAGE_CREATE", {}, {12}),
        ("CHANNEL_PINS_UPDATE", {}, {12}),
        ("MESSAGE_REACTION_ADD", {}, {13}),
        ("TYPING_START", {}, {14}),
        ("GUILD_SCHEDULED_EVENT_USER_ADD", IN_GUILD, {16}),
        ("AUTO_MODERATION_RULE_CREATE", IN_GUILD, {20}),
        ("AUTO_MODERATION_ACTION_EXECUTION", IN_GUILD, {21}),
        ("MESSAGE_POLL_VOTE_ADD", IN_GUILD, {24}),
        ("MESSAGE_POLL_VOTE_ADD", {}, {25}),
        ("THREAD_MEMBERS_UPDATE", {"removed_member_ids": ["8"]}, {1}),
        ("THREAD_MEMBERS_UPDATE", {"added_members": [{"user_id": "7"}]}, {0}),
    ],
)
def test_an_event_needs_exactly_its_intent(name: str, data: dict[str, Any], bits: set[int]) -> None:
    hearing = {bit for bit in range(26) if events.wanted(name, data, 1 << bit, BOT)}
    assert hearing == bits
    assert not events.wanted(name, data, 0, BOT)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("GUILD_MEMBER_UPDATE", OWN),
        ("INTERACTION_CREATE", IN_GUILD),
        ("USER_UPDATE", {}),
        ("VOICE_SERVER_UPDATE", IN_GUILD),
        ("ENTITLEMENT_CREATE", {}),
        ("APPLICATION_COMMAND_PERMISSIONS_UPDATE", IN_GUILD),
    ],
)
def test_some_events_need_no_intent(name: str, data: dict[str, Any]) -> None:
    assert events.wanted(name, data, 0, BOT)


@pytest.mark.parametrize(
    ("name", "enough"),
    [
        ("GUILD_AUDIT_LOG_ENTRY_CREATE", {AUDIT}),
        ("GUILD_BAN_ADD", {BAN, AUDIT}),
        ("GUILD_BAN_REMOVE", {BAN, AUDIT}),
        ("AUTO_MODERATION_RULE_UPDATE", {MANAGE}),
        ("AUTO_MODERATION_ACTION_EXECUTION", {MANAGE}),
        ("INVITE_CREATE", {"MANAGE_CHANNELS"}),
        ("MESSAGE_CREATE", set(BITS)),
        ("GUILD_ROLE_CREATE", set(BITS)),
    ],
)
async def test_a_guarded_event_needs_one_of_its_permissions(
    sim: Control, simulator: Simulator, name: str, enough: set[str]
) -> None:
    made = await sim.guild(channels=[{"name": "c"}], everyone_permissions=["VIEW_CHANNEL"])
    world = simulator.world
    guild = world.guilds[int(made["id"])]
    bot = guild.members[world.application.bot_id]
    data: dict[str, object] = {"guild_id": made["id"], "channel_id": made["channels"]["c"]}
    hearing: set[str] = set()
    for permission in BITS:
        guild.roles[bot.roles[0]].permissions = named([permission])
        if may_hear(name, data, guild, bot, world.clock.now()):
            hearing.add(permission)
    assert hearing == enough | {"ADMINISTRATOR"}


async def test_in_a_channel_that_is_gone_the_guilds_permissions_count(
    sim: Control, simulator: Simulator
) -> None:
    made = await sim.guild(bot_permissions=["MANAGE_CHANNELS"])
    guild = simulator.world.guilds[int(made["id"])]
    bot = guild.members[simulator.world.application.bot_id]
    data: dict[str, object] = {"guild_id": made["id"], "channel_id": "1"}
    assert may_hear("INVITE_DELETE", data, guild, bot, 0)
    guild.roles[bot.roles[0]].permissions = 0
    assert not may_hear("INVITE_DELETE", data, guild, bot, 0)


def test_what_a_rule_matched_is_content_too() -> None:
    data: dict[str, object] = {
        "guild_id": "1",
        "content": "a",
        "matched_content": "a",
        "matched_keyword": "a",
    }
    event = events.Event("AUTO_MODERATION_ACTION_EXECUTION", data)
    assert b'"matched_content":""' in event.encoded(events.AUTO_MODERATION_EXECUTION, BOT)
    assert b'"matched_content":"a"' in event.encoded(events.MESSAGE_CONTENT, BOT)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        ({"guild_id": "1", "author": {"id": "8"}, "mentions": []}, ""),
        ({"guild_id": "1", "author": {"id": "8"}, "mentions": [{"id": "7"}]}, "text"),
        ({"guild_id": "1", "author": {"id": "7"}, "mentions": []}, "text"),
        ({"author": {"id": "8"}, "mentions": []}, "text"),
    ],
    ids=["others", "mentioned", "own", "direct"],
)
def test_content_is_withheld_unless_it_concerns_the_bot(data: dict[str, object], seen: str) -> None:
    event = events.Event("MESSAGE_CREATE", data | {"content": "text"})
    assert f'"content":"{seen}"'.encode() in event.encoded(events.GUILD_MESSAGES, BOT)
    assert b'"content":"text"' in event.encoded(events.MESSAGE_CONTENT, BOT)
