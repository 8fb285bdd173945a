"""The steps of a plan as HTTP shows them: a union told apart by `do`, with what each writes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.resource_steps import (
    CreateResource,
    DeleteResource,
    EditResource,
    ResourceStep,
    SetOnboarding,
    SetWelcomeScreen,
    resource_step,
)
from api.schemas.values import REF_PATTERN, Color, Permissions, Snowflake, color_of
from core.discord.gateway import ChannelFields, RoleFields
from core.discord.images import ImageHash
from core.discord.permissions import names_of
from core.discord.types import (
    ChannelType,
    ContentFilter,
    ForumLayout,
    ForumTag,
    Notifications,
    Overwrite,
    SortOrder,
    VerificationLevel,
    VideoQuality,
)
from core.templates import plan as core

Written: TypeAlias = Annotated[
    Literal["final", "meet"],
    Meta(
        description="`meet` is the tighter first write of what is written twice, so that no door opens meanwhile."
    ),
]
Ref: TypeAlias = Annotated[
    str,
    Meta(pattern=REF_PATTERN, description="A Discord id, or `$` and the key of a node made by this plan."),
]


class SettingsWrite(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is written; null clears."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    verification_level: VerificationLevel | UnsetType = UNSET
    notifications: Notifications | UnsetType = UNSET
    content_filter: ContentFilter | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    afk_channel_id: Ref | None | UnsetType = UNSET
    afk_timeout: int | UnsetType = UNSET
    system_channel_id: Ref | None | UnsetType = UNSET
    system_channel_flags: int | UnsetType = UNSET
    rules_channel_id: Ref | None | UnsetType = UNSET
    updates_channel_id: Ref | None | UnsetType = UNSET
    safety_channel_id: Ref | None | UnsetType = UNSET
    boost_progress_bar: bool | UnsetType = UNSET
    icon: ImageHash | None | UnsetType = UNSET
    banner: ImageHash | None | UnsetType = UNSET
    splash: ImageHash | None | UnsetType = UNSET
    discovery_splash: ImageHash | None | UnsetType = UNSET
    community: bool | UnsetType = UNSET


class RoleWrite(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is written; null clears."""

    name: str | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    secondary_color: Color | None | UnsetType = UNSET
    tertiary_color: Color | None | UnsetType = UNSET
    hoist: bool | UnsetType = UNSET
    mentionable: bool | UnsetType = UNSET
    unicode_emoji: str | None | UnsetType = UNSET
    icon: ImageHash | None | UnsetType = UNSET


class OverwriteWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a channel's whole new set."""

    kind: Literal["role", "member"]
    id: Ref
    allow: Permissions
    deny: Permissions


class TagWrite(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is null for a tag that does not exist yet."""

    id: Snowflake | None
    name: str
    moderated: bool
    emoji: str | None


class ChannelWrite(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is written; null clears. `overwrites` replaces the whole set."""

    type: ChannelType | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    parent_id: Ref | None | UnsetType = UNSET
    overwrites: tuple[OverwriteWrite, ...] | UnsetType = UNSET
    topic: str | None | UnsetType = UNSET
    nsfw: bool | UnsetType = UNSET
    slowmode: int | UnsetType = UNSET
    thread_slowmode: int | UnsetType = UNSET
    auto_archive: int | None | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET
    user_limit: int | UnsetType = UNSET
    region: str | None | UnsetType = UNSET
    video_quality: VideoQuality | UnsetType = UNSET
    tags: tuple[TagWrite, ...] | UnsetType = UNSET
    default_reaction: str | None | UnsetType = UNSET
    sort_order: SortOrder | None | UnsetType = UNSET
    layout: ForumLayout | UnsetType = UNSET
    require_tag: bool | UnsetType = UNSET
    hide_downloads: bool | UnsetType = UNSET


class EditGuild(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_guild"):
    """Writes settings of the guild itself."""

    id: str
    title: str
    fields: SettingsWrite


class CreateRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_role"):
    """Makes the role of the document's node `key`."""

    id: str
    title: str
    key: str
    fields: RoleWrite


class EditRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_role"):
    """Writes a role."""

    id: str
    title: str
    role_id: Snowflake
    fields: RoleWrite
    written: Written


class DeleteRole(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_role"):
    """Deletes a role, after every create has succeeded."""

    id: str
    title: str
    role_id: Snowflake


class OrderRoles(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="order_roles"):
    """Puts roles into their order, in one call."""

    id: str
    title: str
    positions: dict[str, int]


class CreateChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="create_channel"):
    """Makes the channel of the document's node `key`."""

    id: str
    title: str
    key: str
    fields: ChannelWrite


class EditChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="edit_channel"):
    """Writes a channel."""

    id: str
    title: str
    channel_id: Snowflake
    fields: ChannelWrite
    written: Written


class DeleteChannel(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="delete_channel"):
    """Deletes a channel, after every create has succeeded."""

    id: str
    title: str
    channel_id: Snowflake


class OrderChannels(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag="order_channels"):
    """Puts channels into their order, in one call."""

    id: str
    title: str
    positions: dict[str, int]


PlanStep: TypeAlias = (
    EditGuild
    | CreateRole
    | EditRole
    | DeleteRole
    | OrderRoles
    | CreateChannel
    | EditChannel
    | DeleteChannel
    | OrderChannels
    | CreateResource
    | EditResource
    | DeleteResource
    | SetOnboarding
    | SetWelcomeScreen
)


def step_of(step: core.Step) -> PlanStep:
    if isinstance(step, ResourceStep):
        return resource_step(step)
    match step:
        case core.EditGuild():
            return EditGuild(id=step.id, title=step.title, fields=SettingsWrite(**_said(step.fields)))
        case core.CreateRole():
            return CreateRole(id=step.id, title=step.title, key=step.key, fields=_role(step.fields))
        case core.EditRole():
            return EditRole(
                id=step.id,
                title=step.title,
                role_id=step.role_id,
                fields=_role(step.fields),
                written=step.written,
            )
        case core.DeleteRole():
            return DeleteRole(id=step.id, title=step.title, role_id=step.role_id)
        case _:
            return _channel_step(step)


def _channel_step(
    step: core.CreateChannel | core.EditChannel | core.DeleteChannel | core.OrderChannels | core.OrderRoles,
) -> PlanStep:
    match step:
        case core.OrderRoles():
            return OrderRoles(id=step.id, title=step.title, positions=step.positions)
        case core.CreateChannel():
            return CreateChannel(id=step.id, title=step.title, key=step.key, fields=_channel(step.fields))
        case core.EditChannel():
            return EditChannel(
                id=step.id,
                title=step.title,
                channel_id=step.channel_id,
                fields=_channel(step.fields),
                written=step.written,
            )
        case core.DeleteChannel():
            return DeleteChannel(id=step.id, title=step.title, channel_id=step.channel_id)
        case core.OrderChannels():
            return OrderChannels(id=step.id, title=step.title, positions=step.positions)


def _said(fields: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name in fields.__struct_fields__ if (value := getattr(fields, name)) is not UNSET}


def _role(fields: RoleFields) -> RoleWrite:
    said = _said(fields)
    if "permissions" in said:
        said["permissions"] = names_of(said["permissions"])
    return RoleWrite(**_with_colors(said))


def _with_colors(said: Mapping[str, Any]) -> dict[str, Any]:
    colors = {"color", "secondary_color", "tertiary_color"}
    return {
        name: color_of(value) if name in colors and value is not None else value
        for name, value in said.items()
    }


def _channel(fields: ChannelFields) -> ChannelWrite:
    said = _said(fields)
    if "overwrites" in said:
        said["overwrites"] = tuple(map(_overwrite, said["overwrites"]))
    if "tags" in said:
        said["tags"] = tuple(map(_tag, said["tags"]))
    return ChannelWrite(**said)


def _overwrite(overwrite: Overwrite) -> OverwriteWrite:
    return OverwriteWrite(
        kind=overwrite.kind, id=overwrite.id, allow=names_of(overwrite.allow), deny=names_of(overwrite.deny)
    )


def _tag(tag: ForumTag) -> TagWrite:
    return TagWrite(id=tag.id, name=tag.name, moderated=tag.moderated, emoji=tag.emoji)
