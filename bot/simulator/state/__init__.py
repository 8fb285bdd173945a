"""What the simulated Discord remembers. Plain data: rules live beside the routes, shapes in ``payloads``."""

from bot.simulator.state.applications import Application, Team, TeamMember
from bot.simulator.state.auto_moderation import AutoModerationRule
from bot.simulator.state.channels import (
    ANNOUNCEMENT,
    CATEGORY,
    CHANNEL_TYPES,
    DM,
    FORUM,
    MEDIA,
    STAGE,
    TEXT,
    VOICE,
    Channel,
    ForumTag,
    Overwrite,
    ReactionEmoji,
)
from bot.simulator.state.emojis import Emoji
from bot.simulator.state.guild_templates import GuildTemplate
from bot.simulator.state.guilds import Guild
from bot.simulator.state.members import Ban, Member
from bot.simulator.state.messages import File, Message
from bot.simulator.state.oauth2 import AccessToken, AuthorizationCode, Challenge
from bot.simulator.state.onboarding import Onboarding
from bot.simulator.state.roles import Role
from bot.simulator.state.scheduled_events import ScheduledEvent
from bot.simulator.state.stickers import Sticker
from bot.simulator.state.users import User
from bot.simulator.state.webhooks import Webhook
from bot.simulator.state.welcome import WelcomeScreen

__all__ = [
    "ANNOUNCEMENT",
    "CATEGORY",
    "CHANNEL_TYPES",
    "DM",
    "FORUM",
    "MEDIA",
    "STAGE",
    "TEXT",
    "VOICE",
    "AccessToken",
    "Application",
    "AuthorizationCode",
    "AutoModerationRule",
    "Ban",
    "Challenge",
    "Channel",
    "Emoji",
    "File",
    "ForumTag",
    "Guild",
    "GuildTemplate",
    "Member",
    "Message",
    "Onboarding",
    "Overwrite",
    "ReactionEmoji",
    "Role",
    "ScheduledEvent",
    "Sticker",
    "Team",
    "TeamMember",
    "User",
    "Webhook",
    "WelcomeScreen",
]
