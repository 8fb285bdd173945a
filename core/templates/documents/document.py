"""The document: a guild as one would like it to be. Values only; reading text is `parse`, comparing is `diff`.

Order in the lists is the order in Discord's client: roles from the highest down, channels from the top down.
Everything refers to everything else by `key`. A field left out (UNSET) says nothing about the guild and never makes
a difference; null clears.

The descriptions are what editors show: the published JSON Schema is made of them.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.types import (
    ChannelType,
    ContentFilter,
    ForumLayout,
    Notifications,
    SortOrder,
    VerificationLevel,
    VideoQuality,
)
from core.templates.documents.keys import EVERYONE, MAX_NAME, ChannelKey, EmojiText, Key, Picture
from core.templates.documents.variables import MAX_VARIABLES, DocumentVariable
from core.templates.resources.moderation import DocumentAutoModRule
from core.templates.resources.nodes import DocumentEmoji, DocumentEvent, DocumentSticker, DocumentWebhook
from core.templates.resources.welcome import DocumentOnboarding, DocumentWelcomeScreen

__all__ = ["EVERYONE", "ChannelKey", "Key"]

Color: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="A colour as '#rrggbb' (in YAML always in quotes); '#000000' is no colour.",
    ),
]
PermissionName: TypeAlias = Annotated[
    str, Meta(description="Discord's permission flag in lower case, e.g. view_channel.")
]
Permissions: TypeAlias = tuple[PermissionName, ...]
MAX_TAGS = 20


class DocumentOverwrite(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Exactly one of `role` (a role's key, or `everyone`) and `member` (a user's Discord id)."""

    role: Annotated[str, Meta(description="A role's key, or `everyone`.")] | None = None
    member: (
        Annotated[
            str,
            Meta(pattern=r"^[0-9]{15,21}$", description="A user's Discord id: 15 to 21 digits in quotes."),
        ]
        | None
    ) = None
    allow: Annotated[Permissions, Meta(description="Permissions granted here, whatever the roles say.")] = ()
    deny: Annotated[
        Permissions, Meta(description="Permissions taken away here, whatever the roles say.")
    ] = ()


class DocumentRole(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`managed: true` stands for a role that an integration owns: matched by name, never created or deleted."""

    key: Key
    name: Annotated[
        str, Meta(min_length=1, max_length=MAX_NAME, description="The role's name, 1 to 100 characters.")
    ]
    color: Color | UnsetType = UNSET
    secondary_color: (
        Annotated[Color, Meta(description="Second colour of a gradient, as '#rrggbb'.")] | None | UnsetType
    ) = UNSET
    tertiary_color: (
        Annotated[Color, Meta(description="Third colour of the holographic style, as '#rrggbb'.")]
        | None
        | UnsetType
    ) = UNSET
    hoist: Annotated[bool, Meta(description="Whether its members are listed apart.")] | UnsetType = UNSET
    mentionable: Annotated[bool, Meta(description="Whether anyone may mention it.")] | UnsetType = UNSET
    unicode_emoji: Annotated[str, Meta(description="A unicode emoji as its icon.")] | None | UnsetType = UNSET
    icon: (
        Annotated[Picture, Meta(description="A picture as its icon, instead of an emoji.")] | None | UnsetType
    ) = UNSET
    permissions: (
        Annotated[Permissions, Meta(description="What its members may do everywhere.")] | UnsetType
    ) = UNSET
    managed: Annotated[
        bool, Meta(description="An integration owns it: matched by name, never created or deleted.")
    ] = False


class Everyone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The role that every member has; its key is `everyone`."""

    permissions: (
        Annotated[Permissions, Meta(description="What every member may do everywhere.")] | UnsetType
    ) = UNSET


class DocumentTag(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A forum's tag."""

    name: Annotated[str, Meta(min_length=1, max_length=50, description="The tag's name, 1 to 50 characters.")]
    moderated: Annotated[bool, Meta(description="Whether only moderators may set it.")] = False
    emoji: EmojiText | None = None


Overwrites: TypeAlias = Annotated[
    tuple[DocumentOverwrite, ...] | Literal["synced"],
    Meta(
        description="Who sees and does what here; `synced`: the same as the category's. Left out: as it is."
    ),
]


class ChannelBase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every channel has. `overwrites` left out says nothing; `synced` means: the same as the category's."""

    key: Key
    name: Annotated[
        str, Meta(min_length=1, max_length=MAX_NAME, description="The channel's name, 1 to 100 characters.")
    ]
    overwrites: Overwrites | UnsetType = UNSET


Topic: TypeAlias = Annotated[
    str, Meta(max_length=1024, description="The channel's topic, up to 1024 characters.")
]
Guidelines: TypeAlias = Annotated[
    str, Meta(max_length=4096, description="Post guidelines, up to 4096 characters.")
]
Nsfw: TypeAlias = Annotated[bool, Meta(description="Whether the channel is age-restricted.")]
Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=21600, description="Slow mode: seconds, 0 to 21600.")]
ThreadSeconds: TypeAlias = Annotated[
    int, Meta(ge=0, le=21600, description="Slow mode that new threads start with: seconds, 0 to 21600.")
]
AutoArchive: TypeAlias = Literal[60, 1440, 4320, 10080]
ArchiveMinutes: TypeAlias = Annotated[
    AutoArchive, Meta(description="Minutes without a message after which threads are archived.")
]
Region: TypeAlias = Annotated[str, Meta(description="Voice region; null lets Discord choose.")]
Quality: TypeAlias = Annotated[VideoQuality, Meta(description="Camera video quality.")]
Reaction: TypeAlias = EmojiText
Tags: TypeAlias = Annotated[
    tuple[DocumentTag, ...], Meta(max_length=MAX_TAGS, description="Up to 20 tags with different names.")
]
Sorting: TypeAlias = Annotated[SortOrder, Meta(description="How posts are sorted at first.")]
RequireTag: TypeAlias = Annotated[bool, Meta(description="Whether a post must have a tag.")]


class TextChannel(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="text"):
    """Messages."""

    topic: Topic | None | UnsetType = UNSET
    nsfw: Nsfw | UnsetType = UNSET
    slowmode: Seconds | UnsetType = UNSET
    thread_slowmode: ThreadSeconds | UnsetType = UNSET
    auto_archive: ArchiveMinutes | None | UnsetType = UNSET


class AnnouncementChannel(
    ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="announcement"
):
    """Messages that other servers can follow. Needs `guild.community`."""

    topic: Topic | None | UnsetType = UNSET
    nsfw: Nsfw | UnsetType = UNSET
    thread_slowmode: ThreadSeconds | UnsetType = UNSET
    auto_archive: ArchiveMinutes | None | UnsetType = UNSET


class VoiceChannel(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="voice"):
    """Voice and video, with a chat of its own."""

    nsfw: Nsfw | UnsetType = UNSET
    slowmode: Seconds | UnsetType = UNSET
    bitrate: (
        Annotated[int, Meta(ge=8000, le=384000, description="Bits per second, 8000 to 384000 by boost tier.")]
        | UnsetType
    ) = UNSET
    user_limit: (
        Annotated[int, Meta(ge=0, le=99, description="How many may be in it, 0 to 99; 0 is no limit.")]
        | UnsetType
    ) = UNSET
    region: Region | None | UnsetType = UNSET
    video_quality: Quality | UnsetType = UNSET


class StageChannel(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="stage"):
    """Speakers and an audience. Needs `guild.community`."""

    nsfw: Nsfw | UnsetType = UNSET
    slowmode: Seconds | UnsetType = UNSET
    bitrate: (
        Annotated[int, Meta(ge=8000, le=64000, description="Bits per second, 8000 to 64000.")] | UnsetType
    ) = UNSET
    user_limit: (
        Annotated[int, Meta(ge=0, le=10000, description="How many may be in it, 0 to 10000; 0 is no limit.")]
        | UnsetType
    ) = UNSET
    region: Region | None | UnsetType = UNSET
    video_quality: Quality | UnsetType = UNSET


class ForumChannel(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="forum"):
    """Posts that are threads."""

    topic: Guidelines | None | UnsetType = UNSET
    nsfw: Nsfw | UnsetType = UNSET
    slowmode: Seconds | UnsetType = UNSET
    thread_slowmode: ThreadSeconds | UnsetType = UNSET
    auto_archive: ArchiveMinutes | None | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    default_reaction: Reaction | None | UnsetType = UNSET
    sort_order: Sorting | None | UnsetType = UNSET
    layout: Annotated[ForumLayout, Meta(description="How posts are laid out at first.")] | UnsetType = UNSET
    require_tag: RequireTag | UnsetType = UNSET


class MediaChannel(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="media"):
    """A forum of pictures."""

    topic: Guidelines | None | UnsetType = UNSET
    nsfw: Nsfw | UnsetType = UNSET
    slowmode: Seconds | UnsetType = UNSET
    thread_slowmode: ThreadSeconds | UnsetType = UNSET
    auto_archive: ArchiveMinutes | None | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    default_reaction: Reaction | None | UnsetType = UNSET
    sort_order: Sorting | None | UnsetType = UNSET
    require_tag: RequireTag | UnsetType = UNSET
    hide_downloads: (
        Annotated[bool, Meta(description="Whether the option to download media is hidden.")] | UnsetType
    ) = UNSET


ChildChannel: TypeAlias = (
    TextChannel | AnnouncementChannel | VoiceChannel | StageChannel | ForumChannel | MediaChannel
)


class Category(ChannelBase, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="category"):
    """A group of up to 50 channels."""

    channels: Annotated[tuple[ChildChannel, ...], Meta(description="Its channels from the top down.")] = ()


DocumentChannel: TypeAlias = ChildChannel | Category

CHILD_STRUCTS: dict[ChannelType, type[ChildChannel]] = {
    "text": TextChannel,
    "announcement": AnnouncementChannel,
    "voice": VoiceChannel,
    "stage": StageChannel,
    "forum": ForumChannel,
    "media": MediaChannel,
}

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


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A whole guild. `guildwright` is the format's version. One that was read has no `variables` any more: what they
    stand for is in its place."""

    guildwright: Annotated[Literal[1], Meta(description="Version of this format: 1.")]
    variables: Annotated[
        tuple[DocumentVariable, ...],
        Meta(
            max_length=MAX_VARIABLES,
            description="Texts that each guild gives for itself: ${name} stands for them.",
        ),
    ] = ()
    guild: Annotated[DocumentGuild, Meta(description="Settings of the server itself.")] = DocumentGuild()
    everyone: Annotated[Everyone, Meta(description="The role that every member has.")] = Everyone()
    roles: Annotated[tuple[DocumentRole, ...], Meta(description="Roles from the highest down.")] = ()
    channels: Annotated[
        tuple[DocumentChannel, ...], Meta(description="Channels and categories from the top down.")
    ] = ()
    emojis: Annotated[tuple[DocumentEmoji, ...], Meta(description="The server's emojis.")] | UnsetType = UNSET
    stickers: (
        Annotated[tuple[DocumentSticker, ...], Meta(description="The server's stickers.")] | UnsetType
    ) = UNSET
    webhooks: Annotated[tuple[DocumentWebhook, ...], Meta(description="Incoming webhooks.")] | UnsetType = (
        UNSET
    )
    automod: Annotated[tuple[DocumentAutoModRule, ...], Meta(description="Rules of AutoMod.")] | UnsetType = (
        UNSET
    )
    events: Annotated[tuple[DocumentEvent, ...], Meta(description="Scheduled events.")] | UnsetType = UNSET
    onboarding: Annotated[DocumentOnboarding, Meta(description="What newcomers are asked.")] | UnsetType = (
        UNSET
    )
    welcome_screen: (
        Annotated[DocumentWelcomeScreen, Meta(description="What newcomers see first.")] | UnsetType
    ) = UNSET
