"""Plans as HTTP shows them. A reference is a Discord id, or `$` and the key of a node that the same plan creates."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.templates import Notice, notice_of
from api.schemas.values import Color, Permissions, Snowflake, Time, color_of
from core.discord.gateway import ChannelFields, RoleFields
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
from core.templates.schemas import StoredPlan

Mode: TypeAlias = Literal["merge", "exact"]
Action: TypeAlias = Literal["keep", "create", "edit", "move", "delete"]
Written: TypeAlias = Annotated[
    Literal["final", "meet"],
    Meta(
        description="`meet` is the tighter first write of what is written twice, so that no door opens meanwhile."
    ),
]
Ref: TypeAlias = Annotated[
    str, Meta(description="A Discord id, or `$` and the key of a node made by this plan.")
]
MaxDeletes: TypeAlias = Annotated[
    int, Meta(ge=0, le=750, description="A plan that deletes more than this is blocked.")
]


class CreatePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`merge` leaves alone what the document does not name; `exact` deletes it, which needs `confirm_destructive`."""

    template_id: uuid.UUID
    version: Annotated[int, Meta(ge=1, description="The newest one if it is left out.")] | None = None
    mode: Mode = "merge"
    confirm_destructive: bool = False
    max_deletes: MaxDeletes = 750


class CreateRollback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan back to a snapshot; it is applied like any other."""

    snapshot_id: uuid.UUID
    max_deletes: MaxDeletes = 750


class ApplyPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`hash` is the plan's as you saw it: another one is refused."""

    hash: str | None = None


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
)


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field as people read it."""

    field: str
    before: str | None
    after: str | None


class PlanNode(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is null for what the document does not name, `id` for what does not exist yet; `type` is a channel's."""

    kind: Literal["guild", "role", "channel"]
    action: Action
    name: str
    key: str | None
    id: Snowflake | None
    type: ChannelType | None
    changes: tuple[FieldChange, ...]
    children: tuple["PlanNode", ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make a guild equal to a document or a snapshot. Equal plans have equal hashes; one with
    blockers cannot be applied; one without steps says that nothing is to be done."""

    id: uuid.UUID
    guild_id: Snowflake
    guild_revision: int
    template_id: uuid.UUID | None
    version: int | None
    snapshot_id: Annotated[uuid.UUID | None, Meta(description="Of a rollback.")]
    mode: Mode
    confirm_destructive: bool
    max_deletes: int
    hash: str
    is_empty: bool
    calls: Annotated[int, Meta(description="How many calls to Discord it takes.")]
    expected_seconds: float
    blockers: tuple[Notice, ...]
    warnings: tuple[Notice, ...]
    tree: Annotated[
        tuple[PlanNode, ...], Meta(description="The whole guild to look at, what is kept included.")
    ]
    steps: Annotated[tuple[PlanStep, ...], Meta(description="In the order to do them.")]
    matched: Annotated[
        dict[str, Snowflake], Meta(description="Keys of the document and the ids they have here.")
    ]
    job_id: Annotated[uuid.UUID | None, Meta(description="The job that applies it, once one was asked for.")]
    created_at: Time


def options_of(wanted: CreatePlan) -> core.PlanOptions:
    return core.PlanOptions(
        mode=wanted.mode, confirm_destructive=wanted.confirm_destructive, max_deletes=wanted.max_deletes
    )


def plan_of(stored: StoredPlan) -> Plan:
    plan, options = stored.plan, stored.options
    return Plan(
        id=stored.id,
        guild_id=stored.guild_id,
        guild_revision=stored.guild_revision,
        template_id=stored.template_id,
        version=stored.version,
        snapshot_id=stored.snapshot_id,
        mode=options.mode,
        confirm_destructive=options.confirm_destructive,
        max_deletes=options.max_deletes,
        hash=plan.hash,
        is_empty=plan.is_empty,
        calls=plan.calls,
        expected_seconds=plan.expected_seconds,
        blockers=tuple(map(notice_of, plan.blockers)),
        warnings=tuple(map(notice_of, plan.warnings)),
        tree=tuple(map(_node, plan.tree)),
        steps=tuple(map(step_of, plan.steps)),
        matched=plan.matched,
        job_id=stored.job_id,
        created_at=stored.created_at,
    )


def step_of(step: core.Step) -> PlanStep:
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
        case core.OrderRoles():
            return OrderRoles(id=step.id, title=step.title, positions=step.positions)
        case _:
            return _channel_step(step)


def _channel_step(
    step: core.CreateChannel | core.EditChannel | core.DeleteChannel | core.OrderChannels,
) -> PlanStep:
    match step:
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


def _node(node: core.PlanNode) -> PlanNode:
    return PlanNode(
        kind=node.kind,
        action=node.action,
        name=node.name,
        key=node.key,
        id=node.id,
        type=None if node.type is None else msgspec.convert(node.type, ChannelType),
        changes=tuple(FieldChange(field=c.field, before=c.before, after=c.after) for c in node.changes),
        children=tuple(map(_node, node.children)),
    )
