"""What a file of Discord's server template holds, as far as a document has words for it.

Source: Discord documentation, Resources › Guild Template, and the objects `GuildTemplate…Response` of its OpenAPI
document.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

Id: TypeAlias = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Text: TypeAlias = str | None | UnsetType
Number: TypeAlias = int | None | UnsetType


class NativeColors(msgspec.Struct, frozen=True, kw_only=True):
    primary_color: int = 0
    secondary_color: int | None = None
    tertiary_color: int | None = None


class NativeRole(msgspec.Struct, frozen=True, kw_only=True):
    """`permissions_new` wins over `permissions`, which older files give as a number."""

    id: Id
    name: Name
    permissions: Id = 0
    permissions_new: Id | None = None
    color: int = 0
    colors: NativeColors | None = None
    hoist: bool = False
    mentionable: bool = False
    icon: str | None = None
    unicode_emoji: Text = UNSET


class NativeOverwrite(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    type: int | str
    allow: Id = 0
    deny: Id = 0
    allow_new: Id | None = None
    deny_new: Id | None = None


class NativeEmoji(msgspec.Struct, frozen=True, kw_only=True):
    emoji_id: Id | None = None
    emoji_name: str | None = None


class NativeTag(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=50)]
    emoji_id: Id | None = None
    emoji_name: str | None = None
    moderated: bool | None = None


class NativeChannel(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    type: int
    name: Name
    position: int | None = None
    parent_id: Id | None = None
    permission_overwrites: tuple[NativeOverwrite, ...] = ()
    topic: Text = UNSET
    nsfw: bool | None = None
    bitrate: int | None = None
    user_limit: int | None = None
    rate_limit_per_user: int | None = None
    default_thread_rate_limit_per_user: int | None = None
    default_auto_archive_duration: Number = UNSET
    available_tags: tuple[NativeTag, ...] | None = None
    default_reaction_emoji: NativeEmoji | None | UnsetType = UNSET
    default_sort_order: Annotated[int, Meta(ge=0, le=1)] | None | UnsetType = UNSET
    default_forum_layout: Annotated[int, Meta(ge=0, le=2)] | None = None


class NativeGuild(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=2, max_length=100)]
    description: Text = UNSET
    verification_level: Annotated[int, Meta(ge=0, le=4)] | UnsetType = UNSET
    default_message_notifications: Annotated[int, Meta(ge=0, le=1)] | UnsetType = UNSET
    explicit_content_filter: Annotated[int, Meta(ge=0, le=2)] | UnsetType = UNSET
    preferred_locale: str | UnsetType = UNSET
    afk_channel_id: Id | None | UnsetType = UNSET
    afk_timeout: int | UnsetType = UNSET
    system_channel_id: Id | None | UnsetType = UNSET
    system_channel_flags: int | UnsetType = UNSET
    roles: tuple[NativeRole, ...] = ()
    channels: tuple[NativeChannel, ...] = ()
