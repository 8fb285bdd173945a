"""A guild with something of everything that native templates hold, and of what they leave out."""

from typing import Any

VIEW = 1 << 10

GUILD: dict[str, Any] = {
    "name": "Harbour",
    "description": "Ships",
    "features": ["COMMUNITY", "ROLE_ICONS"],
    "verification_level": 2,
    "default_message_notifications": 1,
    "explicit_content_filter": 2,
    "preferred_locale": "de",
    "afk_timeout": 900,
    "system_channel_flags": 5,
    "everyone_permissions": ["VIEW_CHANNEL"],
    "roles": [
        {"name": "Bots", "managed": True, "permissions": "8"},
        {"name": "Crew", "permissions": "1024", "color": 255, "hoist": True, "mentionable": True},
        {"name": "Mates", "unicode_emoji": "⚓", "secondary_color": 7, "color": 9},
    ],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Mates", "allow": str(VIEW)}]},
        {"name": "bridge", "type": 2, "parent": "Deck", "bitrate": 32000, "user_limit": 4},
        {
            "name": "log",
            "parent": "Deck",
            "topic": "today",
            "nsfw": True,
            "rate_limit_per_user": 5,
            "default_auto_archive_duration": 60,
            "default_thread_rate_limit_per_user": 9,
            "permission_overwrites": [
                {"role": "Mates", "allow": str(VIEW)},
                {"role": "@everyone", "deny": str(VIEW)},
                {"role": "Bots", "allow": str(VIEW)},
                {"member": "ada", "allow": str(VIEW)},
            ],
        },
        {"name": "loose", "position": 0},
        {"name": "news", "type": 5},
        {"name": "stage", "type": 13, "topic": "speeches"},
        {
            "name": "forum",
            "type": 15,
            "available_tags": [{"name": "done", "emoji_name": "✅", "moderated": True}, {"name": "new"}],
            "default_reaction_emoji": {"emoji_name": "👍"},
            "default_sort_order": 1,
            "default_forum_layout": 2,
            "default_tag_setting": "match_all",
        },
    ],
    "system_channel": "log",
    "afk_channel": "bridge",
    "members": [{"username": "ada"}],
}
