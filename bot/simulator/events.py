"""Which gateway intent an event needs, and what a session without MESSAGE_CONTENT sees of a message.

Discord docs: Events > Gateway > Gateway Intents. An event not listed here needs none.
"""

import msgspec

from bot.simulator.shapes import JsonObject, as_int, as_list, as_object, words

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MODERATION = 1 << 2
GUILD_EXPRESSIONS = 1 << 3
GUILD_INTEGRATIONS = 1 << 4
GUILD_WEBHOOKS = 1 << 5
GUILD_INVITES = 1 << 6
GUILD_VOICE_STATES = 1 << 7
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
GUILD_SCHEDULED_EVENTS = 1 << 16
AUTO_MODERATION_CONFIGURATION = 1 << 20
AUTO_MODERATION_EXECUTION = 1 << 21
GUILD_MESSAGE_POLLS = 1 << 24
DIRECT_MESSAGE_POLLS = 1 << 25
KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25

# Intent → the application flags of which one must be set (approved, or limited for unverified applications).
PRIVILEGED: dict[int, int] = {
    GUILD_PRESENCES: 1 << 12 | 1 << 13,
    GUILD_MEMBERS: 1 << 14 | 1 << 15,
    MESSAGE_CONTENT: 1 << 18 | 1 << 19,
}

_MESSAGES = words("MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK")
_REACTIONS = words(
    "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI"
)
_POLLS = words("MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE")

_INTENTS: dict[int, tuple[str, ...]] = {
    GUILDS: words(
        "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE GUILD_ROLE_DELETE "
        "CHANNEL_CREATE CHANNEL_UPDATE CHANNEL_DELETE CHANNEL_PINS_UPDATE THREAD_CREATE THREAD_UPDATE "
        "THREAD_DELETE THREAD_LIST_SYNC THREAD_MEMBER_UPDATE THREAD_MEMBERS_UPDATE STAGE_INSTANCE_CREATE "
        "STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE"
    ),
    GUILD_MEMBERS: words("GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE"),
    GUILD_MODERATION: words("GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE"),
    GUILD_EXPRESSIONS: words(
        "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE GUILD_SOUNDBOARD_SOUND_UPDATE "
        "GUILD_SOUNDBOARD_SOUND_DELETE GUILD_SOUNDBOARD_SOUNDS_UPDATE"
    ),
    GUILD_INTEGRATIONS: words(
        "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE"
    ),
    GUILD_WEBHOOKS: words("WEBHOOKS_UPDATE"),
    GUILD_INVITES: words("INVITE_CREATE INVITE_DELETE"),
    GUILD_VOICE_STATES: words("VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE"),
    GUILD_PRESENCES: words("PRESENCE_UPDATE"),
    GUILD_MESSAGES: _MESSAGES,
    GUILD_MESSAGE_REACTIONS: _REACTIONS,
    GUILD_MESSAGE_TYPING: words("TYPING_START"),
    GUILD_SCHEDULED_EVENTS: words(
        "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE "
        "GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE"
    ),
    AUTO_MODERATION_CONFIGURATION: words(
        "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE"
    ),
    AUTO_MODERATION_EXECUTION: words("AUTO_MODERATION_ACTION_EXECUTION"),
    GUILD_MESSAGE_POLLS: _POLLS,
}
NEEDS: dict[str, int] = {name: intent for intent, names in _INTENTS.items() for name in names}

# The same events without a guild come from direct messages.
_DIRECT: dict[str, int] = {
    **dict.fromkeys((*_MESSAGES, "CHANNEL_PINS_UPDATE"), DIRECT_MESSAGES),
    **dict.fromkeys(_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    **dict.fromkeys(_POLLS, DIRECT_MESSAGE_POLLS),
    "TYPING_START": DIRECT_MESSAGE_TYPING,
}

_CARRIES_CONTENT = {"MESSAGE_CREATE", "MESSAGE_UPDATE"}
_EXECUTION = "AUTO_MODERATION_ACTION_EXECUTION"
_NAMES_ITS_GUILD_ID = {"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"}


class Event:
    """One event on its way to many sessions, encoded once for all that see the same of it."""

    __slots__ = ("_encoded", "data", "guild_id", "name")

    def __init__(self, name: str, data: JsonObject) -> None:
        self.name = name
        self.data = data
        self.guild_id = as_int(data.get("id" if name in _NAMES_ITS_GUILD_ID else "guild_id"))
        self._encoded: dict[bool, bytes] = {}

    def encoded(self, intents: int, bot_id: int) -> bytes:
        """The data as a session with these intents sees it."""
        whole = bool(intents & MESSAGE_CONTENT)
        found = self._encoded.get(whole)
        if found is None:
            data = self.data if whole else seen_without_content(self.name, self.data, bot_id)
            found = self._encoded[whole] = msgspec.json.encode(data)
        return found


def forbidden_intents(intents: int, application_flags: int) -> bool:
    return any(intents & intent and not application_flags & flags for intent, flags in PRIVILEGED.items())


def wanted(name: str, data: JsonObject, intents: int, bot_id: int) -> bool:
    """A bot hears of changes to its own member, and of threads for other members, by rules of their own."""
    need = NEEDS.get(name, 0)
    if name in _DIRECT and "guild_id" not in data:
        need = _DIRECT[name]
    if name == "THREAD_MEMBERS_UPDATE" and not _concerns(data, str(bot_id)):
        need = GUILD_MEMBERS
    if not need or intents & need:
        return True
    return name == "GUILD_MEMBER_UPDATE" and _id_of(data.get("user")) == str(bot_id)


def _concerns(data: JsonObject, user_id: str) -> bool:
    """Whether a user was added to a thread or removed from it."""
    added = [as_object(each) or {} for each in as_list(data.get("added_members")) or ()]
    removed = as_list(data.get("removed_member_ids")) or ()
    return user_id in removed or any(each.get("user_id") == user_id for each in added)


def seen_without_content(name: str, data: JsonObject, bot_id: int) -> JsonObject:
    """The event as a session without MESSAGE_CONTENT gets it.

    Direct messages are not withheld. Of AutoMod's doings it is ``content`` and ``matched_content`` (docs: Auto
    Moderation Action Execution).
    """
    if name == _EXECUTION:
        return data | {"content": "", "matched_content": ""}
    return without_content(data, bot_id) if name in _CARRIES_CONTENT and "guild_id" in data else data


def without_content(message: JsonObject, bot_id: int) -> JsonObject:
    """A message for an application without MESSAGE_CONTENT, and likewise the one it replies to.

    What people wrote arrives empty, unless it is the bot's own or the bot is mentioned in it.
    """
    own = str(bot_id)
    mentioned = any(_id_of(user) == own for user in as_list(message.get("mentions")) or ())
    shown = message
    if not mentioned and _id_of(message.get("author")) != own:
        withheld: JsonObject = {"content": "", "embeds": [], "attachments": [], "components": []}
        shown = message | withheld
    replied = as_object(message.get("referenced_message"))
    return shown if replied is None else shown | {"referenced_message": without_content(replied, bot_id)}


def content_granted(application_flags: int) -> bool:
    """Whether the portal lets the application read what people wrote; REST asks this and no intents."""
    return bool(application_flags & PRIVILEGED[MESSAGE_CONTENT])


def _id_of(user: object) -> object:
    found = as_object(user)
    return None if found is None else found.get("id")
