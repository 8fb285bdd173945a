"""A plan's steps played through, as far as the bot's own reach and Discord's limits depend on them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import UNSET, UnsetType

from core.discord.gates import through
from core.discord.permissions import Permission
from core.discord.types import VOICE_LIKE, BotPowers, Overwrite, Snapshot
from core.templates.matching.match import homes_in
from core.templates.plan import (
    CreateChannel,
    CreateRole,
    DeleteChannel,
    DeleteRole,
    EditChannel,
    EditRole,
    Ref,
    Step,
    ref_to,
)
from core.templates.writes.sets import SILENT, OverwriteSet, Subject, set_of

_ADMIN = int(Permission.ADMINISTRATOR)

EVERY_BIT = -1


class Course:
    """The guild as it is by now, seen by the bot."""

    def __init__(
        self,
        snapshot: Snapshot,
        powers: BotPowers,
        sets: Mapping[Ref, OverwriteSet] | None = None,
        homes: Mapping[Ref, Ref | None] | None = None,
    ) -> None:
        """`sets` and `homes` are those of the snapshot's channels, where somebody has them already."""
        self._everyone = snapshot.guild_id
        self._powers = powers
        self._permissions = {role.id: role.permissions for role in snapshot.roles}
        self._homes: dict[Ref, Ref | None] = dict(homes_in(snapshot) if homes is None else homes)
        self._children: dict[Ref, dict[Ref, None]] = {}
        for channel, home in self._homes.items():
            if home:
                self._children.setdefault(home, {})[channel] = None
        self._types = {channel.id: channel.type for channel in snapshot.channels}
        self._held: int | None = None
        # What the bot has from elsewhere than the roles that the snapshot shows.
        self._extra = powers.permissions & ~self._from_roles()
        self.sets: dict[Ref, OverwriteSet] = dict(sets or {}) or {
            c.id: set_of(c.overwrites, self._permissions) for c in snapshot.channels
        }

    @property
    def roles(self) -> int:
        return len(self._permissions)

    @property
    def channels(self) -> int:
        return len(self._homes)

    def children(self) -> Counter[Ref]:
        """How many channels each category has."""
        return Counter({category: len(children) for category, children in self._children.items()})

    def home_of(self, channel: Ref) -> Ref | None:
        """The category that it is in."""
        return self._homes.get(channel)

    def children_of(self, category: Ref) -> int:
        return len(self._children.get(category, ()))

    @property
    def is_admin(self) -> bool:
        return self.held() == EVERY_BIT

    def held(self) -> int:
        """The bot's permissions in the guild; ADMINISTRATOR spreads to every bit, named or not."""
        if self._held is None:
            bits = self._from_roles() | self._extra
            self._held = EVERY_BIT if bits & _ADMIN else bits
        return self._held

    def _from_roles(self) -> int:
        roles = (self._everyone, *self._powers.role_ids)
        return _joined(self._permissions.get(role_id, 0) for role_id in roles)

    def held_in(self, channel: Ref) -> int:
        """The bot's permissions in a channel; none in one that it cannot see."""
        bits = self.held()
        if bits == EVERY_BIT:
            return bits
        for layer in self._layers():
            entries = [self.sets.get(channel, {}).get(subject, SILENT) for subject in layer]
            bits = bits & ~_joined(e.deny for e in entries) | _joined(e.allow for e in entries)
        return through(bits, bits, has_voice=self._types.get(channel) in VOICE_LIKE)

    def everyone_in(self, channel: Ref, overwrites: OverwriteSet) -> int:
        """What somebody without roles has in the channel, were these its overwrites."""
        base = self._permissions.get(self._everyone, 0)
        if base & _ADMIN:
            return EVERY_BIT
        entry = overwrites.get(Subject("role", self._everyone), SILENT)
        bits = base & ~entry.deny | entry.allow
        return through(bits, bits, has_voice=self._types.get(channel) in VOICE_LIKE)

    def followers_of(self, category: Ref) -> list[Ref]:
        """The children that Discord gives a new set of the category, too."""
        present = self.sets.get(category)
        return [child for child in self._children.get(category, ()) if self.sets.get(child) == present]

    def _layers(self) -> tuple[list[Subject], ...]:
        """Whose overwrites count for the bot, the last ones most."""
        roles = [Subject("role", role_id) for role_id in self._powers.role_ids if role_id != self._everyone]
        return [Subject("role", self._everyone)], roles, [Subject("member", self._powers.user_id)]

    def play(self, step: Step) -> None:
        """What the step changes."""
        match step:
            case CreateRole(key=key):
                self._permissions[ref_to(key)] = step.fields.permissions or 0
                self._held = None
            case EditRole(role_id=role_id) if step.fields.permissions is not UNSET:
                self._permissions[role_id] = step.fields.permissions
                self._held = None
            case DeleteRole(role_id=role_id):
                self._permissions.pop(role_id, None)
                self._held = None
            case CreateChannel(key=key):
                self._settle(ref_to(key), step.fields.parent_id or None)
                self.sets[ref_to(key)] = sent_set(step.fields.overwrites)
                if step.fields.type is not UNSET:
                    self._types[ref_to(key)] = step.fields.type
            case EditChannel():
                self._edit(step)
            case DeleteChannel(channel_id=channel_id):
                self._settle(channel_id, None)
                self._homes.pop(channel_id, None)
            case _:
                pass

    def _edit(self, step: EditChannel) -> None:
        channel, fields = step.channel_id, step.fields
        if fields.parent_id is not UNSET:
            self._settle(channel, fields.parent_id)
        if fields.overwrites is not UNSET:
            new = sent_set(fields.overwrites)
            for each in (*self.followers_of(channel), channel):
                self.sets[each] = new

    def _settle(self, channel: Ref, home: Ref | None) -> None:
        """It is in this category from now on."""
        before = self._homes.get(channel)
        if before:
            self._children[before].pop(channel, None)
        self._homes[channel] = home
        if home:
            self._children.setdefault(home, {})[channel] = None


def sent_set(overwrites: tuple[Overwrite, ...] | UnsetType) -> OverwriteSet:
    """What a channel has when these were written."""
    return {} if overwrites is UNSET else set_of(overwrites, {o.id for o in overwrites})


def _joined(bits: Iterable[int]) -> int:
    joined = 0
    for each in bits:
        joined |= each
    return joined
