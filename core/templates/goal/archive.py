"""The archive: a category, closed to all but staff, for channels that the document does not name.

Nobody sees in it what they did not see before: staff who could not see a channel do not see it there either, and a
member who was kept out stays out. Before means before the first step: a plan that was stopped half-way has taken from
roles and channels what they get back in the end.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from core.discord.gateway import ChannelFields
from core.discord.permissions import Permission
from core.discord.types import Channel, Snapshot, Snowflake
from core.templates.documents.document import Document
from core.templates.goal.fields import NO_CHANGE
from core.templates.matching.match import archive_key, nodes_of
from core.templates.options import ArchiveOptions
from core.templates.plan import Ref, ref_to
from core.templates.writes.sets import SILENT, Bits, OverwriteSet, Subject, set_of

ROOM = 50
_MOST_STAFF = 90
_VIEW, _ADMIN = int(Permission.VIEW_CHANNEL), int(Permission.ADMINISTRATOR)
_MANAGES = int(Permission.MANAGE_CHANNELS | Permission.MANAGE_GUILD)


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """One archive category: `channel` is what exists of it, else `key` is what it is made under."""

    ref: Ref
    name: str
    key: str | None
    channel: Channel | None
    final: OverwriteSet

    @property
    def fields(self) -> ChannelFields:
        return ChannelFields(type="category", name=self.name) if self.channel is None else NO_CHANGE


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """`homes` are the categories of everything that is archived, `sets` its overwrites in the end."""

    shelves: tuple[Shelf, ...] = ()
    homes: dict[Snowflake, Ref] = {}
    sets: dict[Snowflake, OverwriteSet] = {}


class Sight:
    """Who saw a channel by a role: with the roles' permissions as they were, and for new ones as they will be."""

    def __init__(self, before: Snapshot, permissions: Mapping[Ref, int]) -> None:
        """`permissions` are those of all roles when the plan is done."""
        self.everyone = Subject("role", before.guild_id)
        self.permissions = permissions
        self._then = {**permissions, **{role.id: role.permissions for role in before.roles}}
        self._channels = {channel.id: channel for channel in before.channels}

    def staff(self) -> list[Ref]:
        """Roles that manage the server and are not above all overwrites."""
        return [
            ref
            for ref, bits in self.permissions.items()
            if bits & _MANAGES and not bits & _ADMIN and ref != self.everyone.ref
        ]

    def overwrites_of(self, channel: Channel) -> OverwriteSet:
        was = self._channels.get(channel.id, channel)
        return set_of(was.overwrites, self.permissions.keys())

    def saw(self, subject: Subject, overwrites: OverwriteSet) -> bool:
        """Whoever has the role, whichever others they have: an entry of its own, as it gets one in the archive, stands
        above those that deny it to other roles."""
        if not overwrites.get(subject, SILENT).allow & _VIEW and any(
            entry.deny & _VIEW
            for other, entry in overwrites.items()
            if other.kind == "role" and other not in (subject, self.everyone)
        ):
            return False
        return self._sees(subject.ref, overwrites)

    def _sees(self, role: Ref, overwrites: OverwriteSet) -> bool:
        bits = self._then.get(self.everyone.ref, 0) | self._then.get(role, 0)
        for subject in (self.everyone, Subject("role", role)):
            entry = overwrites.get(subject, SILENT)
            bits = bits & ~entry.deny | entry.allow
        return bool(bits & (_VIEW | _ADMIN))


class Archiving:
    def __init__(
        self,
        document: Document,
        snapshot: Snapshot,
        existing: Sequence[Channel],
        *,
        sight: Sight,
        options: ArchiveOptions,
        staff: Collection[Ref] | None,
        frozen: Collection[Ref],
    ) -> None:
        """`existing` are the archives that the guild has; `staff` are the roles that the asker named. What is `frozen`
        keeps its overwrites, and is an archive only if it is closed."""
        self._snapshot = snapshot
        self._frozen = frozen
        self._sight = sight
        self._name = options.name.strip()
        self._named_staff = staff
        self._living = sight.permissions.keys()
        said = {node.said.name.strip() for node in nodes_of(document) if node.type == "category"}
        self._existing = [c for c in existing if c.id not in frozen or self._is_closed(c)]
        self._names = said | {c.name for c in snapshot.channels if c.type == "category"}

    def archive(self, channels: Iterable[Channel]) -> Archive:
        shelves = [
            Shelf(ref=c.id, name=c.name, key=None, channel=c, final=self._closed(c)) for c in self._existing
        ]
        full = Counter(channel.parent_id for channel in self._snapshot.channels)
        homes: dict[Snowflake, Ref] = {}
        there = {shelf.ref for shelf in shelves}
        channels = list(channels)
        for channel in channels:
            if channel.parent_id in there:
                homes[channel.id] = channel.parent_id
                continue
            shelf = next((shelf for shelf in shelves if full[shelf.ref] < ROOM), None)
            if shelf is None:
                shelf = self._new(len(shelves) + 1)
                shelves.append(shelf)
            full[shelf.ref] += 1
            homes[channel.id] = shelf.ref
        by_ref = {shelf.ref: shelf for shelf in shelves}
        sets = {c.id: self._set_in(by_ref[homes[c.id]], c) for c in channels}
        return Archive(shelves=tuple(shelves), homes=homes, sets=sets)

    def _new(self, number: int) -> Shelf:
        while (name := self._name if number == 1 else f"{self._name} {number}") in self._names:
            number += 1
        self._names.add(name)
        key = archive_key(number)
        return Shelf(ref=ref_to(key), name=name, key=key, channel=None, final=self._set())

    def _set(self) -> OverwriteSet:
        staff = self._sight.staff() if self._named_staff is None else self._named_staff
        seen = {Subject("role", ref): Bits(_VIEW, 0) for ref in [*staff][:_MOST_STAFF]}
        return {self._sight.everyone: Bits(0, _VIEW), **seen}

    def _closed(self, category: Channel) -> OverwriteSet:
        """One that is closed already stays as people have set it, unless the asker names its staff."""
        if category.id in self._frozen or (self._is_closed(category) and self._named_staff is None):
            return self._present(category)
        return self._set()

    def _is_closed(self, channel: Channel) -> bool:
        return bool(self._present(channel).get(self._sight.everyone, SILENT).deny & _VIEW)

    def _present(self, channel: Channel) -> OverwriteSet:
        return set_of(channel.overwrites, self._living)

    def _set_in(self, shelf: Shelf, channel: Channel) -> OverwriteSet:
        present = self._present(channel)
        if shelf.channel is not None and channel.parent_id == shelf.ref:
            if present == self._present(shelf.channel):
                return shelf.final
            if self._is_closed(channel):
                return present
        present = self._sight.overwrites_of(channel)
        kept_out = {s: Bits(0, _VIEW) for s, b in present.items() if s.kind == "member" and b.deny & _VIEW}
        seeing = {
            subject: bits
            for subject, bits in shelf.final.items()
            if not (subject.kind == "role" and bits.allow & _VIEW) or self._sight.saw(subject, present)
        }
        return {**seeing, **kept_out}
