"""What @everyone and the other roles give, from the first step of a plan to the last."""

from collections.abc import Collection, Sequence
from typing import TypeAlias

from msgspec import UNSET

from core.discord.types import Snapshot
from core.templates.plan import DeleteRole, EditRole, Ref, Step
from core.templates.writes.sets import Subject

START = -1
RoleBits: TypeAlias = int
"""A set of roles: one bit for each."""


class Holdings:
    """At one moment; a role that is gone gives nothing."""

    def __init__(self, everyone: int, permissions: tuple[int, ...]) -> None:
        self.everyone = everyone
        self.permissions = permissions
        self._having: dict[int, RoleBits] = {}
        self._more: dict[Holdings, int] = {}

    def having(self, bit: int) -> RoleBits:
        if bit not in self._having:
            self._having[bit] = sum(1 << n for n, bits in enumerate(self.permissions) if bits & bit)
        return self._having[bit]

    def more_than(self, other: "Holdings") -> int:
        """Bits that somebody may have now and not then."""
        if other not in self._more:
            more = self.everyone & ~other.everyone
            for now, then in zip(self.permissions, other.permissions, strict=True):
                more |= now & ~then
            self._more[other] = more
        return self._more[other]


RoleLine: TypeAlias = list[tuple[int, Holdings]]
"""What roles give from some step on, at first from `START`."""


class RoleHistory:
    """Of the roles that exist before: nobody has a new one yet."""

    def __init__(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        self._everyone = snapshot.guild_id
        others = [role for role in snapshot.roles if role.id != self._everyone]
        self._numbers = {role.id: number for number, role in enumerate(others)}
        self._before = {role.id: role.permissions for role in snapshot.roles}
        self._writes: list[tuple[int, Ref, int]] = []
        for index, step in enumerate(steps):
            if isinstance(step, EditRole) and step.fields.permissions is not UNSET:
                self._writes.append((index, step.role_id, step.fields.permissions))
            elif isinstance(step, DeleteRole):
                self._writes.append((index, step.role_id, 0))

    @property
    def refs(self) -> Collection[Ref]:
        return self._before.keys()

    @property
    def places(self) -> dict[Subject, RoleBits]:
        return {Subject("role", ref): 1 << number for ref, number in self._numbers.items()}

    def line(self, left_out: Collection[int]) -> RoleLine:
        """Without the writes that are left out."""
        now = dict(self._before)
        line = [(START, self._holdings(now))]
        for index, ref, permissions in self._writes:
            if index not in left_out:
                now[ref] = permissions
                line.append((index, self._holdings(now)))
        return line

    def around(self, index: int, left_out: Collection[int]) -> tuple[int, int | None]:
        """What the role that is written there has until then, and which step writes it next."""
        ref = next(ref for at, ref, _ in self._writes if at == index)
        others = [
            (at, bits) for at, r, bits in self._writes if r == ref and at not in left_out and at != index
        ]
        had = [bits for at, bits in others if at < index]
        return had[-1] if had else self._before[ref], next((at for at, _ in others if at > index), None)

    def as_if(self, line: RoleLine, ref: Ref, had: int, during: range) -> RoleLine:
        """This part of a line if the role had these permissions."""
        now = max((entry for entry in line if entry[0] < during.start), key=lambda entry: entry[0])[1]
        instead = [(during.start, now)]
        for start, holdings in line:
            if start in during and start != during.start:
                instead.append((start, self._as_if(holdings, ref, had)))
        return instead

    def _as_if(self, holdings: Holdings, ref: Ref, had: int) -> Holdings:
        if ref == self._everyone:
            return Holdings(had, holdings.permissions)
        place = self._numbers[ref]
        before, behind = holdings.permissions[:place], holdings.permissions[place + 1 :]
        return Holdings(holdings.everyone, (*before, had, *behind))

    def _holdings(self, now: dict[Ref, int]) -> Holdings:
        return Holdings(now[self._everyone], tuple(now[ref] for ref in self._numbers))
