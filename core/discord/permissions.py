"""Discord's permission bits and the arithmetic over them.

Source: Discord developer documentation, Topics › Permissions (bitwise flags; "Permission Overwrites"; "Implicit
Permissions"). Names are Discord's own in lower case, so a document reads like the documentation.
"""

from collections.abc import Iterable
from enum import IntFlag
from functools import lru_cache


class Permission(IntFlag):
    """One bit each. Bits that Discord has not named are kept in snapshots, and cannot be written in documents."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL = Permission(sum(Permission))
# Bits that Discord has not named, as a plain number.
UNNAMED = ~int(ALL)
BY_NAME: dict[str, Permission] = {p.name.lower(): p for p in Permission if p.name}


# Plain numbers: arithmetic on flags is many times slower. A guild has thousands of overwrites, but few different ones.
_NUMBERS: dict[str, int] = {name: int(bit) for name, bit in BY_NAME.items()}


@lru_cache(4096)
def names_of(bits: int) -> tuple[str, ...]:
    """Lower-case names of the known bits, lowest bit first; unknown bits have no name and are left out."""
    return tuple(name for name, number in _NUMBERS.items() if bits & number)


def bits_of(names: Iterable[str]) -> int:
    """Raises `KeyError` with the unknown name."""
    return _joined(names if isinstance(names, tuple) else tuple(names))


@lru_cache(4096)
def _joined(names: tuple[str, ...]) -> int:
    bits = 0
    for name in names:
        bits |= _NUMBERS[name]
    return bits


def base_permissions(everyone: int, roles: Iterable[int], *, owner: bool = False) -> int:
    """A member's guild-level bits; ADMINISTRATOR and ownership spread to every bit."""
    bits = everyone
    for role in roles:
        bits |= role
    return int(ALL) if owner or bits & Permission.ADMINISTRATOR else bits
