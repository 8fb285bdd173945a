"""Which gateway intent an event needs, and what a session without MESSAGE_CONTENT sees of a message.

Discord docs: Events > Gateway > Gateway Intents. An event not listed here needs none.
"""

from bot.simulator.shapes import JsonObject, as_list, as_object

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MODERATION = 1 << 2
GUILD_EXPRESSIONS = 1 << 3
GUILD_INTEGRATIONS = 1 << 4
GUILD_WEBHOOKS = 1 << 5
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_TYPING = 1 << 11
MESSAGE_CONTENT = 1 << 15
AUTO_MODERATION_CONFIGURATION = 1 << 20
AUTO_MODERATION_EXECUTION = 1 << 21
KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25

# Intent → the application flags of which one must be set (approved, or limited for unverified applications).
PRIVILEGED: dict[int, int] = {
    GUILD_PRESENCES: 1 << 12 | 1 << 13,
    GUILD_MEMBERS: 1 << 14 | 1 << 15,
    MESSAGE_CONTENT: 1 << 18 | 1 << 19,
}

NEEDS: dict[str, int] = {
    "GUILD_CREATE": GUILDS,
    "GUILD_UPDATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "GUILD_ROLE_DELETE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_UPDATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "GUILD_MEMBER_REMOVE": GUILD_MEMBERS,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": GUILD_MODERATION,
    "MESSAGE_CREATE": GUILD_MESSAGES,
    "MESSAGE_UPDATE": GUILD_MESSAGES,
    "MESSAGE_DELETE": GUILD_MESSAGES,
    "MESSAGE_DELETE_BULK": GUILD_MESSAGES,
    "TYPING_START": GUILD_MESSAGE_TYPING,
    "GUILD_BAN_ADD": GUILD_MODERATION,
    "GUILD_BAN_REMOVE": GUILD_MODERATION,
    "GUILD_EMOJIS_UPDATE": GUILD_EXPRESSIONS,
    "WEBHOOKS_UPDATE": GUILD_WEBHOOKS,
    "GUILD_INTEGRATIONS_UPDATE": GUILD_INTEGRATIONS,
    "AUTO_MODERATION_RULE_CREATE": AUTO_MODERATION_CONFIGURATION,
    "AUTO_MODERATION_RULE_UPDATE": AUTO_MODERATION_CONFIGURATION,
    "AUTO_MODERATION_RULE_DELETE": AUTO_MODERATION_CONFIGURATION,
    "AUTO_MODERATION_ACTION_EXECUTION": AUTO_MODERATION_EXECUTION,
}

_CARRIES_CONTENT = {"MESSAGE_CREATE", "MESSAGE_UPDATE"}


def forbidden_intents(intents: int, application_flags: int) -> bool:
    return any(intents & intent and not application_flags & flags for intent, flags in PRIVILEGED.items())


def wanted(name: str, data: JsonObject, intents: int, bot_id: int) -> bool:
    """A bot hears of changes to its own member without the members intent."""
    need = NEEDS.get(name, 0)
    if not need or intents & need:
        return True
    return name == "GUILD_MEMBER_UPDATE" and _id_of(data.get("user")) == str(bot_id)


def seen_with(name: str, data: JsonObject, intents: int, bot_id: int) -> JsonObject:
    """The event as a session with these intents gets it.

    Of AutoMod's doings ``content`` and ``matched_content`` are withheld (docs: Auto Moderation Action Execution).
    """
    if intents & MESSAGE_CONTENT:
        return data
    if name == "AUTO_MODERATION_ACTION_EXECUTION":
        return data | {"content": "", "matched_content": ""}
    return without_content(data, bot_id) if name in _CARRIES_CONTENT else data


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
