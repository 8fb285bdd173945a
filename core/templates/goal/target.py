"""The state to reach, object by object: what is kept, made, changed and deleted, without saying in which order."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from core.discord.gateway import ChannelFields, RoleFields
from core.discord.permissions import UNNAMED, bits_of
from core.discord.types import BotPowers, Channel, ChannelType, Role, Snapshot, Snowflake
from core.templates.begun import Begun
from core.templates.documents.document import EVERYONE, Document, DocumentOverwrite
from core.templates.goal.archive import Archive, Archiving, Sight
from core.templates.goal.dooms import Dooms, dooms_of
from core.templates.goal.fields import (
    NO_CHANGE,
    NO_ROLE_CHANGE,
    channel_fields,
    role_fields,
    wanted_permissions,
)
from core.templates.goal.settings import WantedSettings, wanted_settings
from core.templates.matching.match import ChannelNode, Matches, homes_in
from core.templates.matching.wishes import frozen_in, protected, wishes_of
from core.templates.plan import Notice, PlanOptions, Ref, ref_to
from core.templates.resources.target import (
    ResourceTarget,
    emoji_refs,
    resource_target,
    without_those_of,
)
from core.templates.writes.sets import (
    OverwriteSet,
    Subject,
    bits_named,
    set_of,
    sets_of,
    subject_of,
    with_unnamed_bits,
)


class WantedRole(msgspec.Struct, frozen=True, kw_only=True):
    """`role` is what exists of it, `key` its node; one of them may be missing. `fields` are the changes other than of
    permissions (of a new role: everything)."""

    ref: Ref
    name: str
    key: str | None
    role: Role | None
    fields: RoleFields
    permissions: int


class WantedChannel(msgspec.Struct, frozen=True, kw_only=True):
    """As `WantedRole`; `final` is the set of overwrites when all is done, `present` the one of now. `home` is the
    category of now, `parent` the one to be. What is doomed has `key` None and `is_doomed`. `is_described`: the document
    says what the overwrites are, or the archive does."""

    ref: Ref
    name: str
    key: str | None
    channel: Channel | None
    type: ChannelType
    home: Ref | None
    parent: Ref | None
    fields: ChannelFields
    present: OverwriteSet
    final: OverwriteSet
    is_described: bool = False
    is_doomed: bool = False
    is_archived: bool = False

    @property
    def moves(self) -> bool:
        return self.channel is not None and self.home != self.parent and not self.is_doomed


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """`roles` are those of the document, highest first, with @everyone last. `channels` are the document's in display
    order, then every other one that exists. `refs` are the document's nodes. `earlier` is the guild before the first
    step, where there have been some."""

    everyone: Snowflake
    roles: tuple[WantedRole, ...]
    doomed_roles: tuple[Role, ...]
    channels: tuple[WantedChannel, ...]
    refs: dict[str, Ref]
    settings: WantedSettings
    dooms: Dooms
    warnings: tuple[Notice, ...]
    resources: ResourceTarget = ResourceTarget()
    stranded: tuple[Notice, ...] = ()
    earlier: Snapshot | None = None

    @property
    def present_sets(self) -> dict[Ref, OverwriteSet]:
        """Of every channel that exists."""
        return {channel.ref: channel.present for channel in self.channels if channel.channel}

    @property
    def doomed_channels(self) -> tuple[WantedChannel, ...]:
        return tuple(channel for channel in self.channels if channel.is_doomed)


def target_of(
    document: Document,
    snapshot: Snapshot,
    matches: Matches,
    powers: BotPowers,
    options: PlanOptions,
    *,
    begun: Begun,
) -> Target:
    return _Aim(document, snapshot, matches, powers, options, begun=begun).target()


class _Aim:
    def __init__(
        self,
        document: Document,
        snapshot: Snapshot,
        matches: Matches,
        powers: BotPowers,
        options: PlanOptions,
        *,
        begun: Begun,
    ) -> None:
        self._document = document
        self._begun = begun
        self._snapshot = snapshot
        self._matches = matches
        self._options = options
        self._warnings: list[Notice] = [*matches.warnings]
        self._everyone = snapshot.guild_id
        self._wishes = wishes_of(document, matches, options)
        self._warnings += self._wishes.warnings
        self._refs = {EVERYONE: self._everyone, **{key: role.id for key, role in matches.roles.items()}}
        self._refs |= {node.key: self._role_ref(node.key) for node in self._wishes.roles}
        self._channel_refs = {key: channel.id for key, channel in matches.channels.items()}
        self._channel_refs |= {node.key: self._channel_ref(node.key) for node in self._wishes.channels}
        self._emojis = emoji_refs(document, matches.resources, options, self._refs.get)
        self._settings = wanted_settings(self._wishes.guild, snapshot, self._channel_refs, self._warnings)
        self._protected = frozenset(options.protected)
        self._frozen = frozen_in(snapshot, self._protected)
        self._spoken: set[Snowflake] = set()
        self._dooms = dooms_of(snapshot, matches, powers, self._settings.kept, options)
        self._warnings += self._dooms.warnings
        doomed = {role.id for role in self._dooms.roles}
        self._staying = {role.id for role in snapshot.roles if role.id not in doomed}
        self._present = {role.id for role in snapshot.roles}
        self._homes = homes_in(snapshot)
        self._present_sets = sets_of(snapshot.channels, self._present)
        self._subjects: dict[str | None, Subject] = {
            key: subject_of("role", ref) for key, ref in self._refs.items()
        }

    def target(self) -> Target:
        roles, named = self._roles(), self._named_channels()
        archive = self._archive(roles)
        resources = self._resources()
        refs = {wanted.key: wanted.ref for wanted in resources.wanted}
        return Target(
            everyone=self._everyone,
            roles=roles,
            doomed_roles=self._dooms.roles,
            channels=(*named, *self._shelves(archive), *self._other_channels(archive)),
            refs={**self._refs, **self._channel_refs, **refs},
            settings=self._settings,
            dooms=self._dooms,
            warnings=(*self._warnings, *resources.warnings),
            resources=resources,
            stranded=self._wishes.stranded,
            earlier=None if self._begun.guild is self._snapshot else self._begun.guild,
        )

    def _resources(self) -> ResourceTarget:
        refs = {**self._refs, **self._channel_refs, **self._emojis}
        found = resource_target(
            self._document,
            self._snapshot,
            self._matches.resources,
            refs.get,
            self._options,
            deleting=self._begun.deleting,
        )
        return without_those_of(found, {channel.id for channel in self._dooms.channels})

    def _role_ref(self, key: str) -> Ref:
        return self._matches.roles[key].id if key in self._matches.roles else ref_to(key)

    def _channel_ref(self, key: str) -> Ref:
        return self._matches.channels[key].id if key in self._matches.channels else ref_to(key)

    def _roles(self) -> tuple[WantedRole, ...]:
        roles: list[WantedRole] = []
        for node in self._wishes.roles:
            role = self._matches.roles.get(node.key)
            wanted = WantedRole(
                ref=self._refs[node.key],
                name=node.name,
                key=node.key,
                role=role,
                fields=role_fields(node, role, self._snapshot, self._warnings),
                permissions=wanted_permissions(node, role),
            )
            if role is None or role.id not in self._protected:
                roles.append(wanted)
            elif wanted.fields != NO_ROLE_CHANGE or wanted.permissions != role.permissions:
                self._warnings.append(protected(f"The role “{role.name}”", node.key))
        roles.append(self._everyone_wanted())
        return tuple(roles)

    def _everyone_wanted(self) -> WantedRole:
        role, said = self._snapshot.everyone, self._wishes.everyone.permissions
        present = role.permissions
        if role.id in self._protected and said is not UNSET:
            self._warnings.append(protected("The role @everyone", EVERYONE))
            said = UNSET
        return WantedRole(
            ref=role.id,
            name="@everyone",
            key=EVERYONE,
            role=role,
            fields=NO_ROLE_CHANGE,
            permissions=present if said is UNSET else bits_of(said) | present & UNNAMED,
        )

    def _named_channels(self) -> list[WantedChannel]:
        channels: list[WantedChannel] = []
        sets: dict[str, OverwriteSet] = {}
        for node in self._wishes.channels:
            channel = self._matches.channels.get(node.key)
            sets[node.key] = self._final(node, channel, sets)
            wanted = self._named_channel(node, channel, sets[node.key])
            if channel is not None and channel.id in self._protected:
                sets[node.key] = self._staying_set(channel)
                if wanted.moves or wanted.fields != NO_CHANGE or wanted.final != sets[node.key]:
                    self._warnings.append(protected(f"#{channel.name}", node.key))
                continue
            self._spoken.add(wanted.ref)
            channels.append(wanted)
        return channels

    def _named_channel(
        self, node: ChannelNode, channel: Channel | None, final: OverwriteSet
    ) -> WantedChannel:
        return WantedChannel(
            ref=self._channel_refs[node.key],
            name=node.said.name,
            key=node.key,
            channel=channel,
            type=node.type,
            home=self._homes[channel.id] if channel else None,
            parent=self._channel_refs[node.parent] if node.parent else None,
            fields=channel_fields(node, channel, self._snapshot, self._emojis, self._warnings),
            present=self._present_sets[channel.id] if channel else {},
            final=final,
            is_described=node.said.overwrites is not UNSET,
        )

    def _final(
        self, node: ChannelNode, channel: Channel | None, sets: Mapping[str, OverwriteSet]
    ) -> OverwriteSet:
        """A new channel that says nothing is made synced, as Discord's client does it."""
        said = node.said.overwrites
        if channel is not None and channel.id in self._frozen - self._protected:
            return self._unthawed(node, channel, sets)
        if said == "synced" and node.parent:
            return self._set_of_category(node.parent, sets)
        if isinstance(said, tuple) and not (channel and self._is_in_question(said)):
            present, wanted = self._staying_set(channel) if channel else {}, self._resolved(said)
            if wanted == present:
                return present
            wanted = with_unnamed_bits(wanted, present, self._staying)
            return present if wanted == present else wanted
        if channel is None:
            return self._set_of_category(node.parent, sets) if node.parent else {}
        return self._staying_set(channel)

    def _staying_set(self, channel: Channel) -> OverwriteSet:
        """Without the doomed roles; the very set of now where there are none."""
        present = self._present_sets[channel.id]
        return (
            present if len(self._staying) == len(self._present) else set_of(channel.overwrites, self._staying)
        )

    def _set_of_category(self, key: str, sets: Mapping[str, OverwriteSet]) -> OverwriteSet:
        """Also of one that the plan does not speak of."""
        return sets[key] if key in sets else self._staying_set(self._matches.channels[key])

    def _unthawed(
        self, node: ChannelNode, category: Channel, sets: Mapping[str, OverwriteSet]
    ) -> OverwriteSet:
        """A category whose overwrites Discord would copy to a protected channel keeps them."""
        present, said = self._staying_set(category), node.said.overwrites
        if (
            isinstance(said, tuple)
            and with_unnamed_bits(self._resolved(said), present, self._staying) != present
        ):
            message = (
                f"A channel in “{category.name}” is synced with it and protected: the category's overwrites"
            )
            self._warnings.append(protected(message, node.key))
        return present

    def _is_in_question(self, said: tuple[DocumentOverwrite, ...]) -> bool:
        """Whether nobody knows yet whose overwrites these are."""
        pending = self._matches.pending
        return bool(pending) and any(overwrite.role in pending for overwrite in said)

    def _resolved(self, said: tuple[DocumentOverwrite, ...]) -> OverwriteSet:
        resolved: OverwriteSet = {}
        for overwrite in said:
            if overwrite.member is None:
                subject = self._subjects.get(overwrite.role)
            else:
                subject = subject_of("member", overwrite.member)
            if subject and (overwrite.allow or overwrite.deny):
                resolved[subject] = bits_named(overwrite.allow, overwrite.deny)
        return resolved

    def _archive(self, roles: tuple[WantedRole, ...]) -> Archive:
        if not self._dooms.archived:
            return Archive()
        permissions = {role.id: role.permissions for role in self._snapshot.roles if role.id in self._staying}
        sight = Sight(self._begun.guild, {**permissions, **{role.ref: role.permissions for role in roles}})
        staff = self._options.archive.staff
        if staff is not None:
            named = {self._refs.get(role, role) for role in staff}
            staff = [ref for ref in sight.permissions if ref in named and ref != self._everyone]
        return Archiving(
            self._document,
            self._snapshot,
            self._matches.archives,
            sight=sight,
            options=self._options.archive,
            staff=staff,
            frozen=self._frozen,
        ).archive(self._dooms.archived)

    def _shelves(self, archive: Archive) -> list[WantedChannel]:
        shelves: list[WantedChannel] = []
        for shelf in archive.shelves:
            channel = shelf.channel
            self._spoken.add(shelf.ref)
            shelves.append(
                WantedChannel(
                    ref=shelf.ref,
                    name=shelf.name,
                    key=shelf.key,
                    channel=channel,
                    type="category",
                    home=None,
                    parent=None,
                    fields=shelf.fields,
                    present=self._present_sets[channel.id] if channel else {},
                    final=shelf.final,
                    is_described=True,
                )
            )
        return shelves

    def _other_channels(self, archive: Archive) -> list[WantedChannel]:
        doomed = {channel.id for channel in self._dooms.channels}
        return [
            WantedChannel(
                ref=channel.id,
                name=channel.name,
                key=None,
                channel=channel,
                type=channel.type,
                home=self._homes[channel.id],
                parent=archive.homes.get(channel.id, self._homes[channel.id]),
                fields=NO_CHANGE,
                present=self._present_sets[channel.id],
                final=archive.sets[channel.id] if channel.id in archive.sets else self._staying_set(channel),
                is_described=channel.id in archive.homes,
                is_doomed=channel.id in doomed,
                is_archived=channel.id in archive.homes,
            )
            for channel in self._matches.shown
            if channel.id not in self._spoken
        ]
