"""A guild as Discord's native templates hold it (Discord docs: Resources > Guild Template; published document:
GuildTemplateSnapshotResponse).

Ids are placeholders: whole numbers that mean something only in the snapshot. @everyone is 0 and counts as the first
role, so the others begin at 2, lowest first; channels begin at 1, each category followed by its children. What a new
guild could not have is left out: roles of bots and integrations, members and what is allowed to either. Objects have
every field, also where it does not apply.

The published document lets a snapshot hold text, voice, category and forum channels (and this simulator media channels,
see ``contract.amendments``). What Discord makes of the others is not documented: here an announcement channel becomes a
text channel and a stage a voice channel.
"""

from bot.simulator import payloads, permissions
from bot.simulator.shapes import JsonObject
from bot.simulator.state import ANNOUNCEMENT, CATEGORY, FORUM, MEDIA, STAGE, TEXT, VOICE, Channel, Guild, Role

_PLAIN = {ANNOUNCEMENT: TEXT, STAGE: VOICE}
_BITRATE = 64_000


def serialized(guild: Guild) -> JsonObject:
    """The snapshot at this moment."""
    ranked = sorted(guild.roles.values(), key=lambda role: permissions.rank(guild, role))
    roles = [role for role in ranked if not role.managed]
    numbers = {role.id: place if place > 1 else 0 for place, role in enumerate(roles, 1)}
    channels = _as_displayed(guild)
    places = {channel.id: place for place, channel in enumerate(channels, 1)}
    settings = payloads.settings(guild)
    return {
        "name": guild.name,
        "description": guild.description,
        "region": settings["region"],
        "verification_level": guild.verification_level,
        "default_message_notifications": guild.default_message_notifications,
        "explicit_content_filter": guild.explicit_content_filter,
        "preferred_locale": guild.preferred_locale,
        "afk_timeout": guild.afk_timeout,
        "roles": [_role(role, numbers) for role in roles],
        "channels": [_channel(channel, places, numbers) for channel in channels],
        "afk_channel_id": _placed(guild.afk_channel_id, places),
        "system_channel_id": _placed(guild.system_channel_id, places),
        "system_channel_flags": guild.system_channel_flags,
        "icon_hash": guild.icon,
    }


def _as_displayed(guild: Guild) -> list[Channel]:
    """Channels without a category, then each category with its children; in both, those to talk in come last."""
    ordered = sorted(guild.ordered_channels(), key=lambda each: each.type in (VOICE, STAGE))
    found = [each for each in ordered if each.parent_id is None and each.type != CATEGORY]
    for category in guild.ordered_channels():
        if category.type == CATEGORY:
            found.append(category)
            found.extend(each for each in ordered if each.parent_id == category.id)
    return found


def _placed(channel_id: int | None, places: dict[int, int]) -> int | None:
    return None if channel_id is None else places.get(channel_id)


def _role(role: Role, numbers: dict[int, int]) -> JsonObject:
    body = payloads.role(role)
    keys = ("name", "permissions", "color", "colors", "hoist", "mentionable", "icon", "unicode_emoji")
    return {"id": numbers[role.id]} | {key: body[key] for key in keys}


def _channel(channel: Channel, places: dict[int, int], numbers: dict[int, int]) -> JsonObject:
    spoken, posted = channel.type in (VOICE, STAGE), channel.type in (FORUM, MEDIA)
    return {
        "id": places[channel.id],
        "type": _PLAIN.get(channel.type, channel.type),
        "name": channel.name,
        "position": channel.position,
        "topic": None if channel.type in (VOICE, STAGE, CATEGORY) else channel.topic,
        "bitrate": channel.bitrate if spoken else _BITRATE,
        "user_limit": channel.user_limit if channel.type == VOICE else 0,
        "nsfw": channel.nsfw,
        "rate_limit_per_user": channel.rate_limit_per_user,
        "parent_id": _placed(channel.parent_id, places),
        "default_auto_archive_duration": channel.default_auto_archive_duration,
        "permission_overwrites": _overwrites(channel, numbers),
        "available_tags": _tags(channel) if posted else None,
        "template": "",
        "default_reaction_emoji": payloads.channel(channel)["default_reaction_emoji"] if posted else None,
        "default_thread_rate_limit_per_user": channel.default_thread_rate_limit_per_user or None,
        "default_sort_order": channel.default_sort_order if posted else None,
        "default_forum_layout": channel.default_forum_layout if channel.type == FORUM else None,
        "default_tag_setting": channel.default_tag_setting if posted else None,
        "theme_color": None,
    }


def _overwrites(channel: Channel, numbers: dict[int, int]) -> list[JsonObject]:
    kept = [each for each in channel.overwrites.values() if each.type == 0 and each.id in numbers]
    kept.sort(key=lambda each: numbers[each.id])
    return [payloads.overwrite(each) | {"id": numbers[each.id]} for each in kept]


def _tags(channel: Channel) -> list[JsonObject]:
    return [payloads.tag(tag) | {"id": place} for place, tag in enumerate(channel.available_tags)]
