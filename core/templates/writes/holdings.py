"""What @everyone and the other roles give, from the first step of a plan to the last."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple, TypeAlias, TypeVar

from msgspec import UNSET

from core.discord.types import Snapshot
from core.templates.plan import DeleteRole, EditRole, Ref, Step
from core.templates.writes.sets import Subject

S = TypeVar("S")
START = -1
RoleBits: TypeAlias = int
"""A set of roles: one bit for each."""


def each_of(bits: int) -> Iterator[int]:
    """The single bits, lowest first."""
    while bits:
        bit = bits & -bits
        yield bit
        bits ^= bit


class Holdings:
    """At one moment; a role that is gone gives nothing. `having` tells of each bit which other roles have it."""

    def __init__(self, everyone: int, having: Mapping[int, RoleBits]) -> None:
        self.everyone = everyone
        self._having = having
        self._more: dict[Holdings, int] = {self: 0}

    @classmethod
    def of(cls, everyone: int, permissions: Iterable[int]) -> "Holdings":
        """The roles have numbers in this order."""
        having: dict[int, RoleBits] = {}
        for number, bits in enumerate(permissions):
            for bit in each_of(bits):
                having[bit] = having.get(bit, 0) | 1 << number
        return cls(everyone, having)

    def having(self, bit: int) -> RoleBits:
        return self._having.get(bit, 0)

    def more_than(self, other: "Holdings") -> int:
        """Bits that somebody may have now and not then."""
        if other not in self._more:
            more = self.everyone & ~other.everyone
            for bit, roles in self._having.items():
                if roles & ~other.having(bit):
                    more |= bit
            self._more[other] = more
        return self._more[other]

    def toggled(self, role: RoleBits, bits: int) -> "Holdings":
        """If one role had of these bits what it has not, and had not what it has."""
        having = dict(self._having)
        for bit in each_of(bits):
            having[bit] = having.get(bit, 0) ^ role
        return Holdings(self.everyone, having)

    def with_everyone(self, everyone: int) -> "Holdings":
        return Holdings(everyone, self._having)


class Moment(NamedTuple):
    """What roles give from some step on, at first from `START`. Against the moment before, nobody has more where it
    `falls`, and nobody less where it `rises`."""

    start: int
    holdings: Holdings
    falls: bool = False
    rises: bool = False


RoleLine: TypeAlias = list[Moment]


def most_given(
    states: Sequence[tuple[int, S]], line: RoleLine, until: float = inf
) -> Iterator[tuple[S, Moment]]:
    """The states that something has from some steps on, each with those moments before `until` at which roles give
    more than right before and right after: at any other one, nobody has what nobody has at one of these."""
    ends = [*(start for start, _ in states[1:]), inf]
    for (start, state), end in zip(states, ends, strict=True):
        if start >= until:
            return
        first = max(bisect_right(line, start, key=_start) - 1, 0)
        last = bisect_left(line, min(end, until), key=_start) - 1
        for place in range(first, last + 1):
            falls = place > first and line[place].falls
            if not falls and not (place < last and line[place + 1].rises):
                yield state, line[place]


def _start(moment: Moment) -> int:
    return moment.start


class RoleHistory:
    """Of the roles that exist before: nobody has a new one yet."""

    def __init__(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        self._everyone = snapshot.guild_id
        self._before = {role.id: role.permissions for role in snapshot.roles}
        self._writes: list[tuple[int, Ref, int]] = []
        for index, step in enumerate(steps):
            if isinstance(step, EditRole) and step.fields.permissions is not UNSET:
                self._writes.append((index, step.role_id, step.fields.permissions))
            elif isinstance(step, DeleteRole):
                self._writes.append((index, step.role_id, 0))
        others = [ref for ref in self._before if ref != self._everyone]
        self._roles: dict[Ref, RoleBits] = {ref: 1 << number for number, ref in enumerate(others)}
        self._first = Holdings.of(self._before[self._everyone], (self._before[ref] for ref in others))

    @property
    def refs(self) -> Collection[Ref]:
        return self._before.keys()

    @property
    def places(self) -> dict[Subject, RoleBits]:
        return {Subject("role", ref): role for ref, role in self._roles.items()}

    @property
    def extent(self) -> tuple[int, int]:
        """Bits that some role has at some moment and not before, and those that it has and not in the end, whatever is
        left out."""
        last = self._before | {ref: bits for _, ref, bits in self._writes}
        gained = taken = 0
        for ref, bits in (*self._before.items(), *((ref, bits) for _, ref, bits in self._writes)):
            gained |= bits & ~self._before[ref]
            taken |= bits & ~last[ref]
        return gained, taken

    def line(self, left_out: Collection[int]) -> RoleLine:
        """Without the writes that are left out."""
        now, holdings = dict(self._before), self._first
        line = [Moment(START, holdings)]
        for index, ref, permissions in self._writes:
            if index not in left_out:
                had, now[ref] = now[ref], permissions
                holdings = self.as_if(holdings, ref, had, permissions)
                falls = not permissions & ~had and ref != self._everyone
                rises = not falls and not had & ~permissions and ref != self._everyone
                line.append(Moment(index, holdings, falls, rises))
        return line

    def around(self, index: int, left_out: Collection[int]) -> tuple[int, int | None]:
        """What the role that is written there has until then, and which step writes it next."""
        ref = next(ref for at, ref, _ in self._writes if at == index)
        others = [
            (at, bits) for at, r, bits in self._writes if r == ref and at not in left_out and at != index
        ]
        had = [bits for at, bits in others if at < index]
        return had[-1] if had else self._before[ref], next((at for at, _ in others if at > index), None)

    def as_if(self, holdings: Holdings, ref: Ref, has: int, instead: int) -> Holdings:
        """If a role, or @everyone, had other permissions than it has."""
        if ref == self._everyone:
            return holdings.with_everyone(instead)
        return holdings.toggled(self._roles[ref], has ^ instead)
