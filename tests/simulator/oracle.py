"""What a member may do, worked out from Discord's documentation alone and from plain numbers.

Docs: Topics > Permissions (Permission Overwrites, Permission Hierarchy, Implicit Permissions, Permissions For Timed Out
Members). It knows nothing of the simulator: bits are written as the docs' table of bitwise permission flags has them.
"""

from dataclasses import dataclass, field

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
SEND_TTS_MESSAGES = 1 << 12
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CONNECT = 1 << 20
MANAGE_ROLES = 1 << 28

VOICE, STAGE = 2, 13


@dataclass(slots=True)
class Realm:
    """A guild. Roles are (position, permissions) by id; that of the guild's own id is everybody's."""

    id: int
    owner: int
    roles: dict[int, tuple[int, int]]


@dataclass(slots=True)
class Person:
    id: int
    roles: set[int]
    is_timed_out: bool = False


@dataclass(slots=True)
class Place:
    """A channel. Overwrites are (allow, deny), of roles and of people apart."""

    kind: int
    of_roles: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    of_people: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])


# Without being able to send: docs, Implicit Permissions. Voice messages and polls are not named there.
_NEED_SENDING = MENTION_EVERYONE | SEND_TTS_MESSAGES | ATTACH_FILES | EMBED_LINKS
_LEFT_IN_TIMEOUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY


def granted(realm: Realm, person: Person) -> int:
    """What the roles give, everybody's among them."""
    value = 0
    for each in (realm.id, *person.roles):
        value |= realm.roles[each][1]
    return value


def is_exempt(realm: Realm, person: Person) -> bool:
    """Owners and administrators are bound by no overwrite and no timeout."""
    return person.id == realm.owner or bool(granted(realm, person) & ADMINISTRATOR)


def in_guild(realm: Realm, person: Person, bit: int) -> bool:
    """Whether a permission is held in the guild at large."""
    if is_exempt(realm, person):
        return True
    if person.is_timed_out and not bit & _LEFT_IN_TIMEOUT:
        return False
    return bool(granted(realm, person) & bit)


class Sight:
    """One person in one channel; ``may`` answers for one permission at a time."""

    def __init__(self, realm: Realm, person: Person, place: Place) -> None:
        self.is_exempt = is_exempt(realm, person)
        self._is_timed_out = person.is_timed_out
        self._is_voice = place.kind in (VOICE, STAGE)
        nothing = (0, 0)
        self._everybody = place.of_roles.get(realm.id, nothing)
        self.own = [place.of_roles[each] for each in person.roles if each in place.of_roles]
        self._personal = place.of_people.get(person.id, nothing)
        self._granted = granted(realm, person)

    def survives(self, bit: int) -> bool:
        """Through the overwrites in the order of the docs; an allow of one's roles beats a deny of another of them."""
        held = bool(self._granted & bit)
        if self._everybody[1] & bit:
            held = False
        if self._everybody[0] & bit:
            held = True
        for _, deny in self.own:
            if deny & bit:
                held = False
        for allow, _ in self.own:
            if allow & bit:
                held = True
        if self._personal[1] & bit:
            held = False
        if self._personal[0] & bit:
            held = True
        return held

    def may(self, bit: int) -> bool:
        """Whether the permission is effective, implicit denials and timeouts included."""
        if self.is_exempt:
            return True
        if not self.survives(bit) or not self.survives(VIEW_CHANNEL):
            return False
        if self._is_timed_out and not bit & _LEFT_IN_TIMEOUT:
            return False
        if self._is_voice and bit != VIEW_CHANNEL and not self.survives(CONNECT):
            return False
        return not bit & _NEED_SENDING or self.survives(SEND_MESSAGES)


def height(realm: Realm, person: Person) -> tuple[int, int, int]:
    """Of one's highest role; of two in one place the one with the lower id is the higher, and everybody's is lowest."""
    return max(role_height(realm, each) for each in (realm.id, *person.roles))


def role_height(realm: Realm, role_id: int) -> tuple[int, int, int]:
    return (0, 0, 0) if role_id == realm.id else (1, realm.roles[role_id][0], -role_id)
