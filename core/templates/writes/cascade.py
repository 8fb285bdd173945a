"""Which channels are written at all: Discord copies a category's new set to every child that had its old one.

A child that should follow costs no call. One that must not is written before, so that it differs, or afterwards where
the category only got tighter (Discord documentation, Topics › Permissions › Permission Syncing).

A child of whose overwrites the document says nothing is known from this guild only: if the plan stopped half-way,
nobody could put it back. It is made different before its category is touched, by an entry for the bot itself.
"""

from collections.abc import Collection

import msgspec

from core.discord.types import BotPowers, Snapshot
from core.templates.goal.order import BUCKETS
from core.templates.goal.target import ChannelIndex, WantedChannel
from core.templates.plan import Ref
from core.templates.writes.graph import Edges, add_edge
from core.templates.writes.sets import OverwriteSet, Subject, added, meet, tightened


class Cascade(msgspec.Struct, frozen=True, kw_only=True):
    """`written` have a write of their own, `followers` are a category's children that need none. `forced` must be
    written twice; `edges` say whose write comes first. `held` are pairs of a child and its category: if the child is
    written twice, it is before and after everything that is written to the category. Those that are `leaving` must be
    written twice where the category is."""

    written: frozenset[Ref]
    followers: dict[Ref, tuple[Ref, ...]]
    forced: frozenset[Ref]
    edges: Edges
    held: tuple[tuple[Ref, Ref], ...]
    leaving: tuple[tuple[Ref, Ref], ...]


class Channels:
    """The existing channels with their present sets and the `goals` to write (law 6: while doomed roles live). Sets are
    made different by `usable` bits that are denied to the `bot`, because nobody else misses them."""

    def __init__(
        self, index: ChannelIndex, goals: dict[Ref, OverwriteSet], bot: Subject, usable: int
    ) -> None:
        """Those without a goal are to keep what they have."""
        self.by_ref = index.by_ref
        self.goals = index.present_sets | goals
        self.changed = {ref for ref, goal in goals.items() if goal != index.present_sets[ref]}
        self._bot = bot
        self._usable = usable
        self._siblings = index.siblings
        self._leaving: dict[Ref | None, list[WantedChannel]] = {}
        for channel in index.changing:
            if channel.moves:
                self._leaving.setdefault(channel.home, []).append(channel)

    def children(self, category: Ref) -> list[WantedChannel]:
        """Those of now and those to be."""
        to_be = [c for bucket in BUCKETS for c in self._siblings.get((category, bucket), ()) if c.channel]
        return to_be + self._leaving.get(category, [])

    def keep_apart(self, doomed: Ref, category: Ref) -> None:
        """Gives a doomed child a set of its own, so that it does not follow when its category opens."""
        present = self.by_ref[doomed].present
        self.changed.add(doomed)
        self.goals[doomed] = tightened(present, self._bot, self._usable, [present, self.goals[category]])

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
        for category in {c for c in (channel.home, channel.parent) if c in self.goals}:
            taken += [self.by_ref[category].present, self.goals[category]]
            if category in split:
                taken.append(self.first_set(category, split))
        return first if first not in taken else tightened(first, self._bot, self._usable, taken)


def own_subject(snapshot: Snapshot, powers: BotPowers) -> Subject:
    """The bot's own role, where it has one."""
    own = (role.id for role in snapshot.roles if role.bot_id == powers.user_id)
    return Subject("role", next(own, powers.top_role_id))


def cascade_of(channels: Channels) -> Cascade:
    """Decides for every category that changes."""
    planning = _Planning(channels)
    for ref in sorted(planning.written):
        category = channels.by_ref[ref]
        if category.type == "category":
            planning.decide(category)
    return planning.cascade()


class _Planning:
    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self.written = set(channels.changed)
        self._forced: set[Ref] = set()
        self._followers: dict[Ref, tuple[Ref, ...]] = {}
        self._edges: Edges = {}
        self._held: list[tuple[Ref, Ref]] = []
        self._leaving: list[tuple[Ref, Ref]] = []

    def cascade(self) -> Cascade:
        return Cascade(
            written=frozenset(self.written),
            followers=self._followers,
            forced=frozenset(self._forced),
            edges=self._edges,
            held=(*self._held, *self._leaving),
            leaving=tuple(self._leaving),
        )

    def decide(self, category: WantedChannel) -> None:
        children = self._channels.children(category.ref)
        followers = tuple(child.ref for child in children if self._follows(child, category))
        self._followers[category.ref] = followers
        self.written -= set(followers)
        unchanged: list[WantedChannel] = []
        for child in children:
            if child.ref in followers:
                continue
            is_synced = child.home == category.ref and child.present == category.present
            if not is_synced:
                self._keep_from_joining(child, category)
            elif self._is_edited(child):
                add_edge(self._edges, child.ref, category.ref)
                if child.ref not in self._channels.changed:
                    self._leaving.append((child.ref, category.ref))
            else:
                unchanged.append(child)
        self._hold(unchanged, category)

    def _goal(self, channel: WantedChannel) -> OverwriteSet:
        return self._channels.goals[channel.ref]

    def _is_edited(self, child: WantedChannel) -> bool:
        return child.moves or child.ref in self._channels.changed

    def _follows(self, child: WantedChannel, category: WantedChannel) -> bool:
        return (
            child.home == category.ref
            and not child.moves
            and child.present == category.present
            and self._goal(child) == self._goal(category)
        )

    def _keep_from_joining(self, child: WantedChannel, category: WantedChannel) -> None:
        """One that will equal the category's old set gets there after the category has left it."""
        if self._is_edited(child) and self._goal(child) == category.present:
            add_edge(self._edges, category.ref, child.ref)

    def _hold(self, children: Collection[WantedChannel], category: WantedChannel) -> None:
        """Synced children that must stay as they are."""
        for child in children:
            if not (child.is_doomed or child.is_described):
                self.written.add(child.ref)
                self._forced.add(child.ref)
                self._held.append((child.ref, category.ref))
        opens = bool(added(category.present, self._goal(category)))
        if opens:
            self._keep_closed([child.ref for child in children if child.is_doomed], category)
        self._keep_described([child.ref for child in children if child.is_described], category, opens=opens)

    def _keep_closed(self, doomed: Collection[Ref], category: WantedChannel) -> None:
        for ref in doomed:
            self.written.add(ref)
            self._channels.keep_apart(ref, category.ref)
            add_edge(self._edges, ref, category.ref)

    def _keep_described(self, children: Collection[Ref], category: WantedChannel, *, opens: bool) -> None:
        """A category that only gets tighter may take them along; then they are put back. Otherwise one child is made
        different before; several are taken along by the category's own first, tighter write."""
        self.written |= set(children)
        for ref in children:
            pair = (ref, category.ref) if opens else (category.ref, ref)
            add_edge(self._edges, *pair)
        if opens and len(children) > 1:
            self._forced.add(category.ref)
        elif opens:
            self._forced |= set(children)
