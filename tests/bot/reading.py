"""Discord's REST shapes read by hand into our words: what the cache's translation is compared with."""

from typing import Any

from core.discord.types import Channel, ForumTag, GuildSettings, Overwrite, Role

LEVELS = ("none", "low", "medium", "high", "very_high")
TYPES = {0: "text", 2: "voice", 4: "category", 5: "announcement", 13: "stage", 15: "forum", 16: "media"}
TEXTS = {"text", "announcement"}
FORUMS = {"forum", "media"}
VOICES = {"voice", "stage"}


def read_role(data: dict[str, Any]) -> Role:
    colors = data["colors"]
    return Role(
        id=data["id"],
        name=data["name"],
        permissions=int(data["permissions"]),
        color=colors["primary_color"],
        secondary_color=colors["secondary_color"],
        tertiary_color=colors["tertiary_color"],
        hoist=data["hoist"],
        mentionable=data["mentionable"],
        position=data["position"],
        managed=data["managed"],
        icon=data.get("icon"),
        unicode_emoji=data.get("unicode_emoji"),
        bot_id=data.get("tags", {}).get("bot_id"),
        is_sold="subscription_listing_id" in data.get("tags", {}),
    )


def read_channel(data: dict[str, Any]) -> Channel:
    kind: Any = TYPES[data["type"]]
    read: dict[str, Any] = {}
    if kind in TEXTS | FORUMS:
        read["topic"] = data.get("topic")
        read["thread_slowmode"] = data.get("default_thread_rate_limit_per_user", 0)
        read["auto_archive"] = data.get("default_auto_archive_duration")
    if kind != "category":
        read["nsfw"] = data["nsfw"]
        read["slowmode"] = data.get("rate_limit_per_user", 0)
    if kind in VOICES:
        read["bitrate"] = data["bitrate"]
        read["user_limit"] = data["user_limit"]
        read["region"] = data["rtc_region"]
        read["video_quality"] = {1: "auto", 2: "full"}[data.get("video_quality_mode", 1)]
    if kind in FORUMS:
        reaction = data.get("default_reaction_emoji") or {}
        order = data.get("default_sort_order")
        read["tags"] = tuple(
            ForumTag(tag["name"], tag["id"], tag["moderated"], tag["emoji_id"] or tag["emoji_name"])
            for tag in data["available_tags"]
        )
        read["default_reaction"] = reaction.get("emoji_id") or reaction.get("emoji_name")
        read["sort_order"] = None if order is None else ("latest_activity", "creation_date")[order]
        read["require_tag"] = bool(data["flags"] & 1 << 4)
    if kind == "media":
        read["hide_downloads"] = bool(data["flags"] & 1 << 15)
    if kind == "forum":
        read["layout"] = ("not_set", "list", "gallery")[data["default_forum_layout"]]
    return Channel(
        id=data["id"],
        type=kind,
        name=data["name"],
        position=data["position"],
        parent_id=data.get("parent_id"),
        overwrites=tuple(read_overwrite(each) for each in data["permission_overwrites"]),
        **read,
    )


def read_overwrite(data: dict[str, Any]) -> Overwrite:
    return Overwrite(("role", "member")[data["type"]], data["id"], int(data["allow"]), int(data["deny"]))


def read_settings(data: dict[str, Any]) -> GuildSettings:
    return GuildSettings(
        name=data["name"],
        description=data["description"],
        verification_level=LEVELS[data["verification_level"]],
        notifications=("all_messages", "only_mentions")[data["default_message_notifications"]],
        content_filter=("disabled", "members_without_roles", "all_members")[data["explicit_content_filter"]],
        locale=data["preferred_locale"],
        afk_channel_id=data["afk_channel_id"],
        afk_timeout=data["afk_timeout"],
        system_channel_id=data["system_channel_id"],
        system_channel_flags=data["system_channel_flags"],
        rules_channel_id=data["rules_channel_id"],
        updates_channel_id=data["public_updates_channel_id"],
        safety_channel_id=data["safety_alerts_channel_id"],
        boost_progress_bar=data["premium_progress_bar_enabled"],
    )
