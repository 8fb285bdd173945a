"""A guild: everything in it hangs here."""

from dataclasses import dataclass, field

from bot.simulator.shapes import JsonObject
from bot.simulator.state.auto_moderation import AutoModerationRule
from bot.simulator.state.channels import Channel
from bot.simulator.state.emojis import Emoji
from bot.simulator.state.guild_templates import GuildTemplate
from bot.simulator.state.members import Ban, Member
from bot.simulator.state.onboarding import Onboarding
from bot.simulator.state.roles import Role
from bot.simulator.state.scheduled_events import ScheduledEvent
from bot.simulator.state.stickers import Sticker
from bot.simulator.state.webhooks import Webhook
from bot.simulator.state.welcome import WelcomeScreen


@dataclass(slots=True)
class Guild:
    """``features`` keeps the order Discord would list; the owner is always a member. A room (``is_room``)
    is no guild but the place of a channel of direct messages, and nobody's own."""

    id: int
    name: str
    owner_id: int
    description: str | None = None
    icon: str | None = None
    splash: str | None = None
    discovery_splash: str | None = None
    banner: str | None = None
    home_header: str | None = None
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
    widget_enabled: bool = False
    widget_channel_id: int | None = None
    premium_progress_bar_enabled: bool = False
    premium_tier: int = 0
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    bans: dict[int, Ban] = field(default_factory=dict[int, Ban])
    emojis: dict[int, Emoji] = field(default_factory=dict[int, Emoji])
    stickers: dict[int, Sticker] = field(default_factory=dict[int, Sticker])
    scheduled_events: dict[int, ScheduledEvent] = field(default_factory=dict[int, ScheduledEvent])
    webhooks: dict[int, Webhook] = field(default_factory=dict[int, Webhook])
    auto_moderation: dict[int, AutoModerationRule] = field(default_factory=dict[int, AutoModerationRule])
    onboarding: Onboarding = field(default_factory=Onboarding)
    welcome_screen: WelcomeScreen = field(default_factory=WelcomeScreen)
    template: GuildTemplate | None = None
    audit_log: list[JsonObject] = field(default_factory=list[JsonObject])
    is_room: bool = False

    def ordered_channels(self) -> list[Channel]:
        """Discord's order: ``position``, then id, since positions repeat."""
        return sorted(self.channels.values(), key=lambda channel: (channel.position, channel.id))

    def children(self, category_id: int) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.parent_id == category_id]
