"""Every channel's overwrites after each step of a plan, with what Discord does by itself; also of a plan without some
of its steps.

Only what a channel's overwrites depend on is played: its own writes, those of categories that it is in, and roles that
die.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from msgspec import UNSET

from core.templates.goal.target import Target
from core.templates.plan import CreateChannel, DeleteChannel, DeleteRole, EditChannel, Ref, Step, ref_to
from core.templates.writes.holdings import START
from core.templates.writes.sets import OverwriteSet, Subject, set_of

Line: TypeAlias = list[tuple[int, OverwriteSet | None]]
"""A channel's overwrites from some step on, at first from `START`; None while there is no such channel."""


class History:
    def __init__(self, target: Target, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._channels = target.index.by_ref
        self._family: dict[Ref, set[Ref]] = {channel.ref: {channel.ref} for channel in target.channels}
        for channel in target.channels:
            for category in (channel.home, channel.parent):
                if category in self._family:
                    self._family[channel.ref].add(category)
                    self._family[category].add(channel.ref)
        self._by_channel: dict[Ref, list[int]] = {}
        self._deaths: dict[Subject, int] = {}
        for index, step in enumerate(steps):
            match step:
                case EditChannel(channel_id=ref) | DeleteChannel(channel_id=ref):
                    self._by_channel.setdefault(ref, []).append(index)
                case CreateChannel(key=key):
                    self._by_channel.setdefault(ref_to(key), []).append(index)
                case DeleteRole(role_id=role):
                    self._deaths[Subject("role", role)] = index
                case _:
                    pass
        self._sent: dict[int, OverwriteSet] = {}

    def family(self, ref: Ref) -> frozenset[Ref]:
        """Channels whose overwrites depend on a write of this one, and those that these depend on."""
        near = self._family[ref]
        if self._channels[ref].type != "category":
            return frozenset(near)
        return frozenset(each for child in near for each in self._family[child])

    def lines(self, refs: Collection[Ref], left_out: Collection[int]) -> dict[Ref, Line]:
        """Of channels that depend on no others than these, without the steps that are left out."""
        indices = {index for ref in refs for index in self._by_channel.get(ref, ())}
        playing = _Playing(
            {ref: self._channels[ref].present if self._channels[ref].channel else None for ref in refs},
            {ref: self._channels[ref].home for ref in refs},
        )
        sent = {index: self._sent_by(index) for index in indices}
        known = set[Subject]().union(*playing.sets(), *(each for each in sent.values() if each))
        deaths = {index for role, index in self._deaths.items() if role in known}
        for index in sorted({*indices, *deaths} - set(left_out)):
            playing.play(index, self._steps[index], sent.get(index))
        return playing.lines

    def _sent_by(self, index: int) -> OverwriteSet | None:
        step = self._steps[index]
        if not isinstance(step, EditChannel | CreateChannel):
            return None
        if step.fields.overwrites is UNSET:
            return None if isinstance(step, EditChannel) else {}
        if index not in self._sent:
            sent = step.fields.overwrites
            self._sent[index] = set_of(sent, {overwrite.id for overwrite in sent})
        return self._sent[index]


class _Playing:
    def __init__(self, sets: dict[Ref, OverwriteSet | None], homes: dict[Ref, Ref | None]) -> None:
        self.lines: dict[Ref, Line] = {ref: [(START, overwrites)] for ref, overwrites in sets.items()}
        self._sets = sets
        self._homes: dict[Ref, Ref | None] = {}
        self._children: dict[Ref | None, dict[Ref, None]] = {}
        for ref, home in homes.items():
            self._settle(ref, home)

    def sets(self) -> Iterator[OverwriteSet]:
        """Those that there are by now."""
        return (overwrites for overwrites in self._sets.values() if overwrites)

    def play(self, index: int, step: Step, sent: OverwriteSet | None) -> None:
        match step:
            case EditChannel(channel_id=ref):
                if step.fields.parent_id is not UNSET:
                    self._settle(ref, step.fields.parent_id)
                if sent is not None:
                    self._write(index, ref, sent)
            case CreateChannel(key=key):
                self._settle(ref_to(key), step.fields.parent_id or None)
                self._put(index, ref_to(key), sent)
            case DeleteChannel(channel_id=ref):
                self._put(index, ref, None)
                for child in list(self._children.get(ref, ())):
                    self._settle(child, None)
            case DeleteRole(role_id=role):
                self._forget(index, Subject("role", role))
            case _:
                pass

    def _write(self, index: int, ref: Ref, new: OverwriteSet) -> None:
        """Discord copies a category's new set to every child that had its old one."""
        old = self._sets[ref]
        self._put(index, ref, new)
        for child in self._children.get(ref, ()):
            if self._sets[child] == old:
                self._put(index, child, new)

    def _settle(self, ref: Ref, home: Ref | None) -> None:
        """It is in this category from now on."""
        self._children.get(self._homes.get(ref), {}).pop(ref, None)
        self._homes[ref] = home
        self._children.setdefault(home, {})[ref] = None

    def _forget(self, index: int, role: Subject) -> None:
        for ref, overwrites in self._sets.items():
            if overwrites and role in overwrites:
                self._put(index, ref, {s: bits for s, bits in overwrites.items() if s != role})

    def _put(self, index: int, ref: Ref, overwrites: OverwriteSet | None) -> None:
        self._sets[ref] = overwrites
        self.lines[ref].append((index, overwrites))
