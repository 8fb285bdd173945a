"""A snapshot as the spec of a simulated guild: same names, places, bits and coincidences; ids are the simulator's own.

Keys in the spec are the snapshot's ids, so the simulator's answer tells which id has become which.
"""

from collections.abc import Mapping
from typing import Any

from core.discord.types import Channel, Overwrite, Role, Snapshot
from tests.builders.guilds import BOT_ROLE

LEVELS = ("none", "low", "medium", "high", "very_high")
FILTERS = ("disabled", "members_without_roles", "all_members")
NOTIFICATIONS = ("all_messages", "only_mentions")
_POINTERS = {
    "system_channel": "system_channel_id",
    "afk_channel": "afk_channel_id",
    "rules_channel": "rules_channel_id",
    "public_updates_channel": "updates_channel_id",
    "safety_alerts_channel": "safety_channel_id",
}


def spec_of(there: Snapshot, members: Mapping[str, str]) -> dict[str, Any]:
    """`members` are the usernames of those that overwrites name, by id. The bot's own role comes with the bot, so a
    spec has no overwrites of it."""
    settings = there.settings
    bot = next(role for role in there.roles if role.id == BOT_ROLE)
    pointers = {name: getattr(settings, field) for name, field in _POINTERS.items()}
    return {
        "name": settings.name,
        "features": sorted(there.features),
        "premium_tier": there.premium_tier,
        "verification_level": LEVELS.index(settings.verification_level),
        "explicit_content_filter": FILTERS.index(settings.content_filter),
        "default_message_notifications": NOTIFICATIONS.index(settings.notifications),
        "everyone_permissions": str(there.everyone.permissions),
        "roles": [_role(r) for r in there.roles if r.id not in (there.guild_id, BOT_ROLE)],
        "channels": [_channel(c, there, members) for c in there.channels],
        "members": [{"username": name} for name in members.values()],
        "bot_permissions": str(bot.permissions),
        "bot_role_position": bot.position,
        **{name: key for name, key in pointers.items() if key},
    }


def _role(role: Role) -> dict[str, Any]:
    return {
        "key": role.id,
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "hoist": role.hoist,
        "mentionable": role.mentionable,
        "managed": role.managed,
        "tags": _tags(role),
    }


def _tags(role: Role) -> dict[str, str | None] | None:
    """What makes it managed."""
    if not role.managed:
        return None
    if role.bot_id:
        return {"bot_id": role.bot_id}
    if role.is_sold:
        return {"integration_id": "77", "subscription_listing_id": "78"}
    return {"premium_subscriber": None} if role.name == "Booster" else {"integration_id": "79"}


def _channel(channel: Channel, there: Snapshot, members: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "key": channel.id,
        "name": channel.name,
        "type": channel.type,
        "position": channel.position,
        "permission_overwrites": [
            _overwrite(o, there, members) for o in channel.overwrites if o.id != BOT_ROLE
        ],
    }
    if channel.parent_id:
        said["parent"] = channel.parent_id
    if channel.topic:
        said["topic"] = channel.topic
    if channel.bitrate:
        said["bitrate"] = channel.bitrate
    return said


def _overwrite(entry: Overwrite, there: Snapshot, members: Mapping[str, str]) -> dict[str, Any]:
    bits = {"allow": str(entry.allow), "deny": str(entry.deny)}
    if entry.kind == "member":
        return {"member": members[entry.id], **bits}
    return {"role": "@everyone" if entry.id == there.guild_id else entry.id, **bits}
