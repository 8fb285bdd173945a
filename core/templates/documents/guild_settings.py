"""The settings of a guild, as a document says them."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.types import ContentFilter, Notifications, VerificationLevel
from core.templates.documents.keys import MAX_NAME, ChannelKey, Picture

Suppressed: TypeAlias = Literal[
    "join_notifications",
    "premium_subscriptions",
    "guild_reminder_notifications",
    "join_notification_replies",
    "role_subscription_purchase_notifications",
    "role_subscription_purchase_notification_replies",
]
SUPPRESSIBLE: dict[Suppressed, int] = {
    "join_notifications": 1 << 0,
    "premium_subscriptions": 1 << 1,
    "guild_reminder_notifications": 1 << 2,
    "join_notification_replies": 1 << 3,
    "role_subscription_purchase_notifications": 1 << 4,
    "role_subscription_purchase_notification_replies": 1 << 5,
}
"""Words of `guild.suppress` and their bits (Discord documentation, Resources › Guild › System Channel Flags)."""
AfkTimeout: TypeAlias = Literal[60, 300, 900, 1800, 3600]


class DocumentGuild(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Settings of the guild itself. Channels are named by key. `suppress` lists the notices that the system channel
    does not show."""

    name: (
        Annotated[
            str,
            Meta(min_length=2, max_length=MAX_NAME, description="The server's name, 2 to 100 characters."),
        ]
        | UnsetType
    ) = UNSET
    description: (
        Annotated[str, Meta(max_length=300, description="Shown in discovery, up to 300 characters.")]
        | None
        | UnsetType
    ) = UNSET
    verification_level: (
        Annotated[VerificationLevel, Meta(description="What a newcomer must have before writing.")]
        | UnsetType
    ) = UNSET
    notifications: (
        Annotated[Notifications, Meta(description="What members are notified of at first.")] | UnsetType
    ) = UNSET
    content_filter: (
        Annotated[ContentFilter, Meta(description="Whose media are scanned for explicit content.")]
        | UnsetType
    ) = UNSET
    locale: Annotated[str, Meta(description="Language of Discord's own notices, e.g. en-US.")] | UnsetType = (
        UNSET
    )
    afk_channel: (
        Annotated[ChannelKey, Meta(description="Key of the voice channel for those who are away.")]
        | None
        | UnsetType
    ) = UNSET
    afk_timeout: (
        Annotated[AfkTimeout, Meta(description="Seconds of silence before a member is moved there.")]
        | UnsetType
    ) = UNSET
    system_channel: (
        Annotated[ChannelKey, Meta(description="Key of the text channel for Discord's own notices.")]
        | None
        | UnsetType
    ) = UNSET
    suppress: (
        Annotated[tuple[Suppressed, ...], Meta(description="Notices that the system channel does not show.")]
        | UnsetType
    ) = UNSET
    rules_channel: (
        Annotated[ChannelKey, Meta(description="Key of the text channel with the rules (community).")]
        | None
        | UnsetType
    ) = UNSET
    updates_channel: (
        Annotated[
            ChannelKey,
            Meta(description="Key of the text channel for Discord's news to moderators (community)."),
        ]
        | None
        | UnsetType
    ) = UNSET
    safety_channel: (
        Annotated[
            ChannelKey, Meta(description="Key of the text channel for Discord's safety alerts (community).")
        ]
        | None
        | UnsetType
    ) = UNSET
    boost_progress_bar: (
        Annotated[bool, Meta(description="Whether the boost progress bar shows.")] | UnsetType
    ) = UNSET
    icon: Annotated[Picture, Meta(description="The server's icon.")] | None | UnsetType = UNSET
    banner: Annotated[Picture, Meta(description="The server's banner (boost tier 2).")] | None | UnsetType = (
        UNSET
    )
    splash: (
        Annotated[Picture, Meta(description="Background of its invites (boost tier 1).")] | None | UnsetType
    ) = UNSET
    discovery_splash: (
        Annotated[Picture, Meta(description="Background in discovery (discoverable servers).")]
        | None
        | UnsetType
    ) = UNSET
    community: Annotated[bool, Meta(description="Whether the server is a community server.")] | UnsetType = (
        UNSET
    )
