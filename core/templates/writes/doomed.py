"""Living with roles and channels that the plan deletes last.

A doomed role's members must not get more while it lives than they had or will have. A channel that is written
while it lives therefore denies it what it would bring; that entry vanishes with the role and costs nothing. Where
that is impossible, or the role meets something in a channel that is not written, the role's permissions are taken
first (its meet with "no such role"). A doomed channel is closed to what roles are given meanwhile.
"""

from collections.abc import Collection, Iterable

import msgspec

from core.discord.permissions import Permission
from core.discord.types import BotPowers, Role, Snapshot, Snowflake
from core.templates.goal.target import Target, WantedChannel
from core.templates.plan import Ref
from core.templates.writes.graph import Edges, add_edge, minimal_splits
from core.templates.writes.meeting import ADMIN, Door, RoleWrite, bits_meet, gates_meet, joined, roles_meet
from core.templates.writes.sets import SILENT, Bits, OverwriteSet, Subject, put, undecided

_MANAGE_ROLES = int(Permission.MANAGE_ROLES)
# Discord takes at most 100 overwrites in one call.
_MOST_ENTRIES = 100


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """`disarmed` roles lose their permissions first. `brought` is what each other one would bring into a channel.
    `neutralised` channels are written only because of doomed roles. `order` says which role dies before which."""

    brought: dict[Snowflake, int]
    disarmed: frozenset[Snowflake]
    neutralised: frozenset[Ref]
    order: Edges

    def while_they_live(self, final: OverwriteSet, present: OverwriteSet) -> OverwriteSet:
        """The final set, and the doomed roles' denies."""
        living = dict(final)
        for role_id, bits in self.brought.items():
            subject = Subject("role", role_id)
            put(living, subject, Bits(0, present.get(subject, SILENT).deny | bits))
        return living


def usable_bits(target: Target, snapshot: Snapshot, powers: BotPowers) -> int:
    """What the bot may write into overwrites from the first step to the last, whatever its roles lose on the way."""
    after = {role.ref: role.permissions for role in target.roles} | {
        role.id: 0 for role in target.doomed_roles
    }
    own = [role for role in snapshot.roles if role.id == target.everyone or role.id in powers.role_ids]
    elsewhere = powers.permissions & ~joined(role.permissions for role in own)
    lasting = elsewhere | joined(role.permissions & after.get(role.id, role.permissions) for role in own)
    return -1 if lasting & ADMIN else lasting & ~_MANAGE_ROLES


def closed(channel: WantedChannel, everyone: Subject, writes: Iterable[RoleWrite]) -> OverwriteSet:
    """A doomed channel that stays as closed as it is, whatever the roles are given."""
    tight = dict(channel.present)
    if Door(tight, everyone, has_voice=False).is_shut:
        return tight
    for write in writes:
        subject = Subject("role", write.role)
        if not (write.before | write.everyone_before) & ADMIN:
            opened = write.given & undecided(channel.present, everyone, subject)
            now = tight.get(subject, SILENT)
            put(tight, subject, Bits(now.allow, now.deny | opened))
    return tight


def doomed_of(target: Target, writes: Collection[RoleWrite], usable: int, everyone_after: int) -> Doomed:
    """`writes` are those of the roles that stay; the bot may write `usable` bits into overwrites."""
    if not target.doomed_roles:
        return Doomed(brought={}, disarmed=frozenset(), neutralised=frozenset(), order={})
    return _Study(target, writes, usable, everyone_after).doomed()


class _Study:
    def __init__(
        self, target: Target, writes: Collection[RoleWrite], usable: int, everyone_after: int
    ) -> None:
        self._everyone = Subject("role", target.everyone)
        self._roles = target.doomed_roles
        self._permissions = {role.id: role.permissions for role in self._roles}
        self._everyone_after = everyone_after
        self._writes = [w for w in writes if not w.is_admin]
        self._usable = usable
        self._makes_channels = any(c.channel is None for c in target.channels)
        self._standing = [c for c in target.channels if c.channel is not None and not c.is_doomed]
        doomed = {role.id for role in self._roles}
        self._unwritten = [c for c in self._standing if without(c.present, doomed) == c.final]
        self._writes_sets = self._makes_channels or len(self._unwritten) < len(self._standing)
        self._largest_set = max((len(c.final) for c in target.channels), default=0)
        self._has_voice = any(c.type in ("voice", "stage") for c in self._standing)

    def doomed(self) -> Doomed:
        disarmed = {role.id for role in self._roles if self._must_disarm(role)}
        undeniable = [role.id for role in self._roles if role.id not in disarmed and self._brings(role)]
        if self._writes_sets and self._largest_set + len(undeniable) > _MOST_ENTRIES:
            disarmed |= set(undeniable)
        neutralised = {c.ref for c in self._unwritten if self._loses_an_allow(c)}
        order = self._settle_order(disarmed, neutralised)
        return Doomed(
            brought={role.id: 0 if role.id in disarmed else self._brings(role) for role in self._roles},
            disarmed=frozenset(disarmed),
            neutralised=frozenset(neutralised),
            order=order,
        )

    def _brings(self, role: Role) -> int:
        """Who was an administrator can get nothing new."""
        return 0 if role.permissions & ADMIN else role.permissions & ~self._everyone_after

    def _must_disarm(self, role: Role) -> bool:
        if role.permissions & ADMIN:
            return self._makes_channels
        if self._writes_sets and self._brings(role) & ~self._usable:
            return True
        dying = RoleWrite(
            role=role.id,
            before=role.permissions,
            after=0,
            everyone_before=0,
            everyone_after=self._everyone_after,
        )
        return bool(self._standing) and any(
            roles_meet(dying, write, has_voice=self._has_voice) for write in self._writes
        )

    def _loses_an_allow(self, channel: WantedChannel) -> bool:
        """An allow that dies with its role, in a channel where another role's write gives a gate of it."""
        for role in self._roles:
            allow = channel.present.get(Subject("role", role.id), SILENT).allow
            if allow and not role.permissions & ADMIN:
                for write in self._writes:
                    seen = undecided(channel.present, self._everyone, Subject("role", write.role))
                    if gates_meet(allow, write.given & seen & ~role.permissions, has_voice=True):
                        return True
        return False

    def _settle_order(self, disarmed: set[Snowflake], neutralised: set[Ref]) -> Edges:
        """Adds to both sets until the roles can die one after the other."""
        while True:
            edges, culprits = self._order(disarmed, neutralised)
            cyclic = minimal_splits(edges, set(edges), ())
            if not cyclic:
                return edges
            first = min(cyclic)
            armed = self._permissions[first] and first not in disarmed
            if armed:
                disarmed.add(first)
            else:
                neutralised |= {ref for ref, role_id in culprits if role_id == first}

    def _order(
        self, disarmed: Collection[Snowflake], neutralised: Collection[Ref]
    ) -> tuple[Edges, list[tuple[Ref, Snowflake]]]:
        """Who dies before whom: a role that still gives, before one whose death lifts a deny that it meets."""
        edges: Edges = {}
        culprits: list[tuple[Ref, Snowflake]] = []
        for channel in self._unwritten:
            if channel.ref in neutralised:
                continue
            mortals = [role for role in self._roles if not role.permissions & ADMIN]
            entries = {r.id: channel.present.get(Subject("role", r.id), SILENT) for r in mortals}
            deniers = [role_id for role_id, bits in entries.items() if bits.deny]
            for giver in mortals if deniers else ():
                base = 0 if giver.id in disarmed else self._brings(giver)
                base &= undecided(channel.present, self._everyone, Subject("role", giver.id))
                allow = entries[giver.id].allow
                for denier in deniers:
                    lifted = entries[denier].deny
                    if giver.id != denier and (
                        bits_meet(base, lifted, has_voice=True)
                        or gates_meet(base | allow, lifted, has_voice=True)
                    ):
                        add_edge(edges, giver.id, denier)
                        culprits.append((channel.ref, giver.id))
        return edges, culprits


def without(overwrites: OverwriteSet, roles: Collection[Snowflake]) -> OverwriteSet:
    """The set as it will be when the roles are dead."""
    if not roles:
        return overwrites
    return {s: bits for s, bits in overwrites.items() if s.kind == "member" or s.ref not in roles}
