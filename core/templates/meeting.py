"""Where two writes can open a door together that neither opens alone (law 6).

A bit counts in a channel only with its gates: VIEW_CHANNEL for every bit, SEND_MESSAGES for what is part of a
message, CONNECT for everything in a voice channel (Discord documentation, Topics › Permissions › Implicit
Permissions). So what one write takes away and another gives meet when they are one bit, or when one is a gate of the
other. Nothing here knows a member: any member may have any roles.
"""

import msgspec

from core.discord.permissions import Permission
from core.templates.plan import Ref
from core.templates.sets import OverwriteSet, Subject, added, removed, undecided

VIEW = int(Permission.VIEW_CHANNEL)
ADMIN = int(Permission.ADMINISTRATOR)
_SEND = int(Permission.SEND_MESSAGES)
_CONNECT = int(Permission.CONNECT)
_PART_OF_A_MESSAGE = int(
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)


class RoleWrite(msgspec.Struct, frozen=True, kw_only=True):
    """`before` and `after` are the role's permissions; `everyone_*` those of @everyone at the same two moments."""

    role: Ref
    before: int
    after: int
    everyone_before: int
    everyone_after: int

    @property
    def is_admin(self) -> bool:
        """Its members may do everything before or after, so nothing between the two is too much."""
        return bool((self.before | self.after | self.everyone_before | self.everyone_after) & ADMIN)

    @property
    def taken(self) -> int:
        """What @everyone has afterwards is not missed."""
        return self.before & ~self.after & ~self.everyone_after

    @property
    def given(self) -> int:
        """What @everyone had before is not new."""
        return self.after & ~self.before & ~self.everyone_before


class ChannelWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's overwrites, or several equal ones': a category's and those of the children that follow it."""

    before: OverwriteSet
    after: OverwriteSet
    has_voice: bool


def gates_meet(taken: int, given: int, *, has_voice: bool) -> bool:
    """Whether a taken bit and a *different* given one gate each other."""
    return bool(
        (taken & VIEW and given & ~VIEW)
        or (given & VIEW and taken & ~VIEW)
        or (taken & _SEND and given & _PART_OF_A_MESSAGE)
        or (given & _SEND and taken & _PART_OF_A_MESSAGE)
        or (has_voice and taken & _CONNECT and given & ~_CONNECT)
        or (has_voice and given & _CONNECT and taken & ~_CONNECT)
    )


def bits_meet(taken: int, given: int, *, has_voice: bool) -> bool:
    return bool(taken & given) or gates_meet(taken, given, has_voice=has_voice)


def roles_meet(taker: RoleWrite, giver: RoleWrite, *, has_voice: bool) -> bool:
    """Two roles meet through gates only: of one and the same bit, somebody with both roles never has too much."""
    return gates_meet(taker.taken & ~giver.after, giver.given & ~taker.before, has_voice=has_voice)


class Meeting:
    """A role's write and a channel's: does the one take what the other gives?"""

    def __init__(self, role: RoleWrite, channel: ChannelWrite, everyone: Subject, admins: frozenset[Subject]) -> None:
        subject = Subject("role", role.role)
        seen = undecided(channel.before, everyone, subject) | undecided(channel.after, everyone, subject)
        self._taken_by_role, self._given_by_role = role.taken & seen, role.given & seen
        self._taken_by_channel = removed(channel.before, channel.after, admins)
        self._given_by_channel = added(channel.before, channel.after, admins)
        self._has_voice = channel.has_voice

    @property
    def role_first(self) -> bool:
        return bits_meet(self._taken_by_role, self._given_by_channel, has_voice=self._has_voice)

    @property
    def channel_first(self) -> bool:
        return bits_meet(self._taken_by_channel, self._given_by_role, has_voice=self._has_voice)
