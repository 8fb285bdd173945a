"""The shapes Discord answers with: state in, JSON objects out. Ids are strings, bit fields are strings."""

from bot.simulator import permissions
from bot.simulator.clock import iso
from bot.simulator.shapes import JsonObject
from bot.simulator.state import (
    ANNOUNCEMENT,
    CATEGORY,
    FORUM,
    MEDIA,
    STAGE,
    TEXT,
    VOICE,
    Ban,
    Channel,
    Emoji,
    ForumTag,
    Guild,
    Member,
    Overwrite,
    Role,
    Sticker,
    User,
)
from bot.simulator.state.voice import VoiceState


def maybe(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def user(found: User) -> JsonObject:
    body: JsonObject = {
        "id": str(found.id),
        "username": found.username,
        "global_name": found.global_name,
        "avatar": found.avatar,
        "discriminator": "0000" if found.bot else "0",
        "public_flags": found.public_flags,
        "flags": found.public_flags,
        "banner": found.banner,
        "accent_color": found.accent_color,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if found.bot:
        body["bot"] = True
    return body


def role(found: Role) -> JsonObject:
    body: JsonObject = {
        "id": str(found.id),
        "name": found.name,
        "permissions": str(found.permissions),
        "position": found.position,
        "color": found.color,
        "colors": {
            "primary_color": found.color,
            "secondary_color": found.secondary_color,
            "tertiary_color": found.tertiary_color,
        },
        "hoist": found.hoist,
        "managed": found.managed,
        "mentionable": found.mentionable,
        "icon": found.icon,
        "unicode_emoji": found.unicode_emoji,
        "flags": found.flags,
    }
    if found.tags is not None:
        body["tags"] = found.tags
    return body


def emoji(found: Emoji, creator: User | None = None) -> JsonObject:
    """Events and guilds never name the creator; who may see it is told at the routes."""
    body: JsonObject = {
        "id": str(found.id),
        "name": found.name,
        "roles": [str(role_id) for role_id in found.roles],
        "require_colons": True,
        "managed": found.managed,
        "animated": found.animated,
        "available": found.available,
    }
    if creator is not None:
        body["user"] = user(creator)
    return body


def sticker(found: Sticker, creator: User | None = None) -> JsonObject:
    """Its creator as for emojis."""
    body: JsonObject = {
        "id": str(found.id),
        "name": found.name,
        "tags": found.tags,
        "type": 2,
        "format_type": found.format,
        "description": found.description,
        "available": found.available,
        "guild_id": str(found.guild_id),
    }
    if creator is not None:
        body["user"] = user(creator)
    return body


def overwrite(found: Overwrite) -> JsonObject:
    return found.shown


def tag(found: ForumTag) -> JsonObject:
    return {
        "id": str(found.id),
        "name": found.name,
        "moderated": found.moderated,
        "emoji_id": maybe(found.emoji_id),
        "emoji_name": found.emoji_name,
    }


def channel(found: Channel) -> JsonObject:
    """Only the fields Discord shows for the channel's type."""
    body: JsonObject = {
        "id": str(found.id),
        "type": found.type,
        "guild_id": str(found.guild_id),
        "name": found.name,
        "position": found.position,
        "parent_id": maybe(found.parent_id),
        "permission_overwrites": [each.shown for each in found.overwrites.values()],
        "flags": found.flags,
    }
    if found.type == CATEGORY:
        return body
    body["nsfw"] = found.nsfw
    body["rate_limit_per_user"] = found.rate_limit_per_user
    body["last_message_id"] = maybe(found.last_message_id)
    if found.type in (VOICE, STAGE):
        body["bitrate"] = found.bitrate
        body["user_limit"] = found.user_limit
        body["rtc_region"] = found.rtc_region
        body["video_quality_mode"] = found.video_quality_mode
        if found.type == STAGE:
            body["topic"] = found.topic
        return body
    body["topic"] = found.topic
    _add_thread_defaults(body, found)
    return body


def _add_thread_defaults(body: JsonObject, found: Channel) -> None:
    if found.default_auto_archive_duration is not None:
        body["default_auto_archive_duration"] = found.default_auto_archive_duration
    if found.default_thread_rate_limit_per_user or found.type in (FORUM, MEDIA):
        body["default_thread_rate_limit_per_user"] = found.default_thread_rate_limit_per_user
    if found.type in (TEXT, ANNOUNCEMENT):
        body["last_pin_timestamp"] = None
        return
    emoji = found.default_reaction_emoji
    body["available_tags"] = [tag(each) for each in found.available_tags]
    body["default_reaction_emoji"] = (
        None if emoji is None else {"emoji_id": maybe(emoji.emoji_id), "emoji_name": emoji.emoji_name}
    )
    body["default_sort_order"] = found.default_sort_order
    if found.default_tag_setting is not None:
        body["default_tag_setting"] = found.default_tag_setting
    if found.type == FORUM:
        body["default_forum_layout"] = found.default_forum_layout


def member(found: Member, who: User) -> JsonObject:
    until = found.timeout_until
    return {
        "user": user(who),
        "nick": found.nick,
        "avatar": found.avatar,
        "banner": found.banner,
        "roles": [str(role_id) for role_id in found.roles],
        "joined_at": found.joined_at,
        "premium_since": found.premium_since,
        "deaf": found.deaf,
        "mute": found.mute,
        "flags": found.flags,
        "pending": found.pending,
        "communication_disabled_until": None if until is None else iso(until),
    }


def ban(found: Ban, who: User) -> JsonObject:
    return {"user": user(who), "reason": found.reason}


def voice_state(who: Member, state: VoiceState) -> JsonObject:
    """As GUILD_CREATE lists it: without the guild."""
    return {
        "channel_id": maybe(state.channel_id),
        "user_id": str(who.user_id),
        "session_id": state.session_id,
        "deaf": who.deaf,
        "mute": who.mute,
        "self_deaf": state.self_deaf,
        "self_mute": state.self_mute,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }


def guild(found: Guild) -> JsonObject:
    """The guild itself with its roles and without channels and members, as REST gives it."""
    return settings(found) | {"roles": [role(each) for each in found.roles.values()]}


def settings(found: Guild) -> JsonObject:
    """The guild without its roles."""
    return {
        "id": str(found.id),
        "name": found.name,
        "icon": found.icon,
        "description": found.description,
        "home_header": found.home_header,
        "splash": found.splash,
        "discovery_splash": found.discovery_splash if "DISCOVERABLE" in found.features else None,
        "features": list(found.features),
        "banner": found.banner,
        "owner_id": str(found.owner_id),
        "application_id": None,
        "region": "us-east",
        "afk_channel_id": maybe(found.afk_channel_id),
        "afk_timeout": found.afk_timeout,
        "system_channel_id": maybe(found.system_channel_id),
        "system_channel_flags": found.system_channel_flags,
        "widget_enabled": found.widget_enabled,
        "widget_channel_id": maybe(found.widget_channel_id),
        "verification_level": found.verification_level,
        "default_message_notifications": found.default_message_notifications,
        "mfa_level": found.mfa_level,
        "explicit_content_filter": found.explicit_content_filter,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": found.premium_tier,
        "premium_subscription_count": 0,
        "preferred_locale": found.preferred_locale,
        "rules_channel_id": maybe(found.rules_channel_id),
        "safety_alerts_channel_id": maybe(found.safety_alerts_channel_id),
        "public_updates_channel_id": maybe(found.public_updates_channel_id),
        "premium_progress_bar_enabled": found.premium_progress_bar_enabled,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [emoji(each) for each in found.emojis.values()],
        "stickers": [sticker(each) for each in found.stickers.values()],
        "incidents_data": None,
    }


def partial_guild(found: Guild, reader: Member) -> JsonObject:
    """An entry of ``/users/@me/guilds``: the reader's base permissions included."""
    return {
        "id": str(found.id),
        "name": found.name,
        "icon": found.icon,
        "banner": found.banner,
        "owner": found.owner_id == reader.user_id,
        "permissions": str(permissions.base(found, reader)),
        "features": list(found.features),
    }
