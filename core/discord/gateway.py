"""What we want from Discord, in our words. `bot/gateway.py` alone says it to the library (law 7).

Every write takes the audit log's reason (1-512 characters). Every method raises the errors of `core.discord.errors`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from core.discord.audit import AuditGateway
from core.discord.direct import DirectGateway
from core.discord.images import AssetPath, Image, ImageHash
from core.discord.members import ChannelGateway, MemberGateway
from core.discord.messages import MessageGateway
from core.discord.pace import Pace
from core.discord.resources import (
    DETAILS,
    Detail,
    GuildDetails,
    Onboarding,
    ResourceFields,
    ResourceKind,
    WelcomeScreen,
)
from core.discord.types import (
    BotPowers,
    ChannelType,
    ContentFilter,
    ForumLayout,
    ForumTag,
    Notifications,
    Overwrite,
    Snapshot,
    Snowflake,
    SortOrder,
    VerificationLevel,
    VideoQuality,
)

Made: TypeAlias = Literal["role", "channel"] | ResourceKind
Pictures: TypeAlias = Mapping[ImageHash, Image]
"""The content of every picture that the fields beside it name."""
NO_PICTURES: Pictures = MappingProxyType({})


class RoleFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to write to a role; UNSET stays as it is (on create: Discord's default). Units as in `Role`."""

    name: str | UnsetType = UNSET
    permissions: int | UnsetType = UNSET
    color: int | UnsetType = UNSET
    secondary_color: int | None | UnsetType = UNSET
    tertiary_color: int | None | UnsetType = UNSET
    hoist: bool | UnsetType = UNSET
    mentionable: bool | UnsetType = UNSET
    unicode_emoji: str | None | UnsetType = UNSET
    icon: ImageHash | None | UnsetType = UNSET


class ChannelFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to write to a channel; UNSET stays as it is, None clears. `overwrites` replaces the whole set.

    Units as in `Channel`. `type` can only be written on create, and between text and announcement.
    """

    type: ChannelType | UnsetType = UNSET
    name: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    parent_id: Snowflake | None | UnsetType = UNSET
    overwrites: tuple[Overwrite, ...] | UnsetType = UNSET
    topic: str | None | UnsetType = UNSET
    nsfw: bool | UnsetType = UNSET
    slowmode: int | UnsetType = UNSET
    thread_slowmode: int | UnsetType = UNSET
    auto_archive: int | None | UnsetType = UNSET
    bitrate: int | UnsetType = UNSET
    user_limit: int | UnsetType = UNSET
    region: str | None | UnsetType = UNSET
    video_quality: VideoQuality | UnsetType = UNSET
    tags: tuple[ForumTag, ...] | UnsetType = UNSET
    default_reaction: str | None | UnsetType = UNSET
    sort_order: SortOrder | None | UnsetType = UNSET
    layout: ForumLayout | UnsetType = UNSET
    require_tag: bool | UnsetType = UNSET
    hide_downloads: bool | UnsetType = UNSET


class SettingsFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to write to the guild itself; UNSET stays as it is, None clears."""

    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    verification_level: VerificationLevel | UnsetType = UNSET
    notifications: Notifications | UnsetType = UNSET
    content_filter: ContentFilter | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    afk_channel_id: Snowflake | None | UnsetType = UNSET
    afk_timeout: int | UnsetType = UNSET
    system_channel_id: Snowflake | None | UnsetType = UNSET
    system_channel_flags: int | UnsetType = UNSET
    rules_channel_id: Snowflake | None | UnsetType = UNSET
    updates_channel_id: Snowflake | None | UnsetType = UNSET
    safety_channel_id: Snowflake | None | UnsetType = UNSET
    boost_progress_bar: bool | UnsetType = UNSET
    icon: ImageHash | None | UnsetType = UNSET
    banner: ImageHash | None | UnsetType = UNSET
    splash: ImageHash | None | UnsetType = UNSET
    discovery_splash: ImageHash | None | UnsetType = UNSET
    community: bool | UnsetType = UNSET


class GuildGateway(Protocol):
    """Guilds as a whole. Reads answer from what the connection has already told; they send nothing."""

    async def guild_ids(self) -> frozenset[Snowflake]:
        """Guilds that the bot is in right now. Raises `GatewayAbsent` before the connection is ready."""
        ...

    async def read_guild(self, guild_id: Snowflake) -> Snapshot:
        """The guild as the connection knows it. Raises `GuildAbsent`, `GatewayAbsent`."""
        ...

    async def read_powers(self, guild_id: Snowflake) -> BotPowers:
        """What the bot itself may do there."""
        ...

    async def read_pace(self, guild_id: Snowflake) -> Pace:
        """How fast things can be done there, as far as Discord's answers have told since the bot was started."""
        ...

    async def read_member_permissions(self, guild_id: Snowflake, user_id: Snowflake) -> int | None:
        """Guild-level bits of a member (ADMINISTRATOR spread out), None for someone who is not a member."""
        ...

    async def edit_guild(
        self,
        guild_id: Snowflake,
        fields: SettingsFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None: ...

    async def create_role(
        self, guild_id: Snowflake, fields: RoleFields, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> Snowflake: ...

    async def edit_role(
        self,
        guild_id: Snowflake,
        role_id: Snowflake,
        fields: RoleFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None: ...

    async def delete_role(self, guild_id: Snowflake, role_id: Snowflake, *, reason: str) -> None: ...

    async def order_roles(
        self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str
    ) -> None: ...

    async def create_channel(
        self, guild_id: Snowflake, fields: ChannelFields, *, reason: str
    ) -> Snowflake: ...

    async def edit_channel(
        self, guild_id: Snowflake, channel_id: Snowflake, fields: ChannelFields, *, reason: str
    ) -> None: ...

    async def delete_channel(self, guild_id: Snowflake, channel_id: Snowflake, *, reason: str) -> None: ...

    async def order_channels(
        self, guild_id: Snowflake, positions: dict[Snowflake, int], *, reason: str
    ) -> None: ...

    async def find_created(
        self, guild_id: Snowflake, kind: Made, *, reason: str, since: datetime
    ) -> Snowflake | None:
        """The id of what a lost create made: looked up in the audit log by our exact reason, not older than `since`."""
        ...


class ResourceGateway(Protocol):
    """What a guild has beside settings, roles and channels."""

    async def read_details(self, guild_id: Snowflake, details: Collection[Detail] = DETAILS) -> GuildDetails:
        """One GET for each; what the bot may not read, or this guild does not have, is None."""
        ...

    async def known_details(self, guild_id: Snowflake, details: Collection[Detail] = DETAILS) -> GuildDetails:
        """The same as they are by what was read, written and told last: one GET only where nothing was."""
        ...

    async def read_image(self, path: AssetPath) -> Image | None:
        """What Discord keeps under that path; None where there is nothing, or more than `MAX_IMAGE_BYTES`."""
        ...

    async def create_resource(
        self, guild_id: Snowflake, fields: ResourceFields, *, pictures: Pictures = NO_PICTURES, reason: str
    ) -> Snowflake: ...

    async def edit_resource(
        self,
        guild_id: Snowflake,
        resource_id: Snowflake,
        fields: ResourceFields,
        *,
        pictures: Pictures = NO_PICTURES,
        reason: str,
    ) -> None: ...

    async def delete_resource(
        self, guild_id: Snowflake, kind: ResourceKind, resource_id: Snowflake, *, reason: str
    ) -> None: ...

    async def set_onboarding(self, guild_id: Snowflake, onboarding: Onboarding, *, reason: str) -> None: ...

    async def set_welcome_screen(
        self, guild_id: Snowflake, screen: WelcomeScreen, *, reason: str
    ) -> None: ...


class DiscordGateway(
    GuildGateway,
    ResourceGateway,
    AuditGateway,
    MessageGateway,
    DirectGateway,
    MemberGateway,
    ChannelGateway,
    Protocol,
):
    """Everything that the live connection does for us."""
