"""A guild in our words. Discord's ids are strings here and at every border; only sorting turns them into numbers.

Positions: among siblings the order is by (position, id); among roles a lower id wins a tie (Discord documentation,
Resources › Guild › "Modify Guild Role Positions" and Resources › Channel).
"""

from datetime import UTC, datetime
from typing import Literal, TypeAlias

import msgspec

from core.discord.images import AssetPath, ImageHash
from core.discord.resources import (
    AutoModRule,
    Emoji,
    Onboarding,
    ScheduledEvent,
    Sticker,
    Webhook,
    WelcomeScreen,
)

Snowflake: TypeAlias = str
_LARGEST = 2**63 - 1
_EPOCH_MS = 1_420_070_400_000

ChannelType = Literal["text", "voice", "category", "announcement", "stage", "forum", "media"]
VerificationLevel = Literal["none", "low", "medium", "high", "very_high"]
Notifications = Literal["all_messages", "only_mentions"]
ContentFilter = Literal["disabled", "members_without_roles", "all_members"]
VideoQuality = Literal["auto", "full"]
SortOrder = Literal["latest_activity", "creation_date"]
ForumLayout = Literal["not_set", "list", "gallery"]

VOICE_LIKE: frozenset[ChannelType] = frozenset({"voice", "stage"})
FORUM_LIKE: frozenset[ChannelType] = frozenset({"forum", "media"})


class Overwrite(msgspec.Struct, frozen=True, order=True):
    """`kind` tells whose id it is. allow = deny = 0 equals no overwrite at all (Permissions › Permission Syncing)."""

    kind: Literal["role", "member"]
    id: Snowflake
    allow: int = 0
    deny: int = 0


class ForumTag(msgspec.Struct, frozen=True, omit_defaults=True):
    """`emoji` is a unicode emoji or the id of a custom one. `id` is None for a tag that does not exist yet."""

    name: str
    id: Snowflake | None = None
    moderated: bool = False
    emoji: str | None = None


class Role(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Colours are 0xRRGGBB, 0 for none. `managed` roles belong to an integration: only position and permissions
    can be edited. `is_sold`: the server sells subscriptions to it. The role whose id is the guild's own id is
    @everyone."""

    id: Snowflake
    name: str
    permissions: int = 0
    color: int = 0
    secondary_color: int | None = None
    tertiary_color: int | None = None
    hoist: bool = False
    mentionable: bool = False
    position: int = 0
    managed: bool = False
    icon: str | None = None
    unicode_emoji: str | None = None
    bot_id: Snowflake | None = None
    is_sold: bool = False


class Channel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Any channel of a guild but threads. Times are seconds, except `auto_archive` in minutes; `bitrate` in bits/s.

    A field that does not belong to the type stands at its default.
    """

    id: Snowflake
    type: ChannelType
    name: str
    position: int = 0
    parent_id: Snowflake | None = None
    overwrites: tuple[Overwrite, ...] = ()
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0
    thread_slowmode: int = 0
    auto_archive: int | None = None
    bitrate: int | None = None
    user_limit: int = 0
    region: str | None = None
    video_quality: VideoQuality = "auto"
    tags: tuple[ForumTag, ...] = ()
    default_reaction: str | None = None
    sort_order: SortOrder | None = None
    layout: ForumLayout = "not_set"
    require_tag: bool = False
    hide_downloads: bool = False


class GuildSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`system_channel_flags` is Discord's bit field of suppressed notices; `afk_timeout` is in seconds. Pictures are
    Discord's names for them."""

    name: str
    description: str | None = None
    verification_level: VerificationLevel = "none"
    notifications: Notifications = "all_messages"
    content_filter: ContentFilter = "disabled"
    locale: str = "en-US"
    afk_channel_id: Snowflake | None = None
    afk_timeout: int = 300
    system_channel_id: Snowflake | None = None
    system_channel_flags: int = 0
    rules_channel_id: Snowflake | None = None
    updates_channel_id: Snowflake | None = None
    safety_channel_id: Snowflake | None = None
    boost_progress_bar: bool = False
    icon: str | None = None
    banner: str | None = None
    splash: str | None = None
    discovery_splash: str | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a guild looked like at one moment. `schema_version` rises when a stored snapshot would no longer read.

    `roles` contains @everyone; both lists come in the order in which Discord's client shows them (roles highest
    first; channels by category). `premium_tier` is the boost tier 0-3. `features` are Discord's words.

    What is None was not read, and nothing is known of it. `images` say what is known of the content of pictures.
    """

    guild_id: Snowflake
    owner_id: Snowflake
    settings: GuildSettings
    roles: tuple[Role, ...] = ()
    channels: tuple[Channel, ...] = ()
    features: frozenset[str] = frozenset()
    premium_tier: int = 0
    emojis: tuple[Emoji, ...] | None = None
    stickers: tuple[Sticker, ...] | None = None
    scheduled_events: tuple[ScheduledEvent, ...] | None = None
    webhooks: tuple[Webhook, ...] | None = None
    automod_rules: tuple[AutoModRule, ...] | None = None
    onboarding: Onboarding | None = None
    welcome_screen: WelcomeScreen | None = None
    images: dict[AssetPath, ImageHash] = {}
    schema_version: int = 1

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return next(role for role in self.roles if role.id == self.guild_id)


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody in a guild. `role_ids` without @everyone; `timed_out_until` may lie in the past."""

    user_id: Snowflake
    role_ids: tuple[Snowflake, ...] = ()
    nick: str | None = None
    joined_at: datetime | None = None
    timed_out_until: datetime | None = None
    is_timed_out: bool = False


class BotPowers(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot may do in a guild. `permissions` is guild-level with ADMINISTRATOR not spread out;
    it can touch roles strictly below its `top_role_id`."""

    user_id: Snowflake
    permissions: int
    top_role_id: Snowflake
    role_ids: tuple[Snowflake, ...] = ()


def normalised(overwrites: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
    """Sorted, without the entries that say nothing: what Discord compares when it asks "synced?"."""
    return tuple(sorted(o for o in overwrites if o.allow or o.deny))


def role_rank(role: Role) -> tuple[int, int]:
    """Sorts roles lowest first: by position; of equals the *older* id is the higher role."""
    return role.position, -int(role.id)


def channel_rank(channel: Channel) -> tuple[int, int]:
    """Sorts siblings in display order."""
    return channel.position, int(channel.id)


def snowflake_at(moment: datetime) -> Snowflake:
    """The lowest id that anything made at that moment could have (Discord documentation, Reference › Snowflakes)."""
    return str((int(moment.timestamp() * 1000) - _EPOCH_MS) << 22)


def made_at(snowflake: Snowflake) -> datetime:
    """When the thing with that id was made (as `snowflake_at`)."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + _EPOCH_MS) / 1000, UTC)


def is_snowflake(text: str) -> bool:
    """Whether a text could be one of Discord's ids at all (unsigned decimal that fits a signed 64-bit column)."""
    return text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST)) and int(text) <= _LARGEST
