"""Permission arithmetic (Discord docs: Topics > Permissions): bits, base permissions, overwrites, implicit denies."""

from collections.abc import Iterable

from bot.simulator.shapes import words
from bot.simulator.state import Channel, Guild, Member, Role

_NAMES = words(
    "CREATE_INSTANT_INVITE KICK_MEMBERS BAN_MEMBERS ADMINISTRATOR MANAGE_CHANNELS MANAGE_GUILD ADD_REACTIONS "
    "VIEW_AUDIT_LOG PRIORITY_SPEAKER STREAM VIEW_CHANNEL SEND_MESSAGES SEND_TTS_MESSAGES MANAGE_MESSAGES EMBED_LINKS "
    "ATTACH_FILES READ_MESSAGE_HISTORY MENTION_EVERYONE USE_EXTERNAL_EMOJIS VIEW_GUILD_INSIGHTS CONNECT SPEAK "
    "MUTE_MEMBERS DEAFEN_MEMBERS MOVE_MEMBERS USE_VAD CHANGE_NICKNAME MANAGE_NICKNAMES MANAGE_ROLES MANAGE_WEBHOOKS "
    "MANAGE_GUILD_EXPRESSIONS USE_APPLICATION_COMMANDS REQUEST_TO_SPEAK MANAGE_EVENTS MANAGE_THREADS "
    "CREATE_PUBLIC_THREADS CREATE_PRIVATE_THREADS USE_EXTERNAL_STICKERS SEND_MESSAGES_IN_THREADS "
    "USE_EMBEDDED_ACTIVITIES MODERATE_MEMBERS VIEW_CREATOR_MONETIZATION_ANALYTICS USE_SOUNDBOARD "
    "CREATE_GUILD_EXPRESSIONS CREATE_EVENTS USE_EXTERNAL_SOUNDS SEND_VOICE_MESSAGES _47 SET_VOICE_CHANNEL_STATUS "
    "SEND_POLLS USE_EXTERNAL_APPS PIN_MESSAGES BYPASS_SLOWMODE"
)

BITS: dict[str, int] = {name: 1 << bit for bit, name in enumerate(_NAMES) if not name.startswith("_")}
ALL = sum(BITS.values())


def named(names: Iterable[str]) -> int:
    """A bit field from permission names, as the control surface writes them."""
    value = 0
    for name in names:
        value |= BITS[name.upper()]
    return value


KICK_MEMBERS = BITS["KICK_MEMBERS"]
BAN_MEMBERS = BITS["BAN_MEMBERS"]
ADMINISTRATOR = BITS["ADMINISTRATOR"]
MANAGE_CHANNELS = BITS["MANAGE_CHANNELS"]
MANAGE_GUILD = BITS["MANAGE_GUILD"]
VIEW_AUDIT_LOG = BITS["VIEW_AUDIT_LOG"]
VIEW_CHANNEL = BITS["VIEW_CHANNEL"]
SEND_MESSAGES = BITS["SEND_MESSAGES"]
SEND_TTS_MESSAGES = BITS["SEND_TTS_MESSAGES"]
MANAGE_MESSAGES = BITS["MANAGE_MESSAGES"]
EMBED_LINKS = BITS["EMBED_LINKS"]
ATTACH_FILES = BITS["ATTACH_FILES"]
READ_MESSAGE_HISTORY = BITS["READ_MESSAGE_HISTORY"]
MENTION_EVERYONE = BITS["MENTION_EVERYONE"]
CONNECT = BITS["CONNECT"]
MUTE_MEMBERS = BITS["MUTE_MEMBERS"]
DEAFEN_MEMBERS = BITS["DEAFEN_MEMBERS"]
MOVE_MEMBERS = BITS["MOVE_MEMBERS"]
CHANGE_NICKNAME = BITS["CHANGE_NICKNAME"]
MANAGE_NICKNAMES = BITS["MANAGE_NICKNAMES"]
MANAGE_ROLES = BITS["MANAGE_ROLES"]
MANAGE_WEBHOOKS = BITS["MANAGE_WEBHOOKS"]
MANAGE_GUILD_EXPRESSIONS = BITS["MANAGE_GUILD_EXPRESSIONS"]
USE_APPLICATION_COMMANDS = BITS["USE_APPLICATION_COMMANDS"]
MODERATE_MEMBERS = BITS["MODERATE_MEMBERS"]
CREATE_GUILD_EXPRESSIONS = BITS["CREATE_GUILD_EXPRESSIONS"]
MANAGE_EVENTS = BITS["MANAGE_EVENTS"]
CREATE_EVENTS = BITS["CREATE_EVENTS"]
BYPASS_SLOWMODE = BITS["BYPASS_SLOWMODE"]

# What a new guild's @everyone may do.
DEFAULT_EVERYONE = named(
    words(
        "CREATE_INSTANT_INVITE ADD_REACTIONS STREAM VIEW_CHANNEL SEND_MESSAGES EMBED_LINKS ATTACH_FILES "
        "READ_MESSAGE_HISTORY USE_EXTERNAL_EMOJIS CONNECT SPEAK USE_VAD CHANGE_NICKNAME USE_APPLICATION_COMMANDS "
        "REQUEST_TO_SPEAK CREATE_PUBLIC_THREADS SEND_MESSAGES_IN_THREADS USE_EXTERNAL_STICKERS "
        "USE_EMBEDDED_ACTIVITIES USE_SOUNDBOARD SEND_VOICE_MESSAGES SEND_POLLS USE_EXTERNAL_APPS"
    )
)

_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY
_NEEDS_SEND = named(
    words("MENTION_EVERYONE SEND_TTS_MESSAGES SEND_VOICE_MESSAGES SEND_POLLS ATTACH_FILES EMBED_LINKS")
)
_VOICE = {2, 13}


def roles_of(guild: Guild, member: Member) -> list[Role]:
    """The member's roles that still exist, with @everyone first."""
    found = [guild.roles[guild.id]]
    found.extend(role for role_id in member.roles if (role := guild.roles.get(role_id)) is not None)
    return found


def base(guild: Guild, member: Member) -> int:
    """Guild-wide permissions: everything for the owner and for administrators."""
    if member.user_id == guild.owner_id:
        return ALL
    value = 0
    for role in roles_of(guild, member):
        value |= role.permissions
    return ALL if value & ADMINISTRATOR else value


def at_present(guild: Guild, member: Member, now: float) -> int:
    """Guild-wide permissions while a timeout lasts or not (docs: Permissions > Permissions For Timed Out Members)."""
    value = base(guild, member)
    return value & _TIMED_OUT if value != ALL and member.timed_out(now) else value


def in_channel(guild: Guild, member: Member, channel: Channel, now: float) -> int:
    """Effective permissions in a channel, implicit denies included (docs: Permissions > Implicit Permissions)."""
    value = base(guild, member)
    if value == ALL:
        return ALL
    value = _overwritten(value, guild, member, channel)
    if not value & VIEW_CHANNEL:
        return 0
    if channel.type in _VOICE and not value & CONNECT:
        # Without CONNECT a voice channel cannot be managed either: only seeing it is left.
        value &= VIEW_CHANNEL
    if not value & SEND_MESSAGES:
        value &= ~_NEEDS_SEND
    if member.timed_out(now):
        value &= _TIMED_OUT
    return value


def _overwritten(value: int, guild: Guild, member: Member, channel: Channel) -> int:
    if everyone := channel.overwrites.get(guild.id):
        value = value & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        if found := channel.overwrites.get(role_id):
            allow |= found.allow
            deny |= found.deny
    value = value & ~deny | allow
    if own := channel.overwrites.get(member.user_id):
        value = value & ~own.deny | own.allow
    return value


def rank(guild: Guild, role: Role) -> tuple[int, int, int]:
    """Sort key of the hierarchy, higher is stronger: of equal positions the older role (lower id) is the higher."""
    return (0 if role.id == guild.id else 1, role.position, -role.id)


def top_rank(guild: Guild, member: Member) -> tuple[int, int, int]:
    return max(rank(guild, role) for role in roles_of(guild, member))
