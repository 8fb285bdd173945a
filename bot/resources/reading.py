"""From Discord's JSON, and disnake's cache, to our words. What has no word of ours is left out: a rule or an event of a
kind that is newer than this program is nobody's to touch."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import disnake

from bot.resources.words import (
    AUTOMOD_ACTION,
    AUTOMOD_EVENT,
    AUTOMOD_PRESET,
    AUTOMOD_TRIGGER,
    EVENT_PLACE,
    EVENT_STATUS,
    INCOMING_WEBHOOK,
    ONBOARDING_MODE,
    PROMPT_TYPE,
    STICKER_FORMAT,
)
from core.discord.resources import (
    AutoModAction,
    AutoModRule,
    AutoModTrigger,
    Emoji,
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    Recurrence,
    ScheduledEvent,
    Sticker,
    Webhook,
    WelcomeChannel,
    WelcomeScreen,
)

Json: TypeAlias = dict[str, Any]


def emojis_of(guild: disnake.Guild) -> tuple[Emoji, ...]:
    """By id."""
    return tuple(_emoji_of(emoji) for emoji in sorted(guild.emojis, key=lambda emoji: emoji.id))


def _emoji_of(emoji: disnake.Emoji) -> Emoji:
    return Emoji(
        id=str(emoji.id),
        name=emoji.name,
        role_ids=tuple(sorted((str(role.id) for role in emoji.roles), key=int)),
        animated=emoji.animated,
        managed=emoji.managed,
        available=emoji.available,
    )


def stickers_of(guild: disnake.Guild) -> tuple[Sticker, ...]:
    """By id."""
    return tuple(
        Sticker(
            id=str(sticker.id),
            name=sticker.name,
            format=STICKER_FORMAT.get(sticker.format.value, "png"),
            description=sticker.description or None,
            tags=sticker.emoji,
            available=sticker.available,
        )
        for sticker in sorted(guild.stickers, key=lambda sticker: sticker.id)
    )


def webhooks_of(bodies: Iterable[Json]) -> tuple[Webhook, ...]:
    """Incoming ones, by id. Tokens and URLs are not even looked at."""
    return _by_id(
        Webhook(
            id=str(body["id"]),
            channel_id=str(body["channel_id"]),
            name=str(body.get("name") or ""),
            avatar=body.get("avatar"),
        )
        for body in bodies
        if body.get("type") == INCOMING_WEBHOOK and body.get("channel_id")
    )


def automod_rules_of(bodies: Iterable[Json]) -> tuple[AutoModRule, ...]:
    """By id."""
    return _by_id(
        AutoModRule(
            id=str(body["id"]),
            name=str(body["name"]),
            event=AUTOMOD_EVENT[body["event_type"]],
            trigger=_trigger_of(body["trigger_type"], body.get("trigger_metadata") or {}),
            actions=tuple(
                _action_of(action) for action in body.get("actions") or () if action["type"] in AUTOMOD_ACTION
            ),
            enabled=bool(body.get("enabled")),
            exempt_role_ids=_ids(body.get("exempt_roles")),
            exempt_channel_ids=_ids(body.get("exempt_channels")),
        )
        for body in bodies
        if body["event_type"] in AUTOMOD_EVENT and body["trigger_type"] in AUTOMOD_TRIGGER
    )


def _trigger_of(number: int, said: Json) -> AutoModTrigger:
    return AutoModTrigger(
        type=AUTOMOD_TRIGGER[number],
        keywords=tuple(said.get("keyword_filter") or ()),
        patterns=tuple(said.get("regex_patterns") or ()),
        allowed=tuple(said.get("allow_list") or ()),
        presets=tuple(AUTOMOD_PRESET[each] for each in said.get("presets") or () if each in AUTOMOD_PRESET),
        mentions=said.get("mention_total_limit"),
        raid_protection=bool(said.get("mention_raid_protection_enabled")),
    )


def _action_of(body: Json) -> AutoModAction:
    said: Json = body.get("metadata") or {}
    channel_id = said.get("channel_id")
    return AutoModAction(
        type=AUTOMOD_ACTION[body["type"]],
        channel_id=None if channel_id is None else str(channel_id),
        seconds=said.get("duration_seconds"),
        message=said.get("custom_message") or None,
    )


def onboarding_of(body: Json) -> Onboarding:
    return Onboarding(
        enabled=bool(body.get("enabled")),
        mode=ONBOARDING_MODE.get(body.get("mode") or 0, "default"),
        default_channel_ids=_ids(body.get("default_channel_ids")),
        prompts=tuple(_prompt_of(prompt) for prompt in body.get("prompts") or ()),
    )


def _prompt_of(body: Json) -> OnboardingPrompt:
    return OnboardingPrompt(
        id=str(body["id"]),
        title=str(body["title"]),
        type=PROMPT_TYPE.get(body.get("type") or 0, "multiple_choice"),
        single_select=bool(body.get("single_select")),
        required=bool(body.get("required")),
        in_onboarding=bool(body.get("in_onboarding")),
        options=tuple(
            OnboardingOption(
                id=str(option["id"]),
                title=str(option["title"]),
                description=option.get("description") or None,
                emoji=_emoji_named(option.get("emoji") or {}, "id", "name"),
                role_ids=_ids(option.get("role_ids")),
                channel_ids=_ids(option.get("channel_ids")),
            )
            for option in body.get("options") or ()
        ),
    )


def welcome_screen_of(body: Json, *, enabled: bool) -> WelcomeScreen:
    """Whether it is enabled is one of the guild's features."""
    return WelcomeScreen(
        enabled=enabled,
        description=body.get("description") or None,
        channels=tuple(
            WelcomeChannel(
                channel_id=str(channel["channel_id"]),
                description=str(channel.get("description") or ""),
                emoji=_emoji_named(channel, "emoji_id", "emoji_name"),
            )
            for channel in body.get("welcome_channels") or ()
        ),
    )


def scheduled_events_of(bodies: Iterable[Json]) -> tuple[ScheduledEvent, ...]:
    """By id."""
    return _by_id(
        ScheduledEvent(
            id=str(body["id"]),
            name=str(body["name"]),
            place=EVENT_PLACE[body["entity_type"]],
            starts_at=_moment(body["scheduled_start_time"]),
            status=EVENT_STATUS.get(body["status"], "scheduled"),
            description=body.get("description") or None,
            channel_id=None if body.get("channel_id") is None else str(body["channel_id"]),
            location=_location_of(body.get("entity_metadata")),
            ends_at=None if body.get("scheduled_end_time") is None else _moment(body["scheduled_end_time"]),
            recurrence=_recurrence_of(body.get("recurrence_rule")),
            image=body.get("image"),
        )
        for body in bodies
        if body["entity_type"] in EVENT_PLACE
    )


def _location_of(metadata: Json | None) -> str | None:
    return None if metadata is None else metadata.get("location")


def _recurrence_of(body: Json | None) -> Recurrence | None:
    if body is None:
        return None
    return Recurrence(
        start=_moment(body["start"]),
        frequency=int(body["frequency"]),
        interval=int(body.get("interval") or 1),
        by_weekday=tuple(body.get("by_weekday") or ()),
        by_n_weekday=tuple((each["n"], each["day"]) for each in body.get("by_n_weekday") or ()),
        by_month=tuple(body.get("by_month") or ()),
        by_month_day=tuple(body.get("by_month_day") or ()),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _emoji_named(body: Json, id_field: str, name_field: str) -> str | None:
    """A custom emoji by its id, another by itself."""
    return str(body[id_field]) if body.get(id_field) else body.get(name_field) or None


def _ids(values: Iterable[object] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _by_id(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(found, key=lambda each: int(each.id)))
