"""A guild's structure to read: roles from the highest down, channels as a tree in the order of Discord's client."""

import uuid
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.guilds import SnapshotReason
from api.schemas.resources import Resources, resources_of
from api.schemas.values import Bits, Color, Permissions, Snowflake, Time, color_of
from core.discord import types
from core.discord.permissions import names_of
from core.discord.types import (
    ChannelType,
    ContentFilter,
    ForumLayout,
    Notifications,
    SortOrder,
    VerificationLevel,
    VideoQuality,
)
from core.guilds import schemas as core
from core.templates.capture import child_rank
from core.templates.documents.channels import CHILD_STRUCTS


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the guild itself. `afk_timeout` is in seconds; `system_channel_flags` is Discord's bit field of
    notices that are not shown. Pictures are Discord's names for them."""

    name: str
    description: str | None
    verification_level: VerificationLevel
    notifications: Notifications
    content_filter: ContentFilter
    locale: str
    afk_channel_id: Snowflake | None
    afk_timeout: int
    system_channel_id: Snowflake | None
    system_channel_flags: int
    rules_channel_id: Snowflake | None
    updates_channel_id: Snowflake | None
    safety_channel_id: Snowflake | None
    boost_progress_bar: bool
    icon: str | None
    banner: str | None
    splash: str | None
    discovery_splash: str | None


class StructureRole(msgspec.Struct, frozen=True, kw_only=True):
    """`permission_bits` is Discord's whole bit field, bits without a name included."""

    id: Snowflake
    name: str
    position: int
    permissions: Permissions
    permission_bits: Bits
    color: Color
    secondary_color: Color | None
    tertiary_color: Color | None
    hoist: bool
    mentionable: bool
    managed: Annotated[bool, Meta(description="An integration owns it.")]
    icon: str | None
    unicode_emoji: str | None
    bot_id: Snowflake | None


class StructureOverwrite(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the role's; members are known by id alone."""

    kind: Literal["role", "member"]
    id: Snowflake
    name: str | None
    allow: Permissions
    deny: Permissions
    allow_bits: Bits
    deny_bits: Bits


class StructureTag(msgspec.Struct, frozen=True, kw_only=True):
    """`emoji` is a unicode emoji or a custom emoji's id."""

    id: Snowflake | None
    name: str
    moderated: bool
    emoji: str | None


class StructureChannel(msgspec.Struct, frozen=True, kw_only=True):
    """`synced` tells whether the overwrites equal the category's. A setting that the type does not have is left out.
    Times are in seconds, `auto_archive` in minutes, `bitrate` in bits per second."""

    id: Snowflake
    type: ChannelType
    name: str
    position: int
    parent_id: Snowflake | None
    synced: bool
    overwrites: tuple[StructureOverwrite, ...]
    topic: str | None | UnsetType = UNSET
    nsfw: bool | UnsetType = UNSET
    slowmode: int | UnsetType = UNSET
    thread_slowmode: int | UnsetType = UNSET
    auto_archive: int | None | UnsetType = UNSET
    bitrate: int | None | UnsetType = UNSET
    user_limit: int | UnsetType = UNSET
    region: str | None | UnsetType = UNSET
    video_quality: VideoQuality | UnsetType = UNSET
    tags: tuple[StructureTag, ...] | UnsetType = UNSET
    default_reaction: str | None | UnsetType = UNSET
    sort_order: SortOrder | None | UnsetType = UNSET
    layout: ForumLayout | UnsetType = UNSET
    require_tag: bool | UnsetType = UNSET
    hide_downloads: bool | UnsetType = UNSET
    channels: Annotated[
        "tuple[StructureChannel, ...] | UnsetType", Meta(description="A category's channels.")
    ] = UNSET


class StructureBot(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot may do in the guild. It can touch roles below `top_role_id`."""

    user_id: Snowflake
    permissions: Permissions
    top_role_id: Snowflake


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    guild_id: Snowflake
    owner_id: Snowflake
    premium_tier: Annotated[int, Meta(description="Boost tier, 0 to 3.")]
    features: Annotated[tuple[str, ...], Meta(description="Discord's own words.")]
    settings: Settings
    roles: tuple[StructureRole, ...]
    channels: tuple[StructureChannel, ...]
    resources: Resources


class Structure(Layout, frozen=True, kw_only=True):
    """The guild as the bot last told of it."""

    revision: int
    seen_at: Time
    bot: StructureBot


class Snapshot(Layout, frozen=True, kw_only=True):
    """What a guild looked like at one moment."""

    id: uuid.UUID
    reason: SnapshotReason
    job_id: uuid.UUID | None
    label: str | None
    notes: Annotated[tuple[str, ...], Meta(description="What could not be read.")]
    members: Annotated[int | None, Meta(description="Of how many members the roles are kept with it.")]
    created_at: Time


def structure_of(view: core.GuildView) -> Structure:
    return Structure(
        **_layout(view.structure),
        revision=view.guild.revision,
        seen_at=view.guild.seen_at,
        bot=StructureBot(
            user_id=view.powers.user_id,
            permissions=names_of(view.powers.permissions),
            top_role_id=view.powers.top_role_id,
        ),
    )


def snapshot_of(stored: core.SnapshotContent) -> Snapshot:
    return Snapshot(
        **_layout(stored.content),
        id=stored.info.id,
        reason=stored.info.reason,
        job_id=stored.info.job_id,
        label=stored.info.label,
        notes=stored.info.notes,
        members=stored.info.members,
        created_at=stored.info.created_at,
    )


def _layout(guild: types.Snapshot) -> dict[str, Any]:
    settings = {name: getattr(guild.settings, name) for name in Settings.__struct_fields__}
    return {
        "guild_id": guild.guild_id,
        "owner_id": guild.owner_id,
        "premium_tier": guild.premium_tier,
        "features": tuple(sorted(guild.features)),
        "settings": Settings(**settings),
        "roles": tuple(map(_role, sorted(guild.roles, key=types.role_rank, reverse=True))),
        "channels": _Tree(guild).channels(),
        "resources": resources_of(guild),
    }


def _role(role: types.Role) -> StructureRole:
    return StructureRole(
        id=role.id,
        name=role.name,
        position=role.position,
        permissions=names_of(role.permissions),
        permission_bits=str(role.permissions),
        color=color_of(role.color),
        secondary_color=None if role.secondary_color is None else color_of(role.secondary_color),
        tertiary_color=None if role.tertiary_color is None else color_of(role.tertiary_color),
        hoist=role.hoist,
        mentionable=role.mentionable,
        managed=role.managed,
        icon=role.icon,
        unicode_emoji=role.unicode_emoji,
        bot_id=role.bot_id,
    )


class _Tree:
    """Channels in display order: those without a category first, then each category with its own."""

    def __init__(self, guild: types.Snapshot) -> None:
        self._categories = {c.id: c for c in guild.channels if c.type == "category"}
        self._children: dict[str | None, list[types.Channel]] = {}
        for channel in guild.channels:
            if channel.type != "category":
                parent = channel.parent_id if channel.parent_id in self._categories else None
                self._children.setdefault(parent, []).append(channel)
        self._role_names = {role.id: role.name for role in guild.roles}

    def channels(self) -> tuple[StructureChannel, ...]:
        categories = sorted(self._categories.values(), key=types.channel_rank)
        return (*self._under(None), *(self._channel(category) for category in categories))

    def _under(self, parent: str | None) -> tuple[StructureChannel, ...]:
        return tuple(
            self._channel(channel) for channel in sorted(self._children.get(parent, ()), key=child_rank)
        )

    def _channel(self, channel: types.Channel) -> StructureChannel:
        parent = self._categories.get(channel.parent_id or "")
        own = types.normalised(channel.overwrites)
        return StructureChannel(
            id=channel.id,
            type=channel.type,
            name=channel.name,
            position=channel.position,
            parent_id=channel.parent_id,
            synced=parent is not None and own == types.normalised(parent.overwrites),
            overwrites=tuple(self._overwrite(overwrite) for overwrite in own),
            channels=self._under(channel.id) if channel.type == "category" else UNSET,
            **_settings(channel),
        )

    def _overwrite(self, overwrite: types.Overwrite) -> StructureOverwrite:
        return StructureOverwrite(
            kind=overwrite.kind,
            id=overwrite.id,
            name=self._role_names.get(overwrite.id) if overwrite.kind == "role" else None,
            allow=names_of(overwrite.allow),
            deny=names_of(overwrite.deny),
            allow_bits=str(overwrite.allow),
            deny_bits=str(overwrite.deny),
        )


def _settings(channel: types.Channel) -> dict[str, Any]:
    """Those that its type has; a category has none."""
    if channel.type == "category":
        return {}
    known = set(CHILD_STRUCTS[channel.type].__struct_fields__) & _SETTINGS
    shown = {name: getattr(channel, name) for name in known}
    if "tags" in shown:
        shown["tags"] = tuple(map(_tag, channel.tags))
    return shown


def _tag(tag: types.ForumTag) -> StructureTag:
    return StructureTag(id=tag.id, name=tag.name, moderated=tag.moderated, emoji=tag.emoji)


_SETTINGS = {
    field.name
    for field in msgspec.structs.fields(StructureChannel)
    if field.default is UNSET and field.name != "channels"
}
