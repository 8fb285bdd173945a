"""Whether anybody has more in a channel now than before and after, judged exactly and without a member list (law 6).

Where two writes meet is asked of the writes alone (`meeting`); here the whole guild at three moments is known. A bit is
too much where some choice of roles has it now, with its gates, and lacks it or a gate of it both before and after.
Having and lacking each come down to a few ways of saying "none of these roles, and one of those".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from core.discord.gates import gates_in
from core.templates.writes.holdings import Holdings, RoleBits, each_of
from core.templates.writes.meeting import ADMIN
from core.templates.writes.sets import SILENT, Bits, OverwriteSet, Subject, added


class Way(NamedTuple):
    """For a choice that has none of the `barred` roles and one of `one_of` (0: any choice)."""

    barred: RoleBits
    one_of: RoleBits


_ALWAYS = Way(0, 0)
EVERYTHING = -1
"""What is gained by a channel that was not there, and taken by one that will not be."""


class Entries:
    """A channel's overwrites as they count for somebody. `places` are the bits of roles that somebody can have."""

    def __init__(
        self, overwrites: OverwriteSet, everyone: Subject, places: Mapping[Subject, RoleBits]
    ) -> None:
        self.overwrites = overwrites
        self.members = [subject for subject in overwrites if subject.kind == "member"]
        self.general = overwrites.get(everyone, SILENT)
        self._roles = [(places[s], bits) for s, bits in overwrites.items() if s in places]
        self._more: dict[Entries, int] = {self: 0}

    def more_than(self, other: "Entries") -> int:
        """Bits that somebody may have with these and not with those."""
        if other not in self._more:
            self._more[other] = added(other.overwrites, self.overwrites)
        return self._more[other]

    def of(self, member: Subject | None) -> Bits:
        return SILENT if member is None else self.overwrites.get(member, SILENT)

    def allowing(self, bit: int) -> RoleBits:
        return _joined(place for place, bits in self._roles if bits.allow & bit)

    def denying(self, bit: int) -> RoleBits:
        return _joined(place for place, bits in self._roles if bits.deny & bit)


class View(NamedTuple):
    """A channel at one moment."""

    holdings: Holdings
    entries: Entries

    @property
    def admins(self) -> RoleBits:
        return self.holdings.having(ADMIN)

    def more_than(self, other: "View") -> int:
        return self.holdings.more_than(other.holdings) | self.entries.more_than(other.entries)

    def having(self, bit: int, member: Subject | None) -> list[Way]:
        """How somebody has the bit, gates aside."""
        own = self.entries.of(member)
        if own.allow & bit:
            return [_ALWAYS]
        if own.deny & bit:
            return []
        allowing = self.entries.allowing(bit)
        ways = [Way(0, allowing)] if allowing else []
        given = self.holdings.having(bit)
        if self._is_everyones(bit):
            ways.append(Way(self.entries.denying(bit), 0))
        elif given and not self.entries.general.deny & bit:
            ways.append(Way(self.entries.denying(bit), given))
        return ways

    def lacking(self, bit: int, member: Subject | None) -> list[Way]:
        """How somebody lacks the bit, gates aside."""
        own = self.entries.of(member)
        if own.deny & bit:
            return [_ALWAYS]
        if own.allow & bit:
            return []
        allowing, denying = self.entries.allowing(bit), self.entries.denying(bit)
        ways = [Way(allowing, denying)] if denying else []
        if not self._is_everyones(bit):
            giving = 0 if self.entries.general.deny & bit else self.holdings.having(bit)
            ways.append(Way(allowing | giving, 0))
        return ways

    def _is_everyones(self, bit: int) -> bool:
        general = self.entries.general
        return bool((self.holdings.everyone & ~general.deny | general.allow) & bit)


def opens(before: View | None, now: View, after: View | None, *, has_voice: bool, felt: int = -1) -> bool:
    """Whether somebody has too much now. A channel that is not there gives nobody anything. Only bits are looked at
    that are `felt` or have a gate that is."""
    others = [view for view in (before, after) if view is not None]
    if any(view.holdings.everyone & ADMIN for view in others):
        return False
    barred = _joined(view.admins for view in others)
    if not others or now.holdings.everyone & ADMIN or now.admins & ~barred:
        return True
    members = {None, *(member for view in (now, *others) for member in view.entries.members)}
    gained = EVERYTHING if before is None else now.more_than(before)
    taken = EVERYTHING if after is None else now.more_than(after)
    for bit, lost_before, lost_after in _suspects(gained, taken, has_voice=has_voice):
        needed = _with_gates(bit, has_voice=has_voice)
        if not felt & _joined(needed):
            continue
        for member in members:
            ways = [now.having(each, member) for each in needed]
            if before is not None:
                ways.append(before.lacking(lost_before, member))
            if after is not None:
                ways.append(after.lacking(lost_after, member))
            if _is_possible(ways, barred, ()):
                return True
    return False


def at_stake(gained: int, taken: int, *, has_voice: bool) -> int:
    """What has to be felt so that somebody may have too much, where nobody ever gains and loses more than this."""
    if gained & taken & ADMIN:
        return EVERYTHING
    suspects = (bit for bit, _, _ in _suspects(gained, taken, has_voice=has_voice))
    return _joined(_joined(_with_gates(bit, has_voice=has_voice)) for bit in suspects)


def _suspects(gained: int, taken: int, *, has_voice: bool) -> Iterator[tuple[int, int, int]]:
    """Bits that could be too much, with the bit that is missing before and the one missing after: it or its gate."""
    for bit in each_of(gained & taken):
        yield bit, bit, bit
    if EVERYTHING in (gained, taken):
        return
    for gate, gated, _ in gates_in(has_voice=has_voice):
        if gained & gate:
            yield from ((bit, gate, bit) for bit in each_of(taken & gated))
        if taken & gate:
            yield from ((bit, bit, gate) for bit in each_of(gained & gated))


def _with_gates(bit: int, *, has_voice: bool) -> list[int]:
    return [bit, *(gate.bit for gate in gates_in(has_voice=has_voice) if bit & gate.gated)]


def _is_possible(conditions: Sequence[Sequence[Way]], barred: RoleBits, needed: tuple[RoleBits, ...]) -> bool:
    """Whether one choice of roles meets all conditions, each in one of its ways."""
    if not conditions:
        return True
    for way in conditions[0]:
        without = barred | way.barred
        wanted = (*needed, way.one_of) if way.one_of else needed
        if all(each & ~without for each in wanted) and _is_possible(conditions[1:], without, wanted):
            return True
    return False


def _joined(bits: Iterable[int]) -> int:
    joined = 0
    for each in bits:
        joined |= each
    return joined
