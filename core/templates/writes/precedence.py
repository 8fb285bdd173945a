"""Which write comes before which: what one takes away is gone before another gives what meets it (law 6)."""

from collections.abc import Collection, Iterable, Iterator, KeysView, Mapping

from core.discord.types import VOICE_LIKE, Snapshot
from core.templates.goal.target import Target, WantedChannel
from core.templates.plan import Ref
from core.templates.writes.cascade import Cascade, Channels
from core.templates.writes.graph import Graph, Node, Nodes
from core.templates.writes.meeting import (
    ADMIN,
    ChannelWrite,
    Door,
    Meeting,
    RoleWrite,
    gates_meet,
    joined,
    roles_meet,
    roles_meet_in,
)
from core.templates.writes.sets import Bits, OverwriteSet, Subject, subject_of


def role_edit(ref: Ref) -> Node:
    return f"edit_role:{ref}"


def channel_edit(ref: Ref) -> Node:
    return f"edit_channel:{ref}"


def first_part(node: Node) -> Node:
    """Of what is written twice."""
    return f"{node}:meet"


class Precedence:
    """Over the existing roles and channels; who is made or deleted is somebody else's matter."""

    def __init__(self, target: Target, snapshot: Snapshot, channels: Channels, cascade: Cascade) -> None:
        self._target = target
        self._snapshot = snapshot
        self._channels = channels
        self._cascade = cascade
        self._everyone = Subject("role", target.everyone)
        self._of_everyone = (snapshot.everyone.permissions, target.of_everyone.permissions)
        self._unaffected = self._unaffecting()

    def put_into(self, graph: Graph, writes: Collection[RoleWrite]) -> None:
        """Says what has to be done before what. `writes` are those of roles that are never administrators'."""
        for taker, giver in self._role_pairs(writes):
            graph.add(taker, giver)
        takers = _alike(graph, ((write.role, write.taken) for write in writes))
        givers = _alike(graph, ((write.role, write.given) for write in writes))
        for ref in sorted(self._cascade.written):
            write, edit = self._channel_write(ref), channel_edit(ref)
            for roles in takers:
                graph.add_all(roles.meeting(write.before_which(roles.bits, roles.subjects)), edit)
            for roles in givers:
                roles.note(graph.bit(edit), write.after_which(roles.bits, roles.subjects))
        for roles in givers:
            for role, edits in roles.noted():
                graph.add_all(edits, role)

    def _role_pairs(self, writes: Collection[RoleWrite]) -> Iterator[tuple[Node, Node]]:
        """Which of them meet at all is known without looking at any channel."""
        given = joined(write.given for write in writes)
        takers = [write for write in writes if gates_meet(write.taken, given, has_voice=True)]
        taken = joined(taker.taken for taker in takers)
        givers = [write for write in writes if gates_meet(taken, write.given, has_voice=True)]
        doors: list[Door] | None = None
        for taker in takers:
            for giver in givers:
                if taker.role == giver.role or not roles_meet(taker, giver, has_voice=True):
                    continue
                doors = self._doors() if doors is None else doors
                if roles_meet_in(taker, giver, doors):
                    yield role_edit(taker.role), role_edit(giver.role)

    def _doors(self) -> list[Door]:
        """Every state of a channel that stays, each once, first those in which most bits count for most roles."""
        doors: dict[tuple[frozenset[tuple[Subject, Bits]], bool], Door] = {}
        for ref, goal in self._channels.goals.items():
            channel = self._channels.by_ref[ref]
            if not channel.is_doomed:
                for overwrites in (channel.present,) if goal is channel.present else (channel.present, goal):
                    door = self._door(overwrites, has_voice=_has_voice(channel))
                    doors[frozenset(door.overwrites.items()), door.has_voice] = door
        open_doors = [door for door in doors.values() if not door.is_shut]
        return sorted(open_doors, key=lambda door: (not door.has_voice, len(door.overwrites)))

    def _door(self, overwrites: OverwriteSet, *, has_voice: bool) -> Door:
        if not self._unaffected.isdisjoint(overwrites):
            overwrites = {s: bits for s, bits in overwrites.items() if s not in self._unaffected}
        return Door(overwrites, self._everyone, has_voice=has_voice)

    def _unaffecting(self) -> frozenset[Subject]:
        """Roles whose overwrites affect nobody: administrators' before or after, and those that nobody has yet."""
        then = {role.ref for role in self._target.roles if role.role is None or role.permissions & ADMIN}
        now = {role.id for role in self._snapshot.roles if role.permissions & ADMIN}
        return frozenset(Subject("role", ref) for ref in then | now)

    def _channel_write(self, ref: Ref) -> ChannelWrite:
        channel = self._channels.by_ref[ref]
        group = [channel, *(self._channels.by_ref[each] for each in self._cascade.followers.get(ref, ()))]
        before, after = (
            self._door(overwrites, has_voice=any(map(_has_voice, group)))
            for overwrites in (channel.present, self._channels.goals[ref])
        )
        return ChannelWrite(before, after, self._of_everyone)


class _Alike:
    """Roles of whose writes the same is asked: a channel in which none of them has an overwrite has one answer for all.
    What is noted of such a channel is noted once."""

    def __init__(self, bits: int, edits: Mapping[Subject, Nodes]) -> None:
        self.bits = bits
        self._edits = edits
        self._all = joined(edits.values())
        self._noted_of_all: Nodes = 0
        self._noted: dict[Subject, Nodes] = dict.fromkeys(edits, 0)

    @property
    def subjects(self) -> KeysView[Subject]:
        return self._edits.keys()

    def meeting(self, found: Meeting) -> Nodes:
        """The edits of those that were found to meet."""
        named = joined(self._edits[subject] for subject in found.named)
        return (self._all if found.others else 0) ^ named

    def note(self, edit: Nodes, found: Meeting) -> None:
        """The edit of a channel before those of these roles."""
        if found.others:
            self._noted_of_all |= edit
        for subject in found.named:
            self._noted[subject] |= edit

    def noted(self) -> Iterator[tuple[Node, Nodes]]:
        for subject, edits in self._noted.items():
            yield role_edit(subject.ref), self._noted_of_all ^ edits


def _alike(graph: Graph, bits: Iterable[tuple[Ref, int]]) -> list[_Alike]:
    """By the bits that they take or give; who takes or gives nothing meets nobody."""
    grouped: dict[int, dict[Subject, Nodes]] = {}
    for role, asked in bits:
        if asked:
            grouped.setdefault(asked, {})[subject_of("role", role)] = graph.bit(role_edit(role))
    return [_Alike(asked, edits) for asked, edits in grouped.items()]


def _has_voice(channel: WantedChannel) -> bool:
    return channel.type in VOICE_LIKE
