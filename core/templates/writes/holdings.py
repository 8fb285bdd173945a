"""What @everyone and the other roles give, from the first step of a plan to the last."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
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


class Given:
    """Which of some roles have a bit; `first` is the number of the first one."""

    def __init__(self, permissions: Sequence[int], first: int = 0) -> None:
        self.permissions = permissions
        self._first = first
        self._having: dict[int, RoleBits] = {}

    def having(self, bit: int) -> RoleBits:
        if bit not in self._having:
            held = sum(1 << number for number, bits in enumerate(self.permissions) if bits & bit)
            self._having[bit] = held << self._first
        return self._having[bit]


_NOBODY = Given(())


class Holdings:
    """At one moment; a role that is gone gives nothing. `written` roles have the first numbers, the others have the
    same at every moment."""

    def __init__(self, everyone: int, written: tuple[int, ...], others: Given = _NOBODY) -> None:
        self.everyone = everyone
        self.written = Given(written)
        self.others = others
        self._more: dict[Holdings, int] = {self: 0}

    def having(self, bit: int) -> RoleBits:
        return self.written.having(bit) | self.others.having(bit)

    def more_than(self, other: "Holdings") -> int:
        """Bits that somebody may have now and not then."""
        if other not in self._more:
            more = self.everyone & ~other.everyone
            for now, then in zip(self.written.permissions, other.written.permissions, strict=True):
                more |= now & ~then
            self._more[other] = more
        return self._more[other]


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
        written = {ref for _, ref, _ in self._writes}
        refs = sorted((ref for ref in self._before if ref != self._everyone), key=lambda r: r not in written)
        self._numbers = {ref: number for number, ref in enumerate(refs)}
        self._written = [ref for ref in refs if ref in written]
        steady = [self._before[ref] for ref in refs if ref not in written]
        self._others = Given(steady, len(self._written))

    @property
    def refs(self) -> Collection[Ref]:
        return self._before.keys()

    @property
    def places(self) -> dict[Subject, RoleBits]:
        return {Subject("role", ref): 1 << number for ref, number in self._numbers.items()}

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
        now = dict(self._before)
        line = [Moment(START, self._holdings(now))]
        for index, ref, permissions in self._writes:
            if index not in left_out:
                had, now[ref] = now[ref], permissions
                falls = not permissions & ~had and ref != self._everyone
                rises = not falls and not had & ~permissions and ref != self._everyone
                line.append(Moment(index, self._holdings(now), falls, rises))
        return line

    def around(self, index: int, left_out: Collection[int]) -> tuple[int, int | None]:
        """What the role that is written there has until then, and which step writes it next."""
        ref = next(ref for at, ref, _ in self._writes if at == index)
        others = [
            (at, bits) for at, r, bits in self._writes if r == ref and at not in left_out and at != index
        ]
        had = [bits for at, bits in others if at < index]
        return had[-1] if had else self._before[ref], next((at for at, _ in others if at > index), None)

    def as_if(self, holdings: Holdings, ref: Ref, had: int) -> Holdings:
        """If the role had these permissions."""
        written = holdings.written.permissions
        if ref == self._everyone:
            return Holdings(had, tuple(written), self._others)
        place = self._numbers[ref]
        return Holdings(holdings.everyone, (*written[:place], had, *written[place + 1 :]), self._others)

    def _holdings(self, now: dict[Ref, int]) -> Holdings:
        return Holdings(now[self._everyone], tuple(now[ref] for ref in self._written), self._others)
