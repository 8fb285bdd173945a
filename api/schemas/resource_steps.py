"""The steps of a plan that are about neither guild, role nor channel."""

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from api.schemas.resources import (
    AutoModAction,
    AutoModTrigger,
    Onboarding,
    Recurrence,
    Ref,
    WelcomeScreen,
    action_of,
    onboarding_of,
    recurrence_of,
    said_fields,
    trigger_of,
    welcome_screen_of,
)
from api.schemas.values import Snowflake, Time
from core.discord import resources
from core.discord.images import ImageHash
from core.discord.resources import AutoModEvent, EventPlace
from core.templates import plan as core


class EmojiWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="emoji"):
    """Only what is written."""

    name: str | UnsetType = UNSET
    role_ids: tuple[Ref, ...] | UnsetType = UNSET
    image: ImageHash | UnsetType = UNSET


class StickerWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="sticker"):
    """Only what is written; null clears."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    tags: str | UnsetType = UNSET
    image: ImageHash | UnsetType = UNSET


class WebhookWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """Only what is written; null clears."""

    name: str | UnsetType = UNSET
    channel_id: Ref | UnsetType = UNSET
    avatar: ImageHash | None | UnsetType = UNSET


class AutoModWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="automod_rule"):
    """Only what is written; lists are replaced as a whole."""

    name: str | UnsetType = UNSET
    event: AutoModEvent | UnsetType = UNSET
    trigger: AutoModTrigger | UnsetType = UNSET
    actions: tuple[AutoModAction, ...] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    exempt_role_ids: tuple[Ref, ...] | UnsetType = UNSET
    exempt_channel_ids: tuple[Ref, ...] | UnsetType = UNSET


class EventWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="scheduled_event"):
    """Only what is written; null clears."""

    name: str | UnsetType = UNSET
    place: EventPlace | UnsetType = UNSET
    starts_at: Time | UnsetType = UNSET
    ends_at: Time | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    channel_id: Ref | None | UnsetType = UNSET
    location: str | None | UnsetType = UNSET
    recurrence: Recurrence | None | UnsetType = UNSET
    image: ImageHash | None | UnsetType = UNSET


ResourceWrite: TypeAlias = EmojiWrite | StickerWrite | WebhookWrite | AutoModWrite | EventWrite


class CreateResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_resource"):
    """Makes the emoji, sticker, webhook, AutoMod rule or event of the document's node `key`."""

    id: str
    title: str
    key: str
    fields: ResourceWrite


class EditResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_resource"):
    """Writes one."""

    id: str
    title: str
    resource_id: Snowflake
    fields: ResourceWrite


class DeleteResource(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_resource"):
    """Deletes one, after every create has succeeded."""

    id: str
    title: str
    kind: Literal["emoji", "sticker", "webhook", "automod_rule", "scheduled_event"]
    resource_id: Snowflake


class SetOnboarding(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="set_onboarding"):
    """Replaces the onboarding, in one call."""

    id: str
    title: str
    onboarding: Onboarding


class SetWelcomeScreen(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="set_welcome_screen"):
    """Replaces the welcome screen, in one call."""

    id: str
    title: str
    screen: WelcomeScreen


ResourceStep = (
    core.CreateResource | core.EditResource | core.DeleteResource | core.SetOnboarding | core.SetWelcomeScreen
)


def resource_step(
    step: ResourceStep,
) -> CreateResource | EditResource | DeleteResource | SetOnboarding | SetWelcomeScreen:
    match step:
        case core.CreateResource():
            return CreateResource(id=step.id, title=step.title, key=step.key, fields=_written(step.fields))
        case core.EditResource():
            fields = _written(step.fields)
            return EditResource(id=step.id, title=step.title, resource_id=step.resource_id, fields=fields)
        case core.DeleteResource():
            return DeleteResource(id=step.id, title=step.title, kind=step.kind, resource_id=step.resource_id)
        case core.SetOnboarding():
            return SetOnboarding(id=step.id, title=step.title, onboarding=onboarding_of(step.onboarding))
        case core.SetWelcomeScreen():
            return SetWelcomeScreen(id=step.id, title=step.title, screen=welcome_screen_of(step.screen))


def _written(fields: resources.ResourceFields) -> ResourceWrite:
    said = said_fields(fields)
    match fields:
        case resources.EmojiFields():
            return EmojiWrite(**said)
        case resources.StickerFields():
            return StickerWrite(**said)
        case resources.WebhookFields():
            return WebhookWrite(**said)
        case resources.AutoModFields():
            if fields.trigger:
                said["trigger"] = trigger_of(fields.trigger)
            if fields.actions:
                said["actions"] = tuple(map(action_of, fields.actions))
            return AutoModWrite(**said)
        case resources.EventFields():
            if fields.recurrence:
                said["recurrence"] = recurrence_of(fields.recurrence)
            return EventWrite(**said)
