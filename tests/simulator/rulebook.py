"""AutoMod rules of each kind, and a guild for them to work in."""

from typing import Any

BLOCK: dict[str, Any] = {"type": 1, "metadata": {}}
CATS: dict[str, Any] = {
    "name": "No cats",
    "event_type": 1,
    "trigger_type": 1,
    "trigger_metadata": {"keyword_filter": ["cat"]},
    "actions": [BLOCK],
    "enabled": True,
}
SPAM = CATS | {"trigger_type": 3, "trigger_metadata": None}
PRESET = CATS | {"trigger_type": 4, "trigger_metadata": {"presets": [1, 3]}}
MENTIONS = CATS | {"trigger_type": 5, "trigger_metadata": {"mention_total_limit": 2}}
PROFILE = CATS | {"trigger_type": 6, "event_type": 2, "actions": [{"type": 4, "metadata": {}}]}


TOWN: dict[str, Any] = {
    "channels": [
        {"name": "Deck", "type": "category"},
        {"name": "talk", "parent": "Deck"},
        {"name": "free"},
        {"name": "alerts"},
    ],
    "roles": [
        {"name": "Trusted"},
        {"name": "Managers", "permissions": str(1 << 5)},
        {"name": "Admins", "permissions": str(1 << 3)},
    ],
    "members": [
        {"username": "ada"},
        {"username": "trusted", "roles": ["Trusted"]},
        {"username": "manager", "roles": ["Managers"]},
        {"username": "admin", "roles": ["Admins"]},
        {"username": "robot", "bot": True},
    ],
}


def rules(made: Any) -> str:
    """The path of a guild's rules."""
    return f"/guilds/{made['id']}/auto-moderation/rules"
