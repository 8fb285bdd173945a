"""Where two writes can open a door together that neither opens alone (law 6).

A bit counts in a channel only with its gates (`core.discord.gates`). So what one write takes away and another gives
meet when they are one bit, or when one is a gate of the other. Nothing here knows a member: any member may have any
roles.
"""

from collections.abc import Callable, Iterable, Set
from typing import NamedTuple

import msgspec

from core.discord.gates import VIEW, gated_with
from core.discord.permissions import Permission
from core.templates.plan import Ref
from core.templates.writes.sets import SILENT, OverwriteSet, Subject, differing, undecided

ADMIN = int(Permission.ADMINISTRATOR)


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


def gates_meet(taken: int, given: int, *, has_voice: bool) -> bool:
    """Whether a taken bit and a *different* given one gate each other."""
    return bool(taken & gated_with(given, has_voice=has_voice))


def bits_meet(taken: int, given: int, *, has_voice: bool) -> bool:
    return bool(taken & given) or gates_meet(taken, given, has_voice=has_voice)


class Door:
    """A channel in one state of its overwrites: there a role's bit may count or not. Overwrites that affect nobody
    are to be left out of it.

    `refused` is what nobody has, whatever roles give, and `denied` what somebody may be denied.
    """

    def __init__(self, overwrites: OverwriteSet, everyone: Subject, *, has_voice: bool) -> None:
        self.overwrites = overwrites
        self.everyone = everyone
        self.has_voice = has_voice
        self._general = overwrites.get(everyone, SILENT)
        allowed = denied = 0
        for subject, bits in overwrites.items():
            if subject != everyone:
                allowed |= bits.allow
                denied |= bits.deny
        self._denied_to_some = denied
        self.denied = denied | self._general.deny
        self.refused = self._general.deny & ~allowed
        self.is_shut = bool(self.refused & VIEW)

    def granted(self, everyone: int) -> int:
        """What everybody has while @everyone's role has these bits."""
        return (everyone & ~self._general.deny | self._general.allow) & ~self._denied_to_some

    def seen(self, *subjects: Subject) -> int:
        """Bits of their roles that count here for those who are all of these."""
        return undecided(self.overwrites, self.everyone, *subjects)


class Trade(NamedTuple):
    """What one role or member may lose and gain by a channel's write."""

    subject: Subject
    taken: int
    given: int


class Meeting(NamedTuple):
    """Which of several roles meet a channel's write: all or none of the `others`, and for the `named` ones the
    opposite, because the channel has overwrites of theirs."""

    others: bool
    named: tuple[Subject, ...]


_NOBODY = Meeting(False, ())


class ChannelWrite:
    """One channel's overwrites, or several equal ones': a category's and those of the children that follow it."""

    def __init__(self, before: Door, after: Door, everyone: tuple[int, int]) -> None:
        """`everyone` are @everyone's bits before and after."""
        self._before = before
        self._after = after
        never_taken = before.refused | after.granted(everyone[1])
        never_given = after.refused | before.granted(everyone[0])
        self._trades = [
            Trade(s, _lost(s, before, after) & ~never_taken, _lost(s, after, before) & ~never_given)
            for s in differing(before.overwrites, after.overwrites)
        ]
        self._taken = joined(trade.taken for trade in self._trades)
        self._given = joined(trade.given for trade in self._trades)

    def after_which(self, given: int, roles: Set[Subject]) -> Meeting:
        """Of roles that all are given these bits, those before whose writes it takes what meets them: in question is
        the channel as it was, with the role as it will be.

        One and the same bit is too much only for somebody to whom the channel will deny it.
        """
        if self._before.is_shut or not bits_meet(self._taken, given, has_voice=self._before.has_voice):
            return _NOBODY
        return _meeting(roles, given, self._before, self._takes)

    def before_which(self, taken: int, roles: Set[Subject]) -> Meeting:
        """Of roles that all lose these bits, those after whose writes it gives what meets them: the channel as it will
        be, with the role as it was."""
        if self._after.is_shut or not bits_meet(self._given, taken, has_voice=self._after.has_voice):
            return _NOBODY
        return _meeting(roles, taken, self._after, self._gives)

    def _takes(self, bits: int, door: Door) -> bool:
        return any(
            t.taken & given & self._after.denied or gates_meet(t.taken, given, has_voice=door.has_voice)
            for t in self._trades
            if t.taken and (given := bits & door.seen(t.subject))
        )

    def _gives(self, bits: int, door: Door) -> bool:
        return any(
            taken & t.given & self._before.denied or gates_meet(taken, t.given, has_voice=door.has_voice)
            for t in self._trades
            if t.given and (taken := bits & door.seen(t.subject))
        )


def _meeting(roles: Set[Subject], bits: int, door: Door, meets: Callable[[int, Door], bool]) -> Meeting:
    """All roles without an overwrite of their own there have one answer."""
    others = meets(bits, door)
    named = (s for s in roles & door.overwrites.keys() if meets(bits & door.seen(s), door) is not others)
    return Meeting(others, tuple(named))


def _lost(subject: Subject, old: Door, new: Door) -> int:
    a, b = old.overwrites.get(subject, SILENT), new.overwrites.get(subject, SILENT)
    return (a.allow & ~b.allow) | (b.deny & ~a.deny)


def roles_meet(taker: RoleWrite, giver: RoleWrite, *, has_voice: bool) -> bool:
    """Two roles meet through gates only: of one and the same bit, somebody with both roles never has too much."""
    return gates_meet(taker.taken & ~giver.after, giver.given & ~taker.before, has_voice=has_voice)


def roles_meet_in(taker: RoleWrite, giver: RoleWrite, doors: Iterable[Door]) -> bool:
    """Whether there is a channel in which they do."""
    taken, given = taker.taken & ~giver.after, giver.given & ~taker.before
    return gates_meet(taken, given, has_voice=True) and any(
        gates_meet(
            taken & door.seen(Subject("role", taker.role)),
            given & door.seen(Subject("role", giver.role)),
            has_voice=door.has_voice,
        )
        for door in doors
    )


def joined(bits: Iterable[int]) -> int:
    joined = 0
    for each in bits:
        joined |= each
    return joined
