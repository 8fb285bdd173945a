"""The guild that the simulated Discord holds when the demo begins: one that people have lived in for years.

Grown, not designed: equal positions, channels that no longer follow their category, exceptions for single members,
roles that other bots brought along, and one role that stands above our bot.
"""

from typing import Any

NAME = "Tinkerers' Den"

_MUTE = ["SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "CREATE_PUBLIC_THREADS", "ADD_REACTIONS", "SPEAK"]
_READ_ONLY = ["SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "CREATE_PUBLIC_THREADS", "CREATE_PRIVATE_THREADS"]
_MODERATION = [
    "VIEW_AUDIT_LOG",
    "KICK_MEMBERS",
    "BAN_MEMBERS",
    "MODERATE_MEMBERS",
    "MANAGE_MESSAGES",
    "MANAGE_THREADS",
    "MUTE_MEMBERS",
    "MOVE_MEMBERS",
]
_MEMBERS = {
    "marisol": ["Founder"],
    "tobias": ["Administrator", "Regular"],
    "yuki": ["Administrator"],
    "imani": ["Moderator", "she/her", "Regular"],
    "casper": ["Moderator", "Night Owl"],
    "oluwaseun": ["Moderator"],
    "priya": ["Helper", "she/her", "Artist"],
    "lukas": ["Helper", "Woodworker"],
    "hazel": ["Helper", "they/them"],
    "mateo": ["Streamer", "Regular"],
    "noor": ["Artist", "Regular", "Server Booster"],
    "finn": ["Regular", "he/him", "ping: game night"],
    "aroha": ["Regular", "Woodworker", "ping: streams"],
    "dmitri": ["Regular", "Night Owl"],
    "zoe": ["Member", "she/her", "ping: streams"],
    "kwame": ["Member", "ping: game night"],
    "elif": ["Member", "Artist"],
    "bram": ["Member", "he/him"],
    "saoirse": ["Member", "Server Booster"],
    "jun": ["Member", "they/them"],
    "pavel": ["Member", "Muted"],
    "ines": ["Newcomer"],
    "tariq": ["Newcomer"],
    "willow": [],
}


def lived_in_guild() -> dict[str, Any]:
    """What `POST /_sim/guilds` takes."""
    return {
        "name": NAME,
        "owner": "marisol",
        "description": "We make things, break things and mend them again.",
        "features": ["COMMUNITY"],
        "verification_level": 2,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "afk_timeout": 1800,
        "system_channel_flags": 4,
        "everyone_permissions": [
            "VIEW_CHANNEL",
            "SEND_MESSAGES",
            "SEND_MESSAGES_IN_THREADS",
            "CREATE_PUBLIC_THREADS",
            "ADD_REACTIONS",
            "READ_MESSAGE_HISTORY",
            "EMBED_LINKS",
            "USE_EXTERNAL_EMOJIS",
            "CONNECT",
            "SPEAK",
            "USE_VAD",
            "STREAM",
            "CHANGE_NICKNAME",
            "USE_APPLICATION_COMMANDS",
            "REQUEST_TO_SPEAK",
            "CREATE_INSTANT_INVITE",
        ],
        "roles": _roles(),
        "channels": [
            {"name": "lobby", "topic": "Between doors."},
            *_information(),
            *_lounge(),
            *_workshop(),
            *_games(),
            *_events(),
            *_staff(),
            *_archive(),
        ],
        "members": [{"username": name, "roles": roles} for name, roles in _MEMBERS.items()]
        + [
            {"username": "carillon", "bot": True, "roles": ["Carillon"]},
            {"username": "ledgerbot", "bot": True, "roles": ["Ledger Bot"]},
        ],
        "rules_channel": "rules",
        "public_updates_channel": "community-updates",
        "safety_alerts_channel": "community-updates",
        "system_channel": "lobby",
        "afk_channel": "Asleep",
        "bot_role_position": _PLACE_OF_THE_BOT,
    }


# Two pairs and a triple share a position: what Discord leaves behind when roles are dragged about for years.
_PLACE_OF_THE_BOT = 17


def _roles() -> list[dict[str, Any]]:
    return [
        _role("Muted", 1, color=0x818386),
        _role("he/him", 2),
        _role("she/her", 2),
        _role("they/them", 2),
        _role("ping: streams", 3, mentionable=True),
        _role("ping: game night", 3, mentionable=True),
        _role("Newcomer", 4, color=0x95A5A6),
        _role("Member", 5, "EMBED_LINKS ATTACH_FILES USE_EXTERNAL_STICKERS SEND_POLLS", color=0x2ECC71),
        _role("Night Owl", 6, color=0x34495E),
        _role("Woodworker", 6, color=0xA84300),
        _role("Artist", 7, color=0xE91E63),
        _role("Regular", 8, "ATTACH_FILES SEND_VOICE_MESSAGES USE_SOUNDBOARD", color=0x1ABC9C, hoist=True),
        _role("Server Booster", 9, color=0xF47FFF, managed=True, tags={"premium_subscriber": None}),
        _role("Streamer", 10, "PRIORITY_SPEAKER", color=0x9B59B6, hoist=True, mentionable=True),
        _role(
            "Carillon", 11, "MANAGE_MESSAGES MANAGE_ROLES", managed=True, tags={"bot_id": "80351110224678912"}
        ),
        _role("Ledger Bot", 12, "SEND_MESSAGES", managed=True, tags={"bot_id": "53908232506183680"}),
        _role("Helper", 13, "MODERATE_MEMBERS MANAGE_THREADS", color=0xF1C40F, hoist=True, mentionable=True),
        _role("Moderator", 14, " ".join(_MODERATION), color=0xE67E22, hoist=True, mentionable=True),
        _role("Administrator", 16, "ADMINISTRATOR", color=0xE74C3C, hoist=True),
        _role("Founder", 17, "ADMINISTRATOR", color=0xF5F5F5, hoist=True),
    ]


def _information() -> list[dict[str, Any]]:
    return [
        _category("Information", _everyone(deny=_READ_ONLY), _only("Moderator", "SEND_MESSAGES")),
        _synced("rules", "Information", topic="Be kind, be patient, label your cables."),
        _synced("welcome", "Information"),
        _synced("pick-a-role", "Information", topic="Ask Carillon."),
        {
            "name": "announcements",
            "type": "announcement",
            "parent": "Information",
            "permission_overwrites": [
                _everyone(deny=_READ_ONLY),
                _only("Administrator", "SEND_MESSAGES"),
                _only("Carillon", "SEND_MESSAGES MANAGE_MESSAGES"),
            ],
        },
    ]


def _lounge() -> list[dict[str, Any]]:
    parent = "The Lounge"
    return [
        _category(parent, {"role": "Muted", "deny": _MUTE}),
        _synced("general", parent, topic="Anything and everything.", position=7),
        _synced("introductions", parent, position=7, rate_limit_per_user=21600),
        _synced("pictures", parent, topic="What you saw today."),
        _synced("pets", parent),
        _apart("off-topic", parent, {"role": "Muted", "deny": _MUTE}, {"member": "pavel", "deny": _MUTE}),
        _apart("memes", parent, {"role": "Newcomer", "deny": ["SEND_MESSAGES"]}, rate_limit_per_user=10),
        _synced("music", parent),
        _synced("bot-playground", parent),
        _synced("Lounge", parent, type="voice", bitrate=64000),
        _synced("Quiet Corner", parent, type="voice", bitrate=64000, user_limit=4),
        _synced("Asleep", parent, type="voice", bitrate=64000),
    ]


def _workshop() -> list[dict[str, Any]]:
    parent = "Workshop"
    return [
        _category(parent, {"role": "Muted", "deny": _MUTE}, {"role": "Helper", "allow": ["MANAGE_THREADS"]}),
        _synced(
            "questions",
            parent,
            type="forum",
            topic="One question a post, please.",
            default_sort_order=0,
            available_tags=[
                {"name": "Solved", "moderated": True},
                {"name": "Electronics"},
                {"name": "Wood"},
                {"name": "Software"},
            ],
        ),
        _synced(
            "show-your-work",
            parent,
            type="forum",
            default_forum_layout=2,
            available_tags=[{"name": "Finished"}, {"name": "In progress"}],
        ),
        _synced("electronics", parent),
        _synced("woodworking", parent),
        _synced("3d-printing", parent),
        _synced("code", parent, default_auto_archive_duration=4320),
        _synced("book-shelf", parent),
        _apart(
            "tool-library",
            parent,
            _everyone(deny=["SEND_MESSAGES"]),
            _only("Member", "SEND_MESSAGES"),
            _only("Ledger Bot", "SEND_MESSAGES MANAGE_MESSAGES"),
            {"member": "aroha", "allow": ["MANAGE_MESSAGES"]},
        ),
        _synced("marketplace", parent, rate_limit_per_user=3600),
        _synced("Bench One", parent, type="voice", user_limit=2),
        _synced("Bench Two", parent, type="voice", user_limit=2),
    ]


def _games() -> list[dict[str, Any]]:
    parent = "Games"
    return [
        _category(parent),
        _synced("game-night", parent, topic="Thursdays at eight."),
        _synced("looking-for-group", parent, rate_limit_per_user=60),
        _synced("chess", parent),
        _synced("tabletop", parent),
        _synced("Game Room A", parent, type="voice", user_limit=10),
        _synced("Game Room B", parent, type="voice", user_limit=10),
    ]


def _events() -> list[dict[str, Any]]:
    parent = "Events"
    return [
        _category(parent, {"role": "Muted", "deny": ["SPEAK", "REQUEST_TO_SPEAK", "SEND_MESSAGES"]}),
        _apart(
            "event-calendar",
            parent,
            _everyone(deny=_READ_ONLY),
            _only("Streamer", "SEND_MESSAGES"),
            type="announcement",
        ),
        _synced("event-planning", parent),
        _synced("Town Hall", parent, type="stage"),
        _apart("Streams", parent, _only("Streamer", "MUTE_MEMBERS MOVE_MEMBERS"), type="voice"),
    ]


def _staff() -> list[dict[str, Any]]:
    parent = "Staff"
    hidden = [
        _everyone(deny=["VIEW_CHANNEL", "CONNECT"]),
        _only("Moderator", "VIEW_CHANNEL CONNECT"),
        _only("Helper", "VIEW_CHANNEL CONNECT"),
    ]
    return [
        _category(parent, *hidden),
        _synced("staff-room", parent),
        _apart(
            "community-updates", parent, _everyone(deny=["VIEW_CHANNEL"]), _only("Moderator", "VIEW_CHANNEL")
        ),
        _apart(
            "mod-log",
            parent,
            _everyone(deny=["VIEW_CHANNEL"]),
            _only("Moderator", "VIEW_CHANNEL"),
            _only("Carillon", "VIEW_CHANNEL SEND_MESSAGES"),
        ),
        _apart("appeals", parent, *hidden, {"member": "pavel", "allow": ["VIEW_CHANNEL", "SEND_MESSAGES"]}),
        _synced("Staff Voice", parent, type="voice"),
    ]


def _archive() -> list[dict[str, Any]]:
    parent = "Archive"
    return [
        _category(parent, _everyone(deny=_READ_ONLY)),
        _synced("winter-fair-2022", parent),
        _synced("old-suggestions", parent),
        _apart("the-great-soldering-debate", parent, _everyone(deny=[*_READ_ONLY, "ADD_REACTIONS"])),
    ]


def _role(name: str, position: int, permissions: str = "", **style: Any) -> dict[str, Any]:
    return {"name": name, "position": position, "permissions": permissions.split(), **style}


def _category(name: str, *overwrites: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": "category", "permission_overwrites": list(overwrites)}


def _synced(name: str, parent: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "parent": parent, "synced": True, **settings}


def _apart(name: str, parent: str, *overwrites: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A channel that does not follow its category."""
    return {"name": name, "parent": parent, "permission_overwrites": list(overwrites), **settings}


def _everyone(*, deny: list[str]) -> dict[str, Any]:
    return {"role": "@everyone", "deny": deny}


def _only(role: str, allow: str) -> dict[str, Any]:
    return {"role": role, "allow": allow.split()}
