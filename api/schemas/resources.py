"""What a guild has beside settings, roles and channels, as HTTP shows it."""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta

from api.schemas.values import REF_PATTERN, Snowflake, Time
from core.discord import resources, types
from core.discord.images import AssetPath, ImageHash
from core.discord.resources import (
    AutoModActionType,
    AutoModEvent,
    AutoModPreset,
    AutoModTriggerType,
    EventPlace,
    EventStatus,
    OnboardingMode,
    PromptType,
    StickerFormat,
)
from core.templates.resources.pictures import picture_of

Ref: TypeAlias = Annotated[
    str,
    Meta(pattern=REF_PATTERN, description="A Discord id, or `$` and the key of a node made by this plan."),
]
EmojiRef: TypeAlias = Annotated[
    str,
    Meta(description="A unicode emoji, the id of a custom one, or `$` and the key of one made by this plan."),
]
Content: TypeAlias = Annotated[ImageHash | None, Meta(description="What it shows; null where nobody knows.")]


class Emoji(msgspec.Struct, frozen=True, kw_only=True):
    """`role_ids`: who may use it; everybody where it is empty."""

    id: Snowflake
    name: str
    role_ids: tuple[Snowflake, ...]
    animated: bool
    managed: bool
    available: bool
    image: Content


class Sticker(msgspec.Struct, frozen=True, kw_only=True):
    id: Snowflake
    name: str
    format: StickerFormat
    description: str | None
    tags: str
    available: bool
    image: Content


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Without its URL, which is a secret."""

    id: Snowflake
    channel_id: Snowflake
    name: str
    avatar: str | None
    image: Content


class AutoModTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """What sets a rule off. `patterns` are regular expressions; `mentions` count in a message."""

    type: AutoModTriggerType
    keywords: tuple[str, ...]
    patterns: tuple[str, ...]
    allowed: tuple[str, ...]
    presets: tuple[AutoModPreset, ...]
    mentions: int | None
    raid_protection: bool


class AutoModAction(msgspec.Struct, frozen=True, kw_only=True):
    """`channel_id` is that of an alert; `seconds` those of a time-out."""

    type: AutoModActionType
    channel_id: Ref | None
    seconds: int | None
    message: str | None


class AutoModRule(msgspec.Struct, frozen=True, kw_only=True):
    id: Snowflake
    name: str
    event: AutoModEvent
    trigger: AutoModTrigger
    actions: tuple[AutoModAction, ...]
    enabled: bool
    exempt_role_ids: tuple[Snowflake, ...]
    exempt_channel_ids: tuple[Snowflake, ...]


class OnboardingOption(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is null for one that does not exist yet."""

    id: Snowflake | None
    title: str
    description: str | None
    emoji: EmojiRef | None
    role_ids: tuple[Ref, ...]
    channel_ids: tuple[Ref, ...]


class OnboardingPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is null for one that does not exist yet."""

    id: Snowflake | None
    title: str
    type: PromptType
    single_select: bool
    required: bool
    in_onboarding: bool
    options: tuple[OnboardingOption, ...]


class Onboarding(msgspec.Struct, frozen=True, kw_only=True):
    enabled: bool
    mode: OnboardingMode
    default_channel_ids: tuple[Ref, ...]
    prompts: tuple[OnboardingPrompt, ...]


class WelcomeChannel(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: Ref
    description: str
    emoji: EmojiRef | None


class WelcomeScreen(msgspec.Struct, frozen=True, kw_only=True):
    enabled: bool
    description: str | None
    channels: tuple[WelcomeChannel, ...]


class WeekdayOfMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The n-th (1 to 5) such day of a month; 0 is Monday."""

    n: int
    day: int


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """Discord's recurrence rule in its own numbers."""

    start: Time
    frequency: int
    interval: int
    by_weekday: tuple[int, ...]
    by_n_weekday: tuple[WeekdayOfMonth, ...]
    by_month: tuple[int, ...]
    by_month_day: tuple[int, ...]


class ScheduledEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`channel_id` is where a stage or voice event takes place, `location` where an external one does."""

    id: Snowflake
    name: str
    place: EventPlace
    starts_at: Time
    ends_at: Time | None
    status: EventStatus
    description: str | None
    channel_id: Snowflake | None
    location: str | None
    recurrence: Recurrence | None
    image: Content


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What is null was not read, and nothing is known of it."""

    emojis: tuple[Emoji, ...] | None
    stickers: tuple[Sticker, ...] | None
    webhooks: tuple[Webhook, ...] | None
    automod_rules: tuple[AutoModRule, ...] | None
    scheduled_events: tuple[ScheduledEvent, ...] | None
    onboarding: Onboarding | None
    welcome_screen: WelcomeScreen | None


def resources_of(guild: types.Snapshot) -> Resources:
    images = guild.images
    return Resources(
        emojis=None if guild.emojis is None else tuple(_shown(Emoji, e, images) for e in guild.emojis),
        stickers=None
        if guild.stickers is None
        else tuple(_shown(Sticker, s, images) for s in guild.stickers),
        webhooks=None
        if guild.webhooks is None
        else tuple(_shown(Webhook, w, images) for w in guild.webhooks),
        automod_rules=None if guild.automod_rules is None else tuple(map(_rule, guild.automod_rules)),
        scheduled_events=None
        if guild.scheduled_events is None
        else tuple(_event(event, images) for event in guild.scheduled_events),
        onboarding=None if guild.onboarding is None else onboarding_of(guild.onboarding),
        welcome_screen=None if guild.welcome_screen is None else welcome_screen_of(guild.welcome_screen),
    )


def onboarding_of(onboarding: resources.Onboarding) -> Onboarding:
    return Onboarding(
        enabled=onboarding.enabled,
        mode=onboarding.mode,
        default_channel_ids=onboarding.default_channel_ids,
        prompts=tuple(
            OnboardingPrompt(
                id=prompt.id,
                title=prompt.title,
                type=prompt.type,
                single_select=prompt.single_select,
                required=prompt.required,
                in_onboarding=prompt.in_onboarding,
                options=tuple(OnboardingOption(**_fields(OnboardingOption, o)) for o in prompt.options),
            )
            for prompt in onboarding.prompts
        ),
    )


def welcome_screen_of(screen: resources.WelcomeScreen) -> WelcomeScreen:
    return WelcomeScreen(
        enabled=screen.enabled,
        description=screen.description,
        channels=tuple(WelcomeChannel(**_fields(WelcomeChannel, c)) for c in screen.channels),
    )


def trigger_of(trigger: resources.AutoModTrigger) -> AutoModTrigger:
    return AutoModTrigger(**_fields(AutoModTrigger, trigger))


def action_of(action: resources.AutoModAction) -> AutoModAction:
    return AutoModAction(**_fields(AutoModAction, action))


def recurrence_of(rule: resources.Recurrence | None) -> Recurrence | None:
    if rule is None:
        return None
    fields: dict[str, Any] = _fields(Recurrence, rule)
    fields["by_n_weekday"] = tuple(WeekdayOfMonth(n=n, day=day) for n, day in rule.by_n_weekday)
    return Recurrence(**fields)


def _rule(rule: resources.AutoModRule) -> AutoModRule:
    said = _fields(AutoModRule, rule)
    said |= {"trigger": trigger_of(rule.trigger), "actions": tuple(map(action_of, rule.actions))}
    return AutoModRule(**said)


def _event(event: resources.ScheduledEvent, images: dict[AssetPath, ImageHash]) -> ScheduledEvent:
    said = _fields(ScheduledEvent, event)
    said |= {"recurrence": recurrence_of(event.recurrence), "image": images.get(picture_of(event) or "")}
    return ScheduledEvent(**said)


def _shown(struct: Any, resource: resources.Resource, images: dict[AssetPath, ImageHash]) -> Any:
    return struct(**{**_fields(struct, resource), "image": images.get(picture_of(resource) or "")})


def _fields(struct: Any, value: msgspec.Struct) -> dict[str, Any]:
    """Those of the same name."""
    return {name: getattr(value, name, None) for name in struct.__struct_fields__}


def said_fields(fields: msgspec.Struct) -> dict[str, Any]:
    """What a step writes."""
    return {name: value for name in fields.__struct_fields__ if (value := getattr(fields, name)) is not UNSET}
