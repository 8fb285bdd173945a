"""Which write comes before which: what one takes away is gone before another gives what meets it (law 6)."""

from collections.abc import Collection, Iterable, Iterator

from core.discord.types import VOICE_LIKE, Snapshot
from core.templates.goal.target import Target, WantedChannel
from core.templates.plan import Ref
from core.templates.writes.cascade import Cascade, Channels
from core.templates.writes.graph import Node
from core.templates.writes.meeting import (
    ADMIN,
    ChannelWrite,
    Door,
    RoleWrite,
    gates_meet,
    joined,
    roles_meet,
    roles_meet_in,
)
from core.templates.writes.sets import Bits, OverwriteSet, Subject


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
        after = next(role.permissions for role in target.roles if role.ref == target.everyone)
        self._of_everyone = (snapshot.everyone.permissions, after)
        self._unaffected = self._unaffecting()

    def pairs(self, writes: Collection[RoleWrite]) -> Iterator[tuple[Node, Node]]:
        """The first has to be done before the second. `writes` are those of roles that are never administrators'."""
        yield from self._role_pairs(writes)
        takers, givers = _by_bits((w.taken, w) for w in writes), _by_bits((w.given, w) for w in writes)
        for ref in sorted(self._cascade.written):
            write, edit = self._channel_write(ref), channel_edit(ref)
            for taken, roles in takers.items():
                yield from ((role_edit(role), edit) for role in write.roles_before(taken, roles))
            for given, roles in givers.items():
                yield from ((edit, role_edit(role)) for role in write.roles_after(given, roles))

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
        """Every state of a channel that stays, each once."""
        doors: dict[tuple[frozenset[tuple[Subject, Bits]], bool], Door] = {}
        for ref, channel in self._channels.by_ref.items():
            if not channel.is_doomed:
                goal = self._channels.goals[ref]
                for overwrites in (channel.present,) if goal is channel.present else (channel.present, goal):
                    door = self._door(overwrites, has_voice=_has_voice(channel))
                    doors[frozenset(door.overwrites.items()), door.has_voice] = door
        return [door for door in doors.values() if not door.is_shut]

    def _door(self, overwrites: OverwriteSet, *, has_voice: bool) -> Door:
        felt = {subject: bits for subject, bits in overwrites.items() if subject not in self._unaffected}
        return Door(felt, self._everyone, has_voice=has_voice)

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


def _by_bits(writes: Iterable[tuple[int, RoleWrite]]) -> dict[int, list[Ref]]:
    """Roles of whose writes the same is asked."""
    grouped: dict[int, list[Ref]] = {}
    for bits, write in writes:
        grouped.setdefault(bits, []).append(write.role)
    return grouped


def _has_voice(channel: WantedChannel) -> bool:
    return channel.type in VOICE_LIKE
