"""Every field that Discord lets a bot write about a guild: where a document says it, or why none does.

Declared by hand, and compared with Discord's OpenAPI document by `just writable`, so that a field which Discord adds
does not go unnoticed. Names are Discord's, below each other by dots; lists do not count.
"""

from typing import TypeAlias

import msgspec

from core.discord.types import ChannelType

Route: TypeAlias = str


class Handled(msgspec.Struct, frozen=True):
    """`paths` lead into a document. Of channels, `types` are those whose setting it is (Discord documentation,
    Resources › Channel › Modify Channel); empty where it is all of them."""

    paths: tuple[str, ...]
    note: str = ""
    types: frozenset[ChannelType] = frozenset()


class Excluded(msgspec.Struct, frozen=True):
    reason: str


Fields: TypeAlias = dict[str, Handled | Excluded]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """What is written by these routes. Of a route with several bodies, `body` names the one that is meant."""

    routes: tuple[Route, ...]
    fields: Fields
    body: str | None = None


def _by(*paths: str, note: str = "") -> Handled:
    return Handled(paths, note)


def _of(*types: ChannelType, path: str, note: str = "") -> Handled:
    return Handled((path,), note, frozenset(types))


_TEXTS: tuple[ChannelType, ...] = ("text", "announcement", "forum", "media")
_FORUMS: tuple[ChannelType, ...] = ("forum", "media")
_VOICES: tuple[ChannelType, ...] = ("voice", "stage")
_MADE_BY_DISCORD = Excluded("Discord gives the id; in a document the title tells which one it is.")

_GUILD: Fields = {
    "name": _by("guild.name"),
    "description": _by("guild.description"),
    "region": Excluded("Discord ignores it: voice channels have regions of their own."),
    "icon": _by("guild.icon"),
    "verification_level": _by("guild.verification_level"),
    "default_message_notifications": _by("guild.notifications"),
    "explicit_content_filter": _by("guild.content_filter"),
    "preferred_locale": _by("guild.locale"),
    "afk_timeout": _by("guild.afk_timeout"),
    "afk_channel_id": _by("guild.afk_channel"),
    "system_channel_id": _by("guild.system_channel"),
    "system_channel_flags": _by("guild.suppress"),
    "splash": _by("guild.splash"),
    "banner": _by("guild.banner"),
    "features": _by(
        "guild.community", note="Invites and raid alerts are paused for a while, which is no structure."
    ),
    "discovery_splash": _by("guild.discovery_splash"),
    "home_header": Excluded("Discord's documentation does not describe it."),
    "rules_channel_id": _by("guild.rules_channel"),
    "safety_alerts_channel_id": _by("guild.safety_channel"),
    "public_updates_channel_id": _by("guild.updates_channel"),
    "premium_progress_bar_enabled": _by("guild.boost_progress_bar"),
}

_ROLE: Fields = {
    "name": _by("roles.name"),
    "permissions": _by("roles.permissions", "everyone.permissions"),
    "color": _by("roles.color"),
    "colors.primary_color": _by("roles.color"),
    "colors.secondary_color": _by("roles.secondary_color"),
    "colors.tertiary_color": _by("roles.tertiary_color"),
    "hoist": _by("roles.hoist"),
    "mentionable": _by("roles.mentionable"),
    "icon": _by("roles.icon"),
    "unicode_emoji": _by("roles.unicode_emoji"),
}

_CHANNEL: Fields = {
    "type": _by("channels.type"),
    "name": _by("channels.name"),
    "position": _by("channels", "channels.channels", note="The order of the list."),
    "topic": _of(*_TEXTS, path="channels.topic"),
    "bitrate": _of(*_VOICES, path="channels.bitrate"),
    "user_limit": _of(*_VOICES, path="channels.user_limit"),
    "nsfw": _of(*_TEXTS, *_VOICES, path="channels.nsfw"),
    "rate_limit_per_user": _of("text", *_VOICES, *_FORUMS, path="channels.slowmode"),
    "parent_id": _by("channels.channels", note="Whose list it stands in."),
    "permission_overwrites.id": _by("channels.overwrites.role", "channels.overwrites.member"),
    "permission_overwrites.type": _by("channels.overwrites.role", "channels.overwrites.member"),
    "permission_overwrites.allow": _by("channels.overwrites.allow"),
    "permission_overwrites.deny": _by("channels.overwrites.deny"),
    "rtc_region": _of(*_VOICES, path="channels.region"),
    "video_quality_mode": _of(*_VOICES, path="channels.video_quality"),
    "default_auto_archive_duration": _of(*_TEXTS, path="channels.auto_archive"),
    "default_reaction_emoji.emoji_id": _of(*_FORUMS, path="channels.default_reaction"),
    "default_reaction_emoji.emoji_name": _of(*_FORUMS, path="channels.default_reaction"),
    "default_thread_rate_limit_per_user": _of(*_TEXTS, path="channels.thread_slowmode"),
    "default_sort_order": _of(*_FORUMS, path="channels.sort_order"),
    "default_forum_layout": _of("forum", path="channels.layout"),
    "default_tag_setting": Excluded("Discord's documentation does not describe it."),
    "available_tags.id": Excluded("Discord gives the id; in a document the name tells which tag it is."),
    "available_tags.name": _of(*_FORUMS, path="channels.tags.name"),
    "available_tags.emoji_id": _of(*_FORUMS, path="channels.tags.emoji"),
    "available_tags.emoji_name": _of(*_FORUMS, path="channels.tags.emoji"),
    "available_tags.moderated": _of(*_FORUMS, path="channels.tags.moderated"),
    "flags": _by("channels.require_tag", "channels.hide_downloads", note="Others are left as they are."),
}

_AUTOMOD: Fields = {
    "name": _by("automod.name"),
    "event_type": _by("automod.trigger.type", note="It follows from the trigger."),
    "trigger_type": _by("automod.trigger.type"),
    "trigger_metadata.keyword_filter": _by("automod.trigger.keywords"),
    "trigger_metadata.regex_patterns": _by("automod.trigger.patterns"),
    "trigger_metadata.allow_list": _by("automod.trigger.allowed"),
    "trigger_metadata.presets": _by("automod.trigger.presets"),
    "trigger_metadata.mention_total_limit": _by("automod.trigger.mentions"),
    "trigger_metadata.mention_raid_protection_enabled": _by("automod.trigger.raid_protection"),
    "actions.type": _by("automod.actions.type"),
    "actions.metadata.custom_message": _by("automod.actions.message"),
    "actions.metadata.channel_id": _by("automod.actions.channel"),
    "actions.metadata.duration_seconds": _by("automod.actions.seconds"),
    "enabled": _by("automod.enabled"),
    "exempt_roles": _by("automod.exempt_roles"),
    "exempt_channels": _by("automod.exempt_channels"),
}

_ONBOARDING: Fields = {
    "enabled": _by("onboarding.enabled"),
    "mode": _by("onboarding.mode"),
    "default_channel_ids": _by("onboarding.default_channels"),
    "prompts.id": _MADE_BY_DISCORD,
    "prompts.title": _by("onboarding.prompts.title"),
    "prompts.type": _by("onboarding.prompts.type"),
    "prompts.single_select": _by("onboarding.prompts.single_select"),
    "prompts.required": _by("onboarding.prompts.required"),
    "prompts.in_onboarding": _by("onboarding.prompts.in_onboarding"),
    "prompts.options.id": _MADE_BY_DISCORD,
    "prompts.options.title": _by("onboarding.prompts.options.title"),
    "prompts.options.description": _by("onboarding.prompts.options.description"),
    "prompts.options.emoji_id": _by("onboarding.prompts.options.emoji"),
    "prompts.options.emoji_name": _by("onboarding.prompts.options.emoji"),
    "prompts.options.emoji_animated": _by(
        "onboarding.prompts.options.emoji", note="It follows from the emoji."
    ),
    "prompts.options.role_ids": _by("onboarding.prompts.options.roles"),
    "prompts.options.channel_ids": _by("onboarding.prompts.options.channels"),
}

_NOT_WRITABLE = Excluded("Discord's documentation says that it cannot be set.")
_EVENT: Fields = {
    "name": _by("events.name"),
    "description": _by("events.description"),
    "image": _by("events.image"),
    "scheduled_start_time": _by("events.starts_at"),
    "scheduled_end_time": _by("events.ends_at"),
    "privacy_level": Excluded("There is only one: for the members of the guild."),
    "entity_type": _by("events.type"),
    "channel_id": _by("events.channel"),
    "entity_metadata.location": _by("events.location"),
    "status": Excluded("Whether an event has begun or is over is its life, not what it should be."),
    "recurrence_rule.start": _by("events.recurrence.start"),
    "recurrence_rule.end": _NOT_WRITABLE,
    "recurrence_rule.frequency": _by("events.recurrence.frequency"),
    "recurrence_rule.interval": _by("events.recurrence.interval"),
    "recurrence_rule.by_weekday": _by("events.recurrence.weekdays"),
    "recurrence_rule.by_n_weekday.n": _by("events.recurrence.nth_weekdays.week"),
    "recurrence_rule.by_n_weekday.day": _by("events.recurrence.nth_weekdays.day"),
    "recurrence_rule.by_month": _by("events.recurrence.months"),
    "recurrence_rule.by_month_day": _by("events.recurrence.month_days"),
    "recurrence_rule.by_year_day": _NOT_WRITABLE,
    "recurrence_rule.count": _NOT_WRITABLE,
}

RESOURCES: dict[str, Resource] = {
    "guild": Resource(routes=("PATCH /guilds/{guild_id}",), fields=_GUILD),
    "role": Resource(
        routes=("POST /guilds/{guild_id}/roles", "PATCH /guilds/{guild_id}/roles/{role_id}"), fields=_ROLE
    ),
    "role order": Resource(
        routes=("PATCH /guilds/{guild_id}/roles",),
        fields={
            "id": _by("roles.key", note="Which role is meant."),
            "position": _by("roles", note="The order of the list."),
        },
    ),
    "channel": Resource(
        routes=("POST /guilds/{guild_id}/channels", "PATCH /channels/{channel_id}"),
        body="UpdateGuildChannelRequestPartial",
        fields=_CHANNEL,
    ),
    "channel order": Resource(
        routes=("PATCH /guilds/{guild_id}/channels",),
        fields={
            "id": _by("channels.key", note="Which channel is meant."),
            "position": _by("channels", "channels.channels", note="The order of the list."),
            "parent_id": _by("channels.channels", note="Whose list it stands in."),
            "lock_permissions": Excluded(
                "Never sent: it would write overwrites that no plan has looked at. `overwrites: synced` says it."
            ),
        },
    ),
    "emoji": Resource(
        routes=("POST /guilds/{guild_id}/emojis", "PATCH /guilds/{guild_id}/emojis/{emoji_id}"),
        fields={
            "name": _by("emojis.name"),
            "image": _by("emojis.image"),
            "roles": _by("emojis.roles"),
        },
    ),
    "sticker": Resource(
        routes=("POST /guilds/{guild_id}/stickers", "PATCH /guilds/{guild_id}/stickers/{sticker_id}"),
        fields={
            "name": _by("stickers.name"),
            "description": _by("stickers.description"),
            "tags": _by("stickers.tags"),
            "file": _by("stickers.image"),
        },
    ),
    "webhook": Resource(
        routes=("POST /channels/{channel_id}/webhooks", "PATCH /webhooks/{webhook_id}"),
        fields={
            "name": _by("webhooks.name"),
            "avatar": _by("webhooks.avatar"),
            "channel_id": _by("webhooks.channel"),
        },
    ),
    "AutoMod rule": Resource(
        routes=(
            "POST /guilds/{guild_id}/auto-moderation/rules",
            "PATCH /guilds/{guild_id}/auto-moderation/rules/{rule_id}",
        ),
        fields=_AUTOMOD,
    ),
    "onboarding": Resource(routes=("PUT /guilds/{guild_id}/onboarding",), fields=_ONBOARDING),
    "welcome screen": Resource(
        routes=("PATCH /guilds/{guild_id}/welcome-screen",),
        fields={
            "enabled": _by("welcome_screen.enabled"),
            "description": _by("welcome_screen.description"),
            "welcome_channels.channel_id": _by("welcome_screen.channels.channel"),
            "welcome_channels.description": _by("welcome_screen.channels.description"),
            "welcome_channels.emoji_id": _by("welcome_screen.channels.emoji"),
            "welcome_channels.emoji_name": _by("welcome_screen.channels.emoji"),
        },
    ),
    "scheduled event": Resource(
        routes=(
            "POST /guilds/{guild_id}/scheduled-events",
            "PATCH /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}",
        ),
        fields=_EVENT,
    ),
}

_CONTENT = "What people say and do in the guild is not its structure."
_PEOPLE = "Members are not part of a document; a snapshot can keep their roles."
_MOMENTARY = "It is of the moment, and gone after it."
ELSEWHERE: dict[Route, str] = {
    "PUT /channels/{channel_id}/permissions/{overwrite_id}": "A channel's overwrites are written as one set, with "
    "the channel.",
    "POST /channels/{channel_id}/followers": "What a channel follows belongs to another guild.",
    "POST /channels/{channel_id}/invites": "Invites are links of the moment; a restored one would be another link.",
    "PUT /channels/{channel_id}/recipients/{user_id}": "Direct messages are in no guild.",
    "PUT /channels/{channel_id}/voice-status": _MOMENTARY,
    "POST /channels/{channel_id}/send-soundboard-sound": _MOMENTARY,
    "POST /channels/{channel_id}/typing": _MOMENTARY,
    "POST /stage-instances": _MOMENTARY,
    "PATCH /stage-instances/{channel_id}": _MOMENTARY,
    "PATCH /guilds/{guild_id}/voice-states/@me": _MOMENTARY,
    "PATCH /guilds/{guild_id}/voice-states/{user_id}": _MOMENTARY,
    "PUT /guilds/{guild_id}/incident-actions": "A pause of invites and direct messages for a day at most.",
    "PUT /guilds/{guild_id}/bans/{user_id}": _PEOPLE,
    "POST /guilds/{guild_id}/bulk-ban": _PEOPLE,
    "POST /guilds/{guild_id}/prune": _PEOPLE,
    "PATCH /guilds/{guild_id}/members/@me": _PEOPLE,
    "PUT /guilds/{guild_id}/members/{user_id}": _PEOPLE,
    "PATCH /guilds/{guild_id}/members/{user_id}": _PEOPLE,
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}": _PEOPLE,
    "PATCH /guilds/{guild_id}/requests/{request_id}": _PEOPLE,
    "POST /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/exceptions": "One evening of a series that "
    "differs is of the moment.",
    "PATCH /guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/exceptions/{exception_id}": "One evening "
    "of a series that differs is of the moment.",
    "POST /guilds/{guild_id}/soundboard-sounds": "Sounds are not captured: a document holds pictures only.",
    "PATCH /guilds/{guild_id}/soundboard-sounds/{sound_id}": "Sounds are not captured: a document holds pictures "
    "only.",
    "POST /guilds/{guild_id}/templates": "Discord's own templates are another copy of the guild, not a part of it.",
    "PUT /guilds/{guild_id}/templates/{code}": "Discord's own templates are another copy of the guild.",
    "PATCH /guilds/{guild_id}/templates/{code}": "Discord's own templates are another copy of the guild.",
    "PATCH /guilds/{guild_id}/widget": "The widget publishes who is online; that is switched on by hand.",
    **dict.fromkeys(
        (
            "POST /channels/{channel_id}/messages",
            "POST /channels/{channel_id}/messages/bulk-delete",
            "PATCH /channels/{channel_id}/messages/{message_id}",
            "POST /channels/{channel_id}/messages/{message_id}/crosspost",
            "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
            "POST /channels/{channel_id}/messages/{message_id}/threads",
            "PUT /channels/{channel_id}/messages/pins/{message_id}",
            "PUT /channels/{channel_id}/pins/{message_id}",
            "POST /channels/{channel_id}/polls/{message_id}/expire",
            "PUT /channels/{channel_id}/thread-members/@me",
            "PUT /channels/{channel_id}/thread-members/{user_id}",
            "POST /channels/{channel_id}/threads",
        ),
        _CONTENT,
    ),
}
"""Routes that write into a guild and are no part of a document."""
