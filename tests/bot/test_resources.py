"""What a guild has beside settings, roles and channels, on real disnake against a simulated Discord."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from bot.client import GuildwrightBot
from core.discord.gateway import DiscordGateway, RoleFields, SettingsFields
from core.discord.images import Image, emoji_image, guild_picture, hash_of, role_icon
from core.discord.resources import (
    AutoModAction,
    AutoModFields,
    AutoModTrigger,
    EmojiFields,
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    ResourceFields,
    WebhookFields,
    WelcomeChannel,
    WelcomeScreen,
)
from tests.simulator.pictures import png

from .conftest import REASON, Discord, Running, ready, seen, until

T = TypeVar("T")
CONTENT = png(90)
PICTURE = Image(hash=hash_of(CONTENT), media_type="image/png", content=CONTENT)
PICTURES = {PICTURE.hash: PICTURE}
BLOCK = AutoModAction(type="block_message", message="Not here.")


@pytest.fixture
def gateway(bot: GuildwrightBot) -> DiscordGateway:
    return bot.gateway


@pytest.fixture
def guild_id(guild: dict[str, Any]) -> str:
    return guild["id"]


def only(found: tuple[T, ...] | None) -> T:
    assert found is not None
    assert len(found) == 1
    return found[0]


async def test_an_emoji_is_made_edited_and_deleted_and_its_picture_comes_back(
    gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    crew = guild["roles"]["Crew"]
    made = await gateway.create_resource(
        guild["id"], EmojiFields(name="wave", image=PICTURE.hash), pictures=PICTURES, reason=REASON
    )
    there = await seen(lambda: gateway.read_guild(guild["id"]), lambda s: s.emojis)
    assert [(e.id, e.name, e.role_ids) for e in there.emojis or ()] == [(made, "wave", ())]
    assert await gateway.read_image(emoji_image(made)) == PICTURE
    await gateway.edit_resource(guild["id"], made, EmojiFields(name="hello", role_ids=(crew,)), reason=REASON)
    there = await seen(
        lambda: gateway.read_guild(guild["id"]), lambda s: [e.name for e in s.emojis or ()] == ["hello"]
    )
    assert only(there.emojis).role_ids == (crew,)
    await gateway.delete_resource(guild["id"], "emoji", made, reason=REASON)
    assert (await seen(lambda: gateway.read_guild(guild["id"]), lambda s: s.emojis == ())).emojis == ()


async def test_a_webhook_is_read_without_its_secret(
    discord: Discord, gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    log, guild_id = guild["channels"]["log"], guild["id"]
    made = await gateway.create_resource(
        guild_id,
        WebhookFields(name="Deploys", channel_id=log, avatar=PICTURE.hash),
        pictures=PICTURES,
        reason=REASON,
    )
    webhook = only((await gateway.read_details(guild_id, ["webhooks"])).webhooks)
    assert (webhook.id, webhook.name, webhook.channel_id) == (made, "Deploys", log)
    assert webhook.avatar is not None
    token = discord.simulator.world.guilds[int(guild_id)].webhooks[int(made)].token
    assert token
    assert token not in str(to_builtins(webhook))
    await gateway.edit_resource(guild_id, made, WebhookFields(name="Builds", avatar=None), reason=REASON)
    webhook = only((await gateway.read_details(guild_id, ["webhooks"])).webhooks)
    assert (webhook.name, webhook.avatar) == ("Builds", None)
    await gateway.delete_resource(guild_id, "webhook", made, reason=REASON)
    assert (await gateway.read_details(guild_id, ["webhooks"])).webhooks == ()


@pytest.mark.parametrize(
    "trigger",
    [
        AutoModTrigger(type="keyword", keywords=("*spam*",), patterns=("b[au]d",), allowed=("fine",)),
        AutoModTrigger(type="spam"),
        AutoModTrigger(type="keyword_preset", presets=("slurs", "profanity"), allowed=("damn",)),
        AutoModTrigger(type="mention_spam", mentions=5, raid_protection=True),
        AutoModTrigger(type="member_profile", keywords=("admin",)),
    ],
    ids=lambda trigger: trigger.type,
)
async def test_a_rule_of_each_kind_reads_back_as_it_was_made(
    gateway: DiscordGateway, guild: dict[str, Any], trigger: AutoModTrigger
) -> None:
    guild_id, of_members = guild["id"], trigger.type == "member_profile"
    fields = AutoModFields(
        name="Rule",
        event="member_update" if of_members else "message_send",
        trigger=trigger,
        actions=(AutoModAction(type="block_member_interaction") if of_members else BLOCK,),
        enabled=True,
        exempt_role_ids=(guild["roles"]["Crew"],),
        exempt_channel_ids=() if of_members else (guild["channels"]["log"],),
    )
    made = await gateway.create_resource(guild_id, fields, reason=REASON)
    rule = only((await gateway.read_details(guild_id, ["automod_rules"])).automod_rules)
    assert {name: getattr(rule, name) for name in fields.__struct_fields__} == {
        name: getattr(fields, name) for name in fields.__struct_fields__
    }
    await gateway.edit_resource(guild_id, made, AutoModFields(name="Other", enabled=False), reason=REASON)
    after = only((await gateway.read_details(guild_id, ["automod_rules"])).automod_rules)
    assert after == replace(rule, name="Other", enabled=False)
    await gateway.delete_resource(guild_id, "automod_rule", made, reason=REASON)
    assert (await gateway.read_details(guild_id, ["automod_rules"])).automod_rules == ()


async def test_onboarding_and_welcome_screen_of_a_community_read_back_as_they_were_set(
    gateway: DiscordGateway, guild: dict[str, Any]
) -> None:
    guild_id, log = guild["id"], guild["channels"]["log"]
    assert (await gateway.read_details(guild_id)).onboarding == Onboarding()
    await gateway.edit_guild(
        guild_id,
        SettingsFields(
            community=True,
            rules_channel_id=log,
            updates_channel_id=log,
            verification_level="low",
            content_filter="all_members",
        ),
        reason=REASON,
    )
    await seen(lambda: gateway.read_guild(guild_id), lambda s: "COMMUNITY" in s.features)
    option = OnboardingOption(title="Sailing", emoji="⛵", role_ids=(guild["roles"]["Crew"],))
    wanted = Onboarding(prompts=(OnboardingPrompt(title="What brings you here?", options=(option,)),))
    await gateway.set_onboarding(guild_id, wanted, reason=REASON)
    screen = WelcomeScreen(
        enabled=True,
        description="Ahoy",
        channels=(WelcomeChannel(channel_id=log, description="What happened", emoji="📜"),),
    )
    await gateway.set_welcome_screen(guild_id, screen, reason=REASON)
    await seen(lambda: gateway.read_guild(guild_id), lambda s: "WELCOME_SCREEN_ENABLED" in s.features)
    details = await gateway.read_details(guild_id, ["onboarding", "welcome_screen"])
    assert details.welcome_screen == screen
    blank = WelcomeScreen(enabled=True)
    await gateway.set_welcome_screen(guild_id, blank, reason=REASON)
    assert (await gateway.read_details(guild_id, ["welcome_screen"])).welcome_screen == blank
    assert details.onboarding is not None
    (prompt,) = details.onboarding.prompts
    assert prompt.id is not None
    assert [replace(o, id=None) for o in prompt.options] == [option]
    await gateway.set_onboarding(guild_id, details.onboarding, reason=REASON)
    assert (await gateway.read_details(guild_id, ["onboarding"])).onboarding == details.onboarding


async def test_pictures_of_guild_and_role_are_written_and_read(
    gateway: DiscordGateway, discord: Discord, guild: dict[str, Any]
) -> None:
    guild_id, crew = guild["id"], guild["roles"]["Crew"]
    discord.simulator.world.guilds[int(guild_id)].features.append("ROLE_ICONS")
    await gateway.edit_guild(guild_id, SettingsFields(icon=PICTURE.hash), pictures=PICTURES, reason=REASON)
    await gateway.edit_role(guild_id, crew, RoleFields(icon=PICTURE.hash), pictures=PICTURES, reason=REASON)
    there = await seen(
        lambda: gateway.read_guild(guild_id),
        lambda s: s.settings.icon and any(role.icon for role in s.roles),
    )
    icon = next(role.icon for role in there.roles if role.id == crew)
    for path in (guild_picture(guild_id, "icon", str(there.settings.icon)), role_icon(crew, str(icon))):
        assert await gateway.read_image(path) == PICTURE
    assert await gateway.read_image(guild_picture(guild_id, "banner", "0" * 32)) is None


@pytest.mark.parametrize("kind", ["emoji", "webhook", "automod_rule"])
async def test_what_a_lost_answer_made_is_found_by_its_reason(
    gateway: DiscordGateway, guild: dict[str, Any], kind: Any
) -> None:
    wanted: dict[str, ResourceFields] = {
        "emoji": EmojiFields(name="wave", image=PICTURE.hash),
        "webhook": WebhookFields(name="Deploys", channel_id=guild["channels"]["log"]),
        "automod_rule": AutoModFields(
            name="Rule",
            event="message_send",
            trigger=AutoModTrigger(type="keyword", keywords=("spam",)),
            actions=(BLOCK,),
        ),
    }
    made = await gateway.create_resource(guild["id"], wanted[kind], pictures=PICTURES, reason=REASON)
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert await gateway.find_created(guild["id"], kind, reason=REASON, since=since) == made
    await gateway.delete_resource(guild["id"], kind, made, reason=REASON)
    assert await gateway.find_created(guild["id"], kind, reason=REASON, since=since) is None


async def test_a_burst_of_changes_to_what_has_to_be_asked_for_is_told_once(
    gateway: DiscordGateway, discord: Discord, guild: dict[str, Any], start: Callable[..., Running]
) -> None:
    running = start()
    await ready(running)
    for name in ("One", "Two", "Three"):
        await gateway.create_resource(
            guild["id"], WebhookFields(name=name, channel_id=guild["channels"]["log"]), reason=REASON
        )
    await until(lambda: running.told.count("details of webhooks") > 0)
    assert ("details of webhooks", guild["id"]) in running.told.seen
    assert running.told.count("details of webhooks") == 1
