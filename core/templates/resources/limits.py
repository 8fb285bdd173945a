"""What stands against a plan's resources: Discord's limits while the steps are done, and the bot's permissions.

Limits: Discord documentation, Resources › Emoji, Sticker, Auto Moderation, Webhook, Guild Scheduled Event, Guild
(Onboarding); boost perks on Discord's support pages.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from msgspec import UNSET

from core.discord.permissions import Permission
from core.discord.resources import (
    AutoModFields,
    EmojiFields,
    EventFields,
    Onboarding,
    ResourceFields,
    ResourceKind,
    StickerFields,
    WebhookFields,
)
from core.discord.types import Snapshot, Snowflake
from core.templates.plan import (
    CreateResource,
    DeleteResource,
    EditResource,
    Notice,
    Ref,
    SetOnboarding,
    SetWelcomeScreen,
    Step,
)
from core.templates.resources.rules import DEFAULT_CHANNELS, MAX_EVENTS, MAX_RULES, MAX_WEBHOOKS

EMOJI_SLOTS = (50, 100, 150, 250)
STICKER_SLOTS = (5, 15, 30, 60)
WRITABLE_CHANNELS = 5
"""Of the default channels, in which everyone can write."""

ResourceStep = CreateResource | EditResource | DeleteResource | SetOnboarding | SetWelcomeScreen
RESOURCE_STEPS = (CreateResource, EditResource, DeleteResource, SetOnboarding, SetWelcomeScreen)
_WRITE = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES


def resource_misfits(
    steps: tuple[Step, ...],
    snapshot: Snapshot,
    *,
    is_community: bool,
    everyone_in: Callable[[Ref], int],
) -> Iterator[Notice]:
    """`everyone_in` gives what every member may do in a channel when all is done."""
    yield from _slots(steps, snapshot)
    yield from _automod(steps, snapshot)
    yield from _webhooks(steps, snapshot)
    yield from _events(steps, snapshot)
    for step in steps:
        if isinstance(step, SetOnboarding | SetWelcomeScreen) and not is_community:
            yield _needs_community("onboarding" if isinstance(step, SetOnboarding) else "welcome_screen")
        elif isinstance(step, SetOnboarding) and step.onboarding.enabled:
            yield from _reachable(step.onboarding, everyone_in)


def permissions_for(step: ResourceStep) -> Permission:
    """What the bot needs in the guild."""
    if isinstance(step, SetOnboarding):
        return Permission.MANAGE_GUILD | Permission.MANAGE_ROLES
    if isinstance(step, SetWelcomeScreen):
        return Permission.MANAGE_GUILD
    if isinstance(step, DeleteResource):
        return _MANAGES[step.kind]
    kind = resource_kind(step.fields)
    needed = (_CREATES if isinstance(step, CreateResource) else _MANAGES)[kind]
    if isinstance(step.fields, AutoModFields) and any(a.type == "timeout" for a in step.fields.actions or ()):
        needed |= Permission.MODERATE_MEMBERS
    return needed


def resource_kind(fields: ResourceFields) -> ResourceKind:
    return cast(ResourceKind, fields.__struct_config__.tag)


_MANAGES: Mapping[ResourceKind, Permission] = {
    "emoji": Permission.MANAGE_GUILD_EXPRESSIONS,
    "sticker": Permission.MANAGE_GUILD_EXPRESSIONS,
    "webhook": Permission.MANAGE_WEBHOOKS,
    "automod_rule": Permission.MANAGE_GUILD,
    "scheduled_event": Permission.MANAGE_EVENTS,
}
_CREATES: Mapping[ResourceKind, Permission] = {
    **_MANAGES,
    "emoji": Permission.CREATE_GUILD_EXPRESSIONS,
    "sticker": Permission.CREATE_GUILD_EXPRESSIONS,
    "scheduled_event": Permission.CREATE_EVENTS,
}


def channel_needs(step: Step) -> tuple[Ref, Permission] | None:
    """What the bot needs in a channel that the step points at, with the channel."""
    if not isinstance(step, CreateResource | EditResource):
        return None
    match step.fields:
        case WebhookFields(channel_id=str(channel)):
            return channel, Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS
        case EventFields(channel_id=str(channel), place="stage"):
            needed = Permission.MANAGE_CHANNELS | Permission.MUTE_MEMBERS | Permission.MOVE_MEMBERS
            return channel, Permission.VIEW_CHANNEL | needed
        case EventFields(channel_id=str(channel)):
            return channel, Permission.VIEW_CHANNEL | Permission.CONNECT
        case _:
            return None


def _slots(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    """Whether a new emoji moves is known of its picture only: here they count as what has more room."""
    tier = min(max(snapshot.premium_tier, 0), 3)
    emojis, stickers = _made(steps, EmojiFields), _made(steps, StickerFields)
    own = [emoji for emoji in snapshot.emojis or () if not emoji.managed]
    free = 2 * EMOJI_SLOTS[tier] - len(own)
    if emojis and emojis > free and "MORE_EMOJI" not in snapshot.features:
        yield _too_many(len(own) + emojis, 2 * EMOJI_SLOTS[tier], "emojis, still and animated ones together,")
    there = len(snapshot.stickers or ())
    if stickers and there + stickers > STICKER_SLOTS[tier] and "MORE_STICKERS" not in snapshot.features:
        yield _too_many(there + stickers, STICKER_SLOTS[tier], "stickers")


def _automod(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    made = Counter(
        step.fields.trigger.type
        for step in steps
        if isinstance(step, CreateResource) and isinstance(step.fields, AutoModFields) and step.fields.trigger
    )
    there = Counter(rule.trigger.type for rule in snapshot.automod_rules or ())
    for trigger, count in made.items():
        if there[trigger] + count > MAX_RULES[trigger]:
            yield _too_many(there[trigger] + count, MAX_RULES[trigger], f"AutoMod rules of type {trigger}")


def _webhooks(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    homes: dict[Snowflake, Ref] = {webhook.id: webhook.channel_id for webhook in snapshot.webhooks or ()}
    coming: Counter[Ref] = Counter()
    for step in steps:
        if isinstance(step, CreateResource | EditResource) and isinstance(step.fields, WebhookFields):
            channel = step.fields.channel_id
            if channel is not UNSET:
                coming[channel] += 1
    there = Counter(homes.values())
    names = {channel.id: channel.name for channel in snapshot.channels}
    for channel, count in coming.items():
        if there[channel] + count > MAX_WEBHOOKS:
            where = f"webhooks in “{names.get(channel, channel)}”"
            yield _too_many(there[channel] + count, MAX_WEBHOOKS, where)


def _events(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    there = sum(event.status in ("scheduled", "active") for event in snapshot.scheduled_events or ())
    made = _made(steps, EventFields)
    if made and there + made > MAX_EVENTS:
        yield _too_many(there + made, MAX_EVENTS, "events that are not over")


def _made(steps: tuple[Step, ...], fields: type) -> int:
    return sum(isinstance(step, CreateResource) and isinstance(step.fields, fields) for step in steps)


def _reachable(onboarding: Onboarding, everyone_in: Callable[[Ref], int]) -> Iterator[Notice]:
    """Discord documentation, Guild › Modify Guild Onboarding; in advanced mode the prompts' channels count, too."""
    channels = set(onboarding.default_channel_ids)
    if onboarding.mode == "advanced":
        options = (option for prompt in onboarding.prompts for option in prompt.options)
        channels |= {channel for option in options for channel in option.channel_ids}
    writable = sum(everyone_in(channel) & _WRITE == _WRITE for channel in channels)
    if len(channels) < DEFAULT_CHANNELS or writable < WRITABLE_CHANNELS:
        yield Notice(
            code="onboarding_channels",
            message=f"Enabled onboarding needs {DEFAULT_CHANNELS} default channels, {WRITABLE_CHANNELS} of which "
            f"everyone can write in; there are {len(channels)} and {writable}. Add to `onboarding.default_channels`, "
            "or say `onboarding.enabled: false`.",
        )


def _needs_community(section: str) -> Notice:
    return Notice(
        code="needs_community",
        message=f"`{section}` is something that only a Community server has: say `guild.community: true`, or leave it "
        "out.",
    )


def _too_many(count: int, limit: int, what: str) -> Notice:
    return Notice(
        code="too_many",
        message=f"There would be {count} {what} for a moment, and this server has room for {limit}: what is deleted is "
        "deleted last. Delete something by hand first, or take something out of the document.",
    )
