"""The channels of a document, with who sees and does what in them."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.types import ChannelType, ForumLayout, SortOrder, VideoQuality
from core.templates.documents.keys import MAX_NAME, EmojiText, Key
from core.templates.documents.roles import Permissions

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
