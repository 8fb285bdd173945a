"""From our words to the JSON of Discord's REST API. Only what was asked for is written; None clears."""

import base64
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import UNSET, UnsetType

from bot.resources.words import (
    AUTOMOD_ACTION,
    AUTOMOD_EVENT,
    AUTOMOD_PRESET,
    AUTOMOD_TRIGGER,
    EVENT_PLACE,
    GUILD_ONLY,
    ONBOARDING_MODE,
    PROMPT_TYPE,
    number_of,
)
from core.discord.gateway import Pictures
from core.discord.images import Image, ImageHash
from core.discord.resources import (
    AutoModAction,
    AutoModFields,
    AutoModTrigger,
    EmojiFields,
    EventFields,
    Onboarding,
    OnboardingOption,
    OnboardingPrompt,
    Recurrence,
    StickerFields,
    WebhookFields,
    WelcomeScreen,
)

Payload: TypeAlias = dict[str, Any]
_SHORTEST_ID = 3


def data_uri(image: Image) -> str:
    """As Discord takes pictures in JSON (Reference › Image Data)."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"


def picture(named: ImageHash | None, pictures: Pictures) -> str | None:
    """Raises `KeyError` for one whose content was not brought along."""
    return None if named is None else data_uri(pictures[named])


def emoji_payload(fields: EmojiFields, pictures: Pictures) -> Payload:
    return _said(
        name=fields.name,
        roles=_each(fields.role_ids, list),
        image=_each(fields.image, lambda named: picture(named, pictures)),
    )


def sticker_payload(fields: StickerFields) -> dict[str, str | None]:
    """Without the file, which Discord takes beside it. It wants a description, if only an empty one."""
    return _said(
        name=fields.name,
        description=_each(fields.description, lambda text: text or ""),
        tags=fields.tags,
    )


def webhook_payload(fields: WebhookFields, pictures: Pictures, *, is_new: bool) -> Payload:
    """The channel of a new one is part of its address."""
    return _said(
        name=fields.name,
        channel_id=UNSET if is_new else fields.channel_id,
        avatar=_each(fields.avatar, lambda named: picture(named, pictures)),
    )


def automod_payload(fields: AutoModFields, *, is_new: bool) -> Payload:
    """A rule's type of trigger is said once, when it is made."""
    trigger = fields.trigger
    return _said(
        name=fields.name,
        event_type=_each(fields.event, lambda word: number_of(AUTOMOD_EVENT, word)),
        trigger_type=_each(trigger, lambda t: number_of(AUTOMOD_TRIGGER, t.type)) if is_new else UNSET,
        trigger_metadata=_metadata(trigger),
        actions=_each(fields.actions, lambda actions: [_action(action) for action in actions]),
        enabled=fields.enabled,
        exempt_roles=_each(fields.exempt_role_ids, list),
        exempt_channels=_each(fields.exempt_channel_ids, list),
    )


def _metadata(trigger: AutoModTrigger | UnsetType) -> Payload | UnsetType:
    """What belongs to the type, and nothing else: Discord refuses the rest."""
    if trigger is UNSET or trigger.type == "spam":
        return UNSET
    if trigger.type == "mention_spam":
        return {
            "mention_total_limit": trigger.mentions or 0,
            "mention_raid_protection_enabled": trigger.raid_protection,
        }
    if trigger.type == "keyword_preset":
        presets = [number_of(AUTOMOD_PRESET, preset) for preset in trigger.presets]
        return {"presets": presets, "allow_list": list(trigger.allowed)}
    return {
        "keyword_filter": list(trigger.keywords),
        "regex_patterns": list(trigger.patterns),
        "allow_list": list(trigger.allowed),
    }


def _action(action: AutoModAction) -> Payload:
    said: Payload = {}
    if action.channel_id is not None:
        said["channel_id"] = action.channel_id
    if action.seconds is not None:
        said["duration_seconds"] = action.seconds
    if action.message is not None:
        said["custom_message"] = action.message
    return {"type": number_of(AUTOMOD_ACTION, action.type), "metadata": said}


def event_payload(fields: EventFields, pictures: Pictures, *, is_new: bool) -> Payload:
    """`location` is the one thing that metadata say."""
    payload = _said(
        name=fields.name,
        entity_type=_each(fields.place, lambda word: number_of(EVENT_PLACE, word)),
        scheduled_start_time=_each(fields.starts_at, lambda moment: moment.isoformat()),
        scheduled_end_time=_each(fields.ends_at, lambda moment: moment and moment.isoformat()),
        description=fields.description,
        channel_id=fields.channel_id,
        entity_metadata=_each(fields.location, lambda place: None if place is None else {"location": place}),
        recurrence_rule=_each(fields.recurrence, _recurrence),
        image=_each(fields.image, lambda named: picture(named, pictures)),
    )
    if is_new:
        payload["privacy_level"] = GUILD_ONLY
        # Of a new one null says nothing, and Discord's forms differ in whether they take it.
        return {name: value for name, value in payload.items() if value is not None}
    return payload


def _recurrence(rule: Recurrence | None) -> Payload | None:
    if rule is None:
        return None
    lists = {
        "by_weekday": list(rule.by_weekday),
        "by_n_weekday": [{"n": n, "day": day} for n, day in rule.by_n_weekday],
        "by_month": list(rule.by_month),
        "by_month_day": list(rule.by_month_day),
    }
    return {
        "start": rule.start.isoformat(),
        "frequency": rule.frequency,
        "interval": rule.interval,
        **{name: values for name, values in lists.items() if values},
    }


def onboarding_payload(onboarding: Onboarding) -> Payload:
    """New prompts have ids that only tell them apart: Discord gives them others."""
    return {
        "enabled": onboarding.enabled,
        "mode": number_of(ONBOARDING_MODE, onboarding.mode),
        "default_channel_ids": list(onboarding.default_channel_ids),
        "prompts": [_prompt(prompt, place) for place, prompt in enumerate(onboarding.prompts)],
    }


def _prompt(prompt: OnboardingPrompt, place: int) -> Payload:
    return {
        "id": prompt.id or str(place),
        "title": prompt.title,
        "type": number_of(PROMPT_TYPE, prompt.type),
        "single_select": prompt.single_select,
        "required": prompt.required,
        "in_onboarding": prompt.in_onboarding,
        "options": [_option(option) for option in prompt.options],
    }


def _option(option: OnboardingOption) -> Payload:
    return {
        **({"id": option.id} if option.id else {}),
        "title": option.title,
        "description": option.description,
        "role_ids": list(option.role_ids),
        "channel_ids": list(option.channel_ids),
        **(_emoji(option.emoji) if option.emoji else {}),
    }


def welcome_screen_payload(screen: WelcomeScreen) -> Payload:
    return {
        "enabled": screen.enabled,
        "description": screen.description,
        "welcome_channels": [
            {
                "channel_id": channel.channel_id,
                "description": channel.description,
                **(_emoji(channel.emoji) if channel.emoji else {}),
            }
            for channel in screen.channels
        ],
    }


def _emoji(emoji: str) -> Payload:
    """A custom one is named by its id, which is all digits; no unicode emoji is that long."""
    is_custom = emoji.isascii() and emoji.isdecimal() and len(emoji) >= _SHORTEST_ID
    return {"emoji_id": emoji} if is_custom else {"emoji_name": emoji}


def _said(**values: Any) -> Payload:
    return {name: value for name, value in values.items() if value is not UNSET}


def _each(value: Any, form: Callable[[Any], Any]) -> Any:
    return value if value is UNSET else form(value)
