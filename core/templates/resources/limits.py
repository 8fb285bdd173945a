"""What stands against a plan's resources: Discord's limits while the steps are done.

Limits: Discord documentation, Resources › Auto Moderation, Webhook, Guild Scheduled Event, Guild (Onboarding), error
codes 30007, 30038 and 30058.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from core.discord.permissions import Permission
from core.discord.resources import (
    AutoModFields,
    AutoModTrigger,
    AutoModTriggerType,
    EventFields,
    Onboarding,
    WebhookFields,
)
from core.discord.types import Snapshot
from core.templates.plan import (
    CreateResource,
    EditResource,
    Notice,
    Ref,
    SetOnboarding,
    SetWelcomeScreen,
    Step,
)
from core.templates.resources.rules import (
    DEFAULT_CHANNELS,
    MAX_EVENTS,
    MAX_GUILD_WEBHOOKS,
    MAX_RULES,
    MAX_WEBHOOKS,
)
from core.templates.resources.slots import crowded, too_many, unlike

WRITABLE_CHANNELS = 5
"""Of the default channels, in which everyone can write."""

Everyone: TypeAlias = Callable[[Ref], int]
"""What every member may do in a channel."""
_WRITE = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES


def resource_misfits(
    steps: tuple[Step, ...],
    snapshot: Snapshot,
    *,
    is_community: bool,
    everyone_in: Everyone,
    keys: Mapping[Ref, str],
) -> Iterator[Notice]:
    """`everyone_in` gives what every member may do in a channel when all is done, `keys` those of nodes."""
    yield from crowded(steps, snapshot)
    yield from unlike(steps, snapshot, keys)
    yield from _automod(steps, snapshot)
    yield from _webhooks(steps, snapshot, keys)
    yield from _events(steps, snapshot)
    for step in steps:
        if isinstance(step, SetOnboarding | SetWelcomeScreen) and not is_community:
            yield _needs_community("onboarding" if isinstance(step, SetOnboarding) else "welcome_screen")
        elif isinstance(step, SetOnboarding) and step.onboarding.enabled:
            yield from _reachable(step.onboarding, everyone_in)


def _automod(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    made: dict[AutoModTriggerType, list[str]] = {}
    for step in steps:
        match step:
            case CreateResource(fields=AutoModFields(trigger=AutoModTrigger(type=trigger)), key=key):
                made.setdefault(trigger, []).append(key)
            case _:
                pass
    there = Counter(rule.trigger.type for rule in snapshot.automod_rules or ())
    for trigger, keys in made.items():
        yield from too_many(keys, there[trigger], MAX_RULES[trigger], f"AutoMod rules of type {trigger}")


def _webhooks(steps: tuple[Step, ...], snapshot: Snapshot, keys: Mapping[Ref, str]) -> Iterator[Notice]:
    present = snapshot.webhooks or ()
    coming: dict[Ref, list[str | None]] = {}
    for step in steps:
        match step:
            case CreateResource(fields=WebhookFields(channel_id=str(channel)), key=key):
                coming.setdefault(channel, []).append(key)
            case EditResource(fields=WebhookFields(channel_id=str(channel)), resource_id=webhook):
                coming.setdefault(channel, []).append(keys.get(webhook))
            case _:
                pass
    yield from too_many(_made(steps, WebhookFields), len(present), MAX_GUILD_WEBHOOKS, "webhooks")
    if not coming:
        return
    there = Counter(webhook.channel_id for webhook in present)
    names = {channel.id: channel.name for channel in snapshot.channels}
    for channel, nodes in coming.items():
        where = f"webhooks in “{names.get(channel, channel)}”"
        yield from too_many(nodes, there[channel], MAX_WEBHOOKS, where)


def _events(steps: tuple[Step, ...], snapshot: Snapshot) -> Iterator[Notice]:
    there = sum(event.status in ("scheduled", "active") for event in snapshot.scheduled_events or ())
    yield from too_many(_made(steps, EventFields), there, MAX_EVENTS, "events that are not over")


def _made(steps: tuple[Step, ...], fields: type) -> list[str]:
    return [
        step.key for step in steps if isinstance(step, CreateResource) and isinstance(step.fields, fields)
    ]


def _reachable(onboarding: Onboarding, everyone_in: Everyone) -> Iterator[Notice]:
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
