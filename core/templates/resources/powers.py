"""What it takes to write a resource: permissions in the server, and in the channel that it is in or comes into.

Discord documentation, Resources › Emoji, Sticker, Auto Moderation, Webhook, Guild Scheduled Event (Permission
Requirements), Guild (Onboarding).
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

from core.discord.permissions import Permission
from core.discord.resources import (
    AutoModFields,
    EventFields,
    EventPlace,
    ResourceFields,
    ResourceKind,
    ScheduledEvent,
    Webhook,
    WebhookFields,
)
from core.discord.types import Snapshot, Snowflake
from core.templates.plan import (
    CreateResource,
    DeleteResource,
    EditResource,
    Ref,
    SetOnboarding,
    SetWelcomeScreen,
    Step,
)

ResourceStep = CreateResource | EditResource | DeleteResource | SetOnboarding | SetWelcomeScreen
RESOURCE_STEPS = (CreateResource, EditResource, DeleteResource, SetOnboarding, SetWelcomeScreen)
InChannels: TypeAlias = Mapping[Snowflake, Webhook | ScheduledEvent]
"""What is in channels, by id."""
Needs: TypeAlias = tuple[Ref, Permission]

_STOPS_MEMBERS = ("timeout", "block_member_interaction")
_AT_PLACES: Mapping[EventPlace, Permission] = {
    "stage": Permission.MANAGE_CHANNELS | Permission.MUTE_MEMBERS | Permission.MOVE_MEMBERS,
    "voice": Permission.CONNECT,
    "external": Permission(0),
}
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
    if isinstance(step.fields, AutoModFields) and any(
        action.type in _STOPS_MEMBERS for action in step.fields.actions or ()
    ):
        needed |= Permission.MODERATE_MEMBERS
    return needed


def resource_kind(fields: ResourceFields) -> ResourceKind:
    return cast(ResourceKind, fields.__struct_config__.tag)


def in_channels(snapshot: Snapshot) -> InChannels:
    """As far as they were read."""
    found = (*(snapshot.webhooks or ()), *(snapshot.scheduled_events or ()))
    return {resource.id: resource for resource in found}


def channel_needs(step: Step, there: InChannels) -> Iterator[Needs]:
    """What the bot needs in channels for it, where it is about a webhook or an event in one."""
    match step:
        case DeleteResource():
            yield from _where_it_is(there.get(step.resource_id))
        case EditResource():
            present = there.get(step.resource_id)
            yield from _where_it_is(present)
            yield from _where_it_comes(step.fields, present, Permission.MANAGE_EVENTS)
        case CreateResource():
            yield from _where_it_comes(step.fields, None, Permission.CREATE_EVENTS)
        case _:
            pass


def _where_it_is(present: Webhook | ScheduledEvent | None) -> Iterator[Needs]:
    match present:
        case Webhook(channel_id=channel):
            yield channel, Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS
        case ScheduledEvent(channel_id=str(channel), place=place):
            yield channel, Permission.VIEW_CHANNEL | Permission.MANAGE_EVENTS | _AT_PLACES[place]
        case _:
            pass


def _where_it_comes(
    fields: ResourceFields, present: Webhook | ScheduledEvent | None, events: Permission
) -> Iterator[Needs]:
    match fields:
        case WebhookFields(channel_id=str(channel)):
            yield channel, Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS
        case EventFields(channel_id=str(channel), place=place):
            was = present.place if isinstance(present, ScheduledEvent) else "voice"
            yield channel, Permission.VIEW_CHANNEL | events | _AT_PLACES[place or was]
        case _:
            pass
