"""What a guild has beside its settings, roles and channels, and what to write of it.

Discord documentation, Resources › Emoji, Sticker, Webhook, Auto Moderation, Guild (Onboarding, Welcome Screen) and
Guild Scheduled Event. A webhook's token and URL are in none of these values: whoever has them can write as the guild.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import msgspec
from msgspec import UNSET, UnsetType

from core.discord.images import ImageHash

Snowflake: TypeAlias = str

ResourceKind: TypeAlias = Literal["emoji", "sticker", "webhook", "automod_rule", "scheduled_event"]
StickerFormat: TypeAlias = Literal["png", "apng", "lottie", "gif"]
AutoModEvent: TypeAlias = Literal["message_send", "member_update"]
AutoModTriggerType: TypeAlias = Literal["keyword", "spam", "keyword_preset", "mention_spam", "member_profile"]
AutoModPreset: TypeAlias = Literal["profanity", "sexual_content", "slurs"]
AutoModActionType: TypeAlias = Literal["block_message", "send_alert", "timeout", "block_member_interaction"]
OnboardingMode: TypeAlias = Literal["default", "advanced"]
PromptType: TypeAlias = Literal["multiple_choice", "dropdown"]
EventPlace: TypeAlias = Literal["stage", "voice", "external"]
EventStatus: TypeAlias = Literal["scheduled", "active", "completed", "canceled"]


class Emoji(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`role_ids`: who may use it, everybody where it is empty. `managed` ones belong to an integration."""

    id: Snowflake
    name: str
    role_ids: tuple[Snowflake, ...] = ()
    animated: bool = False
    managed: bool = False
    available: bool = True


class Sticker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`tags` is what autocompletion finds it by: an emoji's name or character, up to 200 characters."""

    id: Snowflake
    name: str
    format: StickerFormat
    description: str | None = None
    tags: str = ""
    available: bool = True


class Webhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An incoming webhook. `avatar` is Discord's name for the picture."""

    id: Snowflake
    channel_id: Snowflake
    name: str
    avatar: str | None = None


class AutoModTrigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`keywords`, `patterns` (regular expressions) and `allowed` are those of keyword, preset and profile rules;
    `mentions` (up to 50) and `raid_protection` those of mention_spam."""

    type: AutoModTriggerType
    keywords: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    presets: tuple[AutoModPreset, ...] = ()
    mentions: int | None = None
    raid_protection: bool = False


class AutoModAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`channel_id` is that of an alert, `seconds` that of a time-out (up to four weeks), `message` what the author of a
    blocked message reads."""

    type: AutoModActionType
    channel_id: Snowflake | None = None
    seconds: int | None = None
    message: str | None = None


class AutoModRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Snowflake
    name: str
    event: AutoModEvent
    trigger: AutoModTrigger
    actions: tuple[AutoModAction, ...] = ()
    enabled: bool = False
    exempt_role_ids: tuple[Snowflake, ...] = ()
    exempt_channel_ids: tuple[Snowflake, ...] = ()


class OnboardingOption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`emoji` is a unicode emoji or a custom one's id. `id` is None for one that does not exist yet."""

    title: str
    id: Snowflake | None = None
    description: str | None = None
    emoji: str | None = None
    role_ids: tuple[Snowflake, ...] = ()
    channel_ids: tuple[Snowflake, ...] = ()


class OnboardingPrompt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    title: str
    options: tuple[OnboardingOption, ...]
    id: Snowflake | None = None
    type: PromptType = "multiple_choice"
    single_select: bool = False
    required: bool = False
    in_onboarding: bool = True


class Onboarding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Discord takes it only as a whole."""

    enabled: bool = False
    mode: OnboardingMode = "default"
    default_channel_ids: tuple[Snowflake, ...] = ()
    prompts: tuple[OnboardingPrompt, ...] = ()


class WelcomeChannel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    channel_id: Snowflake
    description: str
    emoji: str | None = None


class WelcomeScreen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Up to five channels."""

    enabled: bool = False
    description: str | None = None
    channels: tuple[WelcomeChannel, ...] = ()


class Recurrence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Discord's recurrence rule in its own numbers (Resources › Guild Scheduled Event › Recurrence Rule Object)."""

    start: datetime
    frequency: int
    interval: int
    by_weekday: tuple[int, ...] = ()
    by_n_weekday: tuple[tuple[int, int], ...] = ()
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()


class ScheduledEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`channel_id` is where a stage or voice event takes place, `location` where an external one does. `image` is
    Discord's name for the cover."""

    id: Snowflake
    name: str
    place: EventPlace
    starts_at: datetime
    status: EventStatus = "scheduled"
    description: str | None = None
    channel_id: Snowflake | None = None
    location: str | None = None
    ends_at: datetime | None = None
    recurrence: Recurrence | None = None
    image: str | None = None


Resource: TypeAlias = Emoji | Sticker | Webhook | AutoModRule | ScheduledEvent


class GuildDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gateway does not tell and has to be asked for, one GET each. None: not asked, or not readable."""

    webhooks: tuple[Webhook, ...] | None = None
    automod_rules: tuple[AutoModRule, ...] | None = None
    onboarding: Onboarding | None = None
    welcome_screen: WelcomeScreen | None = None
    scheduled_events: tuple[ScheduledEvent, ...] | None = None


Detail: TypeAlias = Literal["webhooks", "automod_rules", "onboarding", "welcome_screen", "scheduled_events"]
DETAILS: Sequence[Detail] = get_args(Detail)


class EmojiFields(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="emoji"
):
    """What to write; UNSET stays as it is. The picture can only be given when it is made."""

    name: str | UnsetType = UNSET
    role_ids: tuple[Snowflake, ...] | UnsetType = UNSET
    image: ImageHash | UnsetType = UNSET


class StickerFields(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="sticker"
):
    """As `EmojiFields`."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    tags: str | UnsetType = UNSET
    image: ImageHash | UnsetType = UNSET


class WebhookFields(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="webhook"
):
    name: str | UnsetType = UNSET
    channel_id: Snowflake | UnsetType = UNSET
    avatar: ImageHash | None | UnsetType = UNSET


class AutoModFields(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="automod_rule"
):
    """A rule's type of trigger cannot be changed."""

    name: str | UnsetType = UNSET
    event: AutoModEvent | UnsetType = UNSET
    trigger: AutoModTrigger | UnsetType = UNSET
    actions: tuple[AutoModAction, ...] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    exempt_role_ids: tuple[Snowflake, ...] | UnsetType = UNSET
    exempt_channel_ids: tuple[Snowflake, ...] | UnsetType = UNSET


class EventFields(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="scheduled_event"
):
    name: str | UnsetType = UNSET
    place: EventPlace | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    ends_at: datetime | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    channel_id: Snowflake | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    recurrence: Recurrence | None | UnsetType = UNSET
    image: ImageHash | None | UnsetType = UNSET


ResourceFields: TypeAlias = EmojiFields | StickerFields | WebhookFields | AutoModFields | EventFields
