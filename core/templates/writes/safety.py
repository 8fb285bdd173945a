"""Law 6: the sequence of all writes in which nobody, anywhere, ever has more than before or after.

Each write is a node. What it takes comes before what another gives wherever the two meet; a write that can have no
such place is done in two parts (`graph`). Otherwise the phases hold.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from enum import IntEnum

import msgspec

from core.discord.types import BotPowers, Snapshot
from core.templates.checks.fits import MAX_CHILDREN
from core.templates.goal.fields import NO_CHANGE
from core.templates.goal.target import Target, WantedChannel, WantedRole
from core.templates.plan import Ref
from core.templates.writes.cascade import Channels, cascade_of, own_subject
from core.templates.writes.doomed import closed, doomed_of, usable_bits, without
from core.templates.writes.graph import Graph, Node, in_sequence, minimal_splits
from core.templates.writes.meeting import ADMIN, RoleWrite
from core.templates.writes.precedence import Precedence, channel_edit, first_part, role_edit
from core.templates.writes.sets import OverwriteSet, Subject, added, removed


class Phase(IntEnum):
    GUILD_FIRST = 0
    ROLE_CREATES = 1
    TIGHTENING = 2
    EDITS = 3
    ROLE_ORDER = 4
    CHANNEL_CREATES = 5
    CHANNEL_ORDER = 6
    GUILD_LAST = 7
    RESOURCES = 8
    RESOURCE_DELETES = 9
    CHANNEL_DELETES = 10
    ROLE_DELETES = 11
    GRANTS = 12


class Sequence(msgspec.Struct, frozen=True, kw_only=True):
    """`parts` are nodes in order; the first part of a node is `<node>:meet`. `goals` are the sets of existing channels
    while doomed roles live, which the `followers` get from their categories; `firsts` those of first parts; `born`
    those of new channels."""

    parts: tuple[Node, ...]
    goals: dict[Ref, OverwriteSet]
    firsts: dict[Ref, OverwriteSet]
    born: dict[Ref, OverwriteSet]
    followers: frozenset[Ref]


class Safety:
    """Collects nodes and edges, then puts them into sequence."""

    def __init__(self, target: Target, snapshot: Snapshot, powers: BotPowers) -> None:
        self._target = target
        self._snapshot = snapshot
        self._powers = powers
        self._usable = usable_bits(target, snapshot, powers)
        self._everyone = Subject("role", target.everyone)
        self._ranks: dict[Node, tuple[int, int]] = {}
        self._graph = Graph()
        self._splittable: set[Node] = set()
        self._forced: set[Node] = set()
        self._dying = {role.id for role in target.doomed_roles}
        self._before_all = snapshot.everyone.permissions
        self._after_all = target.of_everyone.permissions
        self._writes = [self._role_write(role) for role in target.roles if _changes_permissions(role)]
        self._granted_late = {w.role for w in self._writes if self._is_granted_late(w)}
        in_time = [w for w in self._writes if w.role not in self._granted_late]
        self._doomed = doomed_of(target, in_time, powers, self._usable, self._after_all)
        self._channels = self._existing(in_time)
        self._cascade = cascade_of(self._channels)

    @property
    def is_idle(self) -> bool:
        """Whether no role and no channel is made, edited or deleted."""
        roles = not all(role.stays for role in self._target.roles)
        channels = any(c.channel is None or has_own_edit(c) for c in self._target.changing)
        return not (roles or channels or self._cascade.written or self._target.dooms.count)

    def add(self, node: Node, phase: Phase, place: int = 0) -> None:
        """A step that is not about permissions."""
        self._ranks[node] = (phase, place)

    def before(self, node: Node, other: Node) -> None:
        self._graph.add(node, other)

    def sequence(self) -> Sequence:
        self._add_roles()
        self._add_channels()
        self._add_deletes()
        self._add_meetings()
        split = self._splits()
        channels = (
            {ref for ref in self._channels.goals if channel_edit(ref) in split} if split else set[Ref]()
        )
        return Sequence(
            parts=tuple(self._in_parts(split)),
            goals=self._channels.goals,
            firsts={ref: self._channels.first_set(ref, channels) for ref in channels},
            born={
                c.ref: self._doomed.while_they_live(c.final, {})
                for c in self._target.changing
                if c.channel is None
            },
            followers=frozenset(ref for group in self._cascade.followers.values() for ref in group),
        )

    def _splits(self) -> set[Node]:
        """What leaves a category that is written twice is written twice itself."""
        while True:
            split = minimal_splits(self._graph, self._splittable, self._forced)
            leaving = self._cascade.leaving
            more = {
                channel_edit(child) for child, category in leaving if channel_edit(category) in split
            } - split
            if not more:
                return split
            self._forced |= more

    def _role_write(self, role: WantedRole) -> RoleWrite:
        return RoleWrite(
            role=role.ref,
            before=role.role.permissions if role.role else 0,
            after=role.permissions,
            everyone_before=self._before_all,
            everyone_after=self._after_all,
        )

    def _is_granted_late(self, write: RoleWrite) -> bool:
        """What no overwrite can keep out of a doomed channel is given when the channel is gone."""
        gained = write.after & ~write.before
        cannot_be_denied = gained & (ADMIN | ~self._usable)
        return bool(cannot_be_denied and self._target.doomed_channels)

    def _existing(self, writes: Iterable[RoleWrite]) -> Channels:
        writes = list(writes)
        goals = {c.ref: self._goal(c, writes) for c in self._target.changing if c.channel is not None}
        bot = own_subject(self._snapshot, self._powers)
        return Channels(self._target.index, goals, bot, self._usable)

    def _goal(self, channel: WantedChannel, writes: Iterable[RoleWrite]) -> OverwriteSet:
        if channel.is_doomed:
            return closed(channel, self._everyone, writes)
        is_written = (
            without(channel.present, self._dying) != channel.final or channel.ref in self._doomed.neutralised
        )
        return self._doomed.while_they_live(channel.final, channel.present) if is_written else channel.present

    def _add_roles(self) -> None:
        for place, role in enumerate(self._target.roles):
            if role.stays:
                continue
            if role.role is None:
                self.add(f"create_role:{role.key}", Phase.ROLE_CREATES, place)
                continue
            node, late = role_edit(role.ref), role.ref in self._granted_late
            gives = bool(role.permissions & ~role.role.permissions)
            phase = Phase.GRANTS if late else Phase.EDITS if gives else Phase.TIGHTENING
            self.add(node, phase if _changes_permissions(role) else Phase.EDITS, place)
            self._splittable.add(node)
            if late and role.role.permissions & ~role.permissions and not role.permissions & ADMIN:
                self._forced.add(node)
        for place, role in enumerate(self._target.doomed_roles):
            if role.id in self._doomed.disarmed and role.permissions:
                self.add(first_part(role_edit(role.id)), Phase.TIGHTENING, place)

    def _add_channels(self) -> None:
        self.add("born", Phase.CHANNEL_CREATES, -1)
        crowded, written = self._crowded(), self._cascade.written
        touched = written | {channel.ref for channel in self._target.changing}
        for place, channel in enumerate(self._target.channels, len(self._target.roles)):
            ref = channel.ref
            if ref not in touched:
                continue
            if channel.channel is None:
                self.add(f"create_channel:{channel.key}", Phase.CHANNEL_CREATES, place)
                self.before("born", f"create_channel:{channel.key}")
                if channel.parent:
                    self.before(*self._parent_first(channel.parent, f"create_channel:{channel.key}"))
                continue
            if ref not in written and not has_own_edit(channel):
                continue
            is_opened = bool(added(channel.present, self._channels.goals[ref]))
            is_closed = bool(removed(channel.present, self._channels.goals[ref]))
            comes_in = channel.moves and channel.parent in crowded
            tightens = ref in written and is_closed and not is_opened and not comes_in
            # Makes room for those that come in.
            goes_out = channel.moves and channel.home in crowded and channel.parent not in crowded
            phase = Phase.TIGHTENING if tightens or goes_out else Phase.EDITS
            self.add(channel_edit(ref), phase, -1 if goes_out else place)
            self._splittable.add(channel_edit(ref))
            if channel.moves and channel.parent and channel.parent.startswith("$"):
                self.before(*self._parent_first(channel.parent, channel_edit(ref)))
        self._forced |= {channel_edit(ref) for ref in self._cascade.forced}
        for ref, others in self._cascade.edges.items():
            for other in others:
                self.before(channel_edit(ref), channel_edit(other))

    def _crowded(self) -> set[Ref]:
        """Categories that would be too full if all came in before others leave."""
        changing = self._target.changing
        coming = Counter(c.parent for c in changing if c.parent and (c.moves or c.channel is None))
        there = Counter(self._target.homes.values()) if coming else coming
        return {ref for ref in coming if there[ref] + coming[ref] > MAX_CHILDREN}

    def _parent_first(self, parent: Ref, node: Node) -> tuple[Node, Node]:
        made = parent.startswith("$")
        return (f"create_channel:{parent[1:]}" if made else channel_edit(parent)), node

    def _add_deletes(self) -> None:
        children_first = sorted(self._target.doomed_channels, key=lambda c: c.type == "category")
        for place, channel in enumerate(children_first):
            self.add(f"delete_channel:{channel.ref}", Phase.CHANNEL_DELETES, place)
        for place, role_id in enumerate(self._doomed.order):
            self.add(f"delete_role:{role_id}", Phase.ROLE_DELETES, place)

    def _add_meetings(self) -> None:
        writes = [w for w in self._writes if w.role not in self._granted_late]
        for write in writes:
            if write.taken and not write.after & ADMIN:
                self.before(role_edit(write.role), "born")
        precedence = Precedence(self._target, self._snapshot, self._channels, self._cascade)
        precedence.put_into(self._graph, [w for w in writes if not w.is_admin])

    def _in_parts(self, split: Collection[Node]) -> list[Node]:
        """First parts are as early as what tightens; edges lead from first parts to last ones."""
        ranks: dict[Node, tuple[int, ...]] = {node: (*rank, 0) for node, rank in self._ranks.items()}
        ranks |= {first_part(n): (Phase.TIGHTENING, self._ranks[n][1], 0) for n in split}
        parts = self._graph.in_parts(split, first_part)
        for child, category in self._cascade.held:
            child_edit, category_edit = channel_edit(child), channel_edit(category)
            if child_edit in split:
                start = first_part(category_edit) if category_edit in split else category_edit
                parts.add(first_part(child_edit), start)
                parts.add(category_edit, child_edit)
                # As short a time as can be, because what is found half-way cannot be put back.
                ranks[first_part(child_edit)] = (*ranks[start][:2], -1)
                ranks[child_edit] = (*ranks[category_edit][:2], 1)
        return [node for node in in_sequence(ranks, parts) if node != "born"]


def has_own_edit(channel: WantedChannel) -> bool:
    """Whether anything but overwrites is written."""
    return channel.moves or channel.fields != NO_CHANGE


def _changes_permissions(role: WantedRole) -> bool:
    return role.role is not None and role.permissions != role.role.permissions
