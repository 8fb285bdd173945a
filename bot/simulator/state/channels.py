"""Channels, their overwrites and tags."""

from dataclasses import dataclass, field
from functools import cached_property

from bot.simulator.shapes import JsonObject
from bot.simulator.state.messages import Message

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
DM = 1
CHANNEL_TYPES = (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA)


@dataclass(frozen=True)
class Overwrite:
    """``type`` 0 is a role's, 1 a member's. A guild may have tens of thousands, so each is put into words once."""

    id: int
    type: int
    allow: int
    deny: int

    @cached_property
    def shown(self) -> JsonObject:
        """As Discord answers it."""
        return {"id": str(self.id), "type": self.type, "allow": str(self.allow), "deny": str(self.deny)}


@dataclass(slots=True, frozen=True)
class ForumTag:
    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True, frozen=True)
class ReactionEmoji:
    emoji_id: int | None
    emoji_name: str | None


@dataclass(slots=True)
class Channel:
    """``last_sent`` is when each user last sent a message there, for slowmode."""

    id: int
    guild_id: int
    type: int
    name: str
    position: int = 0
    parent_id: int | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    topic: str | None = None
    nsfw: bool = False
    rate_limit_per_user: int = 0
    default_thread_rate_limit_per_user: int = 0
    default_auto_archive_duration: int | None = None
    bitrate: int = 64000
    user_limit: int = 0
    rtc_region: str | None = None
    video_quality_mode: int = 1
    available_tags: list[ForumTag] = field(default_factory=list[ForumTag])
    default_reaction_emoji: ReactionEmoji | None = None
    default_sort_order: int | None = None
    default_forum_layout: int = 0
    default_tag_setting: str | None = None
    flags: int = 0
    last_message_id: int | None = None
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    last_sent: dict[int, float] = field(default_factory=dict[int, float])
