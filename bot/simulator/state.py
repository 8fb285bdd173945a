"""What the simulated Discord remembers. Plain data: rules live beside the routes, shapes in ``payloads``."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
CHANNEL_TYPES = (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA)


@dataclass(slots=True)
class User:
    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    public_flags: int = 0


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    secondary_color: int | None = None
    tertiary_color: int | None = None
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    unicode_emoji: str | None = None
    tags: JsonObject | None = None
    flags: int = 0


@dataclass(slots=True, frozen=True)
class Overwrite:
    """``type`` 0 is a role's, 1 a member's."""

    id: int
    type: int
    allow: int
    deny: int


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
class Message:
    id: int
    channel_id: int
    author_id: int
    timestamp: str
    content: str = ""
    embeds: list[JsonObject] = field(default_factory=list[JsonObject])
    components: list[JsonObject] = field(default_factory=list[JsonObject])
    attachments: list[JsonObject] = field(default_factory=list[JsonObject])
    flags: int = 0
    type: int = 0
    tts: bool = False
    edited: str | None = None
    mention_everyone: bool = False
    mentions: list[int] = field(default_factory=list[int])
    mention_roles: list[int] = field(default_factory=list[int])
    nonce: int | str | None = None
    webhook_id: int | None = None
    interaction: JsonObject | None = None
    reference: JsonObject | None = None


@dataclass(slots=True)
class Channel:
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


@dataclass(slots=True)
class Member:
    user_id: int
    joined_at: str
    roles: list[int] = field(default_factory=list[int])
    nick: str | None = None
    mute: bool = False
    deaf: bool = False
    flags: int = 0
    pending: bool = False
    timeout_until: float | None = None

    def timed_out(self, now: float) -> bool:
        return self.timeout_until is not None and self.timeout_until > now


@dataclass(slots=True)
class Guild:
    """``features`` keeps the order Discord would list; the owner is always a member."""

    id: int
    name: str
    owner_id: int
    description: str | None = None
    features: list[str] = field(default_factory=list[str])
    verification_level: int = 0
    default_message_notifications: int = 0
    explicit_content_filter: int = 0
    mfa_level: int = 0
    preferred_locale: str = "en-US"
    afk_channel_id: int | None = None
    afk_timeout: int = 300
    system_channel_id: int | None = None
    system_channel_flags: int = 0
    rules_channel_id: int | None = None
    public_updates_channel_id: int | None = None
    safety_alerts_channel_id: int | None = None
    premium_progress_bar_enabled: bool = False
    premium_tier: int = 0
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    audit_log: list[JsonObject] = field(default_factory=list[JsonObject])

    def ordered_channels(self) -> list[Channel]:
        """Discord's order: ``position``, then id, since positions repeat."""
        return sorted(self.channels.values(), key=lambda channel: (channel.position, channel.id))

    def children(self, category_id: int) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.parent_id == category_id]


@dataclass(slots=True)
class Application:
    """The one application, its bot and its owner. ``flags`` say which privileged intents its portal page allows."""

    id: int
    bot_id: int
    owner_id: int
    name: str = "Simulated"
    description: str = ""
    flags: int = 1 << 13 | 1 << 15 | 1 << 19
    bot_public: bool = True
