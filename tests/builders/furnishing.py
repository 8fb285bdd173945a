"""What a random guild has beside roles, places and overwrites: every channel setting, odd names, emojis, stickers,
webhooks, AutoMod, events, onboarding, a welcome screen, pictures. Drawn as `tests.builders.guilds` draws.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from core.discord.assets import assets_of
from core.discord.images import ImageHash
from core.discord.resources import (
    AutoModAction,
    AutoModRule,
    AutoModTrigger,
    Emoji,
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    ScheduledEvent,
    Sticker,
    Webhook,
    WelcomeChannel,
    WelcomeScreen,
)
from core.discord.types import Channel, ForumTag, GuildSettings, Role, Snapshot
from tests.builders.guilds import BOT_ROLE, GUILD, Chooser, chance, pick
from tests.builders.names import ODD_NAMES, kept

FEATURES = frozenset({"ROLE_ICONS", "BANNER", "INVITE_SPLASH", "DISCOVERABLE"})
"""What lets a guild have every picture."""

SOON = datetime(2031, 5, 2, 18, tzinfo=UTC)
_EMOJIS = ("👍", "🎉", "⛵")
_TEXTS, _FORUMS, _VOICES = ("text", "announcement"), ("forum", "media"), ("voice", "stage")


def furnished(choose: Chooser, there: Snapshot, pictures: Sequence[ImageHash]) -> Snapshot:
    """With something of everything, most of the time; `pictures` are those that it may show."""
    emojis = tuple(_emoji(choose, number, there) for number in range(choose.below(3)))
    channels = tuple(_channel(choose, each, emojis) for each in _with_a_media_channel(choose, there))
    roles = tuple(_role(choose, each) for each in there.roles)
    whole = replace(
        there,
        features=there.features | FEATURES,
        settings=_settings(choose, there.settings, channels),
        roles=roles,
        channels=channels,
        emojis=emojis,
        stickers=tuple(_sticker(choose, number) for number in range(choose.below(3))),
    )
    whole = _with_resources(choose, whole)
    return replace(whole, images={path: pick(choose, pictures) for path in assets_of(whole)})


def _with_a_media_channel(choose: Chooser, there: Snapshot) -> tuple[Channel, ...]:
    if not chance(choose, 25):
        return there.channels
    return (*there.channels, Channel(id="2300", type="media", name="clips", position=choose.below(3)))


def _role(choose: Chooser, role: Role) -> Role:
    if role.id == GUILD or role.managed:
        return role
    color = pick(choose, (0, 0x3498DB, 0xFFFFFF))
    return replace(
        role,
        name=pick(choose, ODD_NAMES) if chance(choose, 30) else role.name,
        color=color,
        secondary_color=0x112233 if color and chance(choose, 20) else None,
        hoist=chance(choose, 30),
        mentionable=chance(choose, 30),
        unicode_emoji="🎉" if (shown := choose.below(8)) == 1 else None,
        icon="icon" if shown == 2 else None,
    )


def _channel(choose: Chooser, channel: Channel, emojis: Sequence[Emoji]) -> Channel:
    said: dict[str, Any] = {}
    if chance(choose, 25):
        said["name"] = _odd_name(choose, channel)
    if channel.type != "category":
        said["nsfw"] = chance(choose, 15)
        said["slowmode"] = 0 if channel.type == "announcement" else pick(choose, (0, 0, 5, 21600))
    if channel.type in (*_TEXTS, *_FORUMS):
        said["topic"] = pick(choose, (None, "Rules: be kind 🌱", "x" * 1024))
        said["thread_slowmode"] = pick(choose, (0, 0, 30))
        said["auto_archive"] = pick(choose, (None, 60, 1440, 4320, 10080))
    if channel.type in _VOICES:
        said["bitrate"] = pick(choose, (64000, 8000))
        said["user_limit"] = pick(choose, (0, 1, 99))
        said["region"] = pick(choose, (None, None, "rotterdam"))
        said["video_quality"] = pick(choose, ("auto", "full"))
    if channel.type in _FORUMS:
        said |= _forum(choose, channel, emojis)
    return replace(channel, **said)


def _odd_name(choose: Chooser, channel: Channel) -> str:
    name = pick(choose, ODD_NAMES)
    return name if channel.type in ("category", *_VOICES) else kept(name)


def _titled(choose: Chooser, *names: str) -> str:
    return pick(choose, ODD_NAMES if chance(choose, 20) else names)


def _forum(choose: Chooser, channel: Channel, emojis: Sequence[Emoji]) -> dict[str, Any]:
    names = ("done", "open", "Größe", "done")[: choose.below(4)]
    faces = (None, *_EMOJIS, *(emoji.id for emoji in emojis))
    tags = tuple(
        ForumTag(name, str(9000 + place), moderated=chance(choose, 30), emoji=pick(choose, faces))
        for place, name in enumerate(dict.fromkeys(names))
    )
    said: dict[str, Any] = {
        "tags": tags,
        "default_reaction": pick(choose, faces),
        "sort_order": pick(choose, (None, "latest_activity", "creation_date")),
        "require_tag": bool(tags) and chance(choose, 30),
    }
    if channel.type == "forum":
        return said | {"layout": pick(choose, ("not_set", "list", "gallery"))}
    return said | {"hide_downloads": chance(choose, 50)}


def _settings(choose: Chooser, settings: GuildSettings, channels: Sequence[Channel]) -> GuildSettings:
    voices = [channel.id for channel in channels if channel.type == "voice"]
    community = settings.rules_channel_id is not None
    return replace(
        settings,
        description=pick(choose, (None, "A place to be")) if community else None,
        notifications=pick(choose, ("all_messages", "only_mentions")),
        locale=pick(choose, ("en-US", "de")) if community else "en-US",
        afk_channel_id=pick(choose, [None, *voices]),
        afk_timeout=pick(choose, (300, 60, 3600)),
        system_channel_flags=choose.below(4),
        boost_progress_bar=chance(choose, 30),
        icon=pick(choose, (None, "icon")),
        banner=pick(choose, (None, "banner")),
        splash=pick(choose, (None, "splash")),
    )


def _emoji(choose: Chooser, number: int, there: Snapshot) -> Emoji:
    roles = [role.id for role in there.roles if role.id not in (GUILD, BOT_ROLE) and not role.managed]
    sold = [role.id for role in there.roles if role.is_sold]
    limited = (pick(choose, roles),) if roles and chance(choose, 40) else ()
    limited = (pick(choose, sold),) if sold and chance(choose, 30) else limited
    name = pick(choose, ("anchor", "wave", "Anchor"))
    return Emoji(id=str(3000 + number), name=name, role_ids=limited)


def _sticker(choose: Chooser, number: int) -> Sticker:
    name = pick(choose, ("Ahoy", "Bye", "ahoy"))
    return Sticker(
        id=str(3100 + number),
        name=name,
        format="png",
        tags=pick(choose, ("👋", "wave")),
        description=pick(choose, (None, "Waves at you")),
    )


def _with_resources(choose: Chooser, there: Snapshot) -> Snapshot:
    rooms = [channel.id for channel in there.channels if channel.type in (*_TEXTS, *_FORUMS, *_VOICES)]
    texts = [channel.id for channel in there.channels if channel.type == "text"]
    stages = [channel.id for channel in there.channels if channel.type == "voice"]
    roles = [role.id for role in there.roles if role.id not in (GUILD, BOT_ROLE) and not role.managed]
    there = replace(
        there,
        webhooks=tuple(_webhook(choose, number, rooms) for number in range(choose.below(3) if rooms else 0)),
        automod_rules=tuple(_rules(choose, texts, roles)),
        scheduled_events=tuple(_event(choose, number, stages) for number in range(choose.below(3))),
    )
    if "COMMUNITY" not in there.features:
        return there
    return replace(
        there,
        onboarding=_onboarding(choose, texts, roles),
        welcome_screen=_welcome(choose, texts),
    )


def _webhook(choose: Chooser, number: int, rooms: Sequence[str]) -> Webhook:
    return Webhook(
        id=str(3200 + number),
        channel_id=pick(choose, rooms),
        name=_titled(choose, "News", "Deploys")[:80],
        avatar=pick(choose, (None, "avatar")),
    )


def _rules(choose: Chooser, texts: Sequence[str], roles: Sequence[str]) -> list[AutoModRule]:
    triggers = (
        AutoModTrigger(type="keyword", keywords=("spam*", pick(choose, ("eggs", "ham"))), allowed=("fine",)),
        AutoModTrigger(
            type="mention_spam", mentions=pick(choose, (5, 9)), raid_protection=chance(choose, 50)
        ),
        AutoModTrigger(type="spam"),
        AutoModTrigger(type="keyword_preset", presets=(pick(choose, ("slurs", "profanity")),)),
    )
    found: list[AutoModRule] = []
    for number, trigger in enumerate(triggers):
        if not chance(choose, 35):
            continue
        actions = [AutoModAction(type="block_message", message=pick(choose, (None, "Not here.")))]
        if texts and chance(choose, 50):
            actions.append(AutoModAction(type="send_alert", channel_id=pick(choose, texts)))
        found.append(
            AutoModRule(
                id=str(3300 + number),
                name=_titled(choose, "Words", "Crowds"),
                event="message_send",
                trigger=trigger,
                actions=tuple(actions),
                enabled=chance(choose, 50),
                exempt_role_ids=(pick(choose, roles),) if roles and chance(choose, 40) else (),
                exempt_channel_ids=(pick(choose, texts),) if texts and chance(choose, 40) else (),
            )
        )
    return found


def _event(choose: Chooser, number: int, voices: Sequence[str]) -> ScheduledEvent:
    name, later = _titled(choose, "Regatta", "Quiz"), SOON.replace(hour=19 + choose.below(3))
    description = pick(choose, (None, "Come early"))
    if voices and chance(choose, 50):
        return ScheduledEvent(
            id=str(3400 + number),
            name=name,
            place="voice",
            starts_at=SOON,
            ends_at=pick(choose, (None, later)),
            channel_id=pick(choose, voices),
            description=description,
        )
    return ScheduledEvent(
        id=str(3400 + number),
        name=name,
        place="external",
        starts_at=SOON,
        ends_at=later,
        location=pick(choose, ("Quay 3", "Town")),
        description=description,
        image=pick(choose, (None, "cover")),
    )


def _onboarding(choose: Chooser, texts: Sequence[str], roles: Sequence[str]) -> Onboarding:
    options = [OnboardingOption(id="3501", title="Look around", channel_ids=(pick(choose, texts),))]
    if roles:
        options.append(OnboardingOption(id="3502", title="Sail", emoji="⛵", role_ids=(pick(choose, roles),)))
    prompt = OnboardingPrompt(
        id="3500", title="Why?", options=tuple(options), single_select=chance(choose, 50), required=False
    )
    return Onboarding(
        default_channel_ids=tuple(dict.fromkeys(pick(choose, texts) for _ in range(2))),
        prompts=(prompt,) if chance(choose, 60) else (),
    )


def _welcome(choose: Chooser, texts: Sequence[str]) -> WelcomeScreen:
    shown = WelcomeChannel(channel_id=pick(choose, texts), description="Start here", emoji="👍")
    return WelcomeScreen(
        enabled=chance(choose, 50),
        description=pick(choose, (None, "Hello")),
        channels=(shown,) if chance(choose, 60) else (),
    )
