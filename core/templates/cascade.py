"""Which channels are written at all: Discord copies a category's new set to every child that had its old one.

A child that should follow costs no call. One that must not is written before, so that it differs, or afterwards where
the category only got tighter (Discord documentation, Topics › Permissions › Permission Syncing).
"""

from collections.abc import Collection

import msgspec

from core.templates.graph import Edges, add_edge
from core.templates.plan import Ref
from core.templates.sets import OverwriteSet, Subject, added, meet, tightened
from core.templates.target import WantedChannel


class Cascade(msgspec.Struct, frozen=True, kw_only=True):
    """`written` have a write of their own, `followers` are a category's children that need none. `forced` must be
    written twice; `edges` say whose write comes first."""

    written: frozenset[Ref]
    followers: dict[Ref, tuple[Ref, ...]]
    forced: frozenset[Ref]
    edges: Edges


class Channels:
    """The existing channels with their present sets and the `goals` to write (law 6: while doomed roles live)."""

    def __init__(
        self,
        channels: Collection[WantedChannel],
        goals: dict[Ref, OverwriteSet],
        everyone: Subject,
        usable: int,
    ) -> None:
        self.by_ref = {c.ref: c for c in channels}
        self.goals = goals
        self._everyone = everyone
        self._usable = usable
        self._children: dict[Ref, list[WantedChannel]] = {}
        for channel in channels:
            for category in {channel.home, channel.parent}:
                if category in goals:
                    self._children.setdefault(category, []).append(channel)

    def is_changed(self, ref: Ref) -> bool:
        return self.goals[ref] != self.by_ref[ref].present

    def children(self, category: Ref) -> list[WantedChannel]:
        """Those of now and those to be."""
        return self._children.get(category, [])

    def keep_apart(self, doomed: Ref, category: Ref) -> None:
        """Gives a doomed child a set of its own, so that it does not follow when its category opens."""
        present = self.by_ref[doomed].present
        self.goals[doomed] = tightened(present, self._everyone, self._usable, [present, self.goals[category]])

    def first_set(self, ref: Ref, split: Collection[Ref]) -> OverwriteSet:
        """What to write first to a channel that is written twice: no more than before and in the end.

        Neither a category nor its child ever equals by accident what the other one has at some moment: that would
        make the child follow. `split` are all channels that are written twice.
        """
        channel = self.by_ref[ref]
        first = meet(channel.present, self.goals[ref])
        taken: list[OverwriteSet] = []
        if channel.type == "category":
            taken.append(channel.present)
            for child in self.children(ref):
                taken += [child.present, self.goals[child.ref]]
        for category in {channel.home, channel.parent} & set(self.goals):
            taken += [self.by_ref[category].present, self.goals[category]]
            if category in split:
                taken.append(self.first_set(category, split))
        return first if first not in taken else tightened(first, self._everyone, self._usable, taken)


def cascade_of(channels: Channels) -> Cascade:
    """Decides for every category that changes."""
    changed = {ref for ref in channels.goals if channels.is_changed(ref)}
    written, forced = set(changed), set[Ref]()
    followers: dict[Ref, tuple[Ref, ...]] = {}
    edges: Edges = {}
    for ref in sorted(changed):
        category = channels.by_ref[ref]
        if category.type == "category":
            follow = _followers(channels, category)
            followers[ref] = follow
            written -= set(follow)
            held = [c for c in channels.children(ref) if c.ref not in follow]
            _hold(channels, category, held, written, forced, edges)
    return Cascade(
        written=frozenset(written), followers=followers, forced=frozenset(forced), edges=edges
    )


def _followers(channels: Channels, category: WantedChannel) -> tuple[Ref, ...]:
    return tuple(
        child.ref
        for child in channels.children(category.ref)
        if child.home == category.ref
        and not child.moves
        and child.present == category.present
        and channels.goals[child.ref] == channels.goals[category.ref]
    )


def _hold(
    channels: Channels,
    category: WantedChannel,
    children: Collection[WantedChannel],
    written: set[Ref],
    forced: set[Ref],
    edges: Edges,
) -> None:
    """Children that must not follow."""
    opens = bool(added(category.present, channels.goals[category.ref]))
    unchanged: list[Ref] = []
    for child in children:
        goal = channels.goals[child.ref]
        was_synced = child.home == category.ref and child.present == category.present
        if was_synced and (goal != child.present or child.moves):
            add_edge(edges, child.ref, category.ref)
        elif was_synced and opens:
            unchanged.append(child.ref)
        elif was_synced and not child.is_doomed:
            written.add(child.ref)
            add_edge(edges, category.ref, child.ref)
        elif goal == category.present and (goal != child.present or child.moves):
            add_edge(edges, category.ref, child.ref)
    for ref in unchanged:
        written.add(ref)
        if channels.by_ref[ref].is_doomed:
            channels.keep_apart(ref, category.ref)
            add_edge(edges, ref, category.ref)
    staying = [ref for ref in unchanged if not channels.by_ref[ref].is_doomed]
    if len(staying) > 1:
        forced.add(category.ref)
    elif staying:
        forced.add(staying[0])
    for ref in staying:
        add_edge(edges, ref, category.ref)
