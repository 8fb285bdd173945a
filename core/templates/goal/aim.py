"""From what is said, matched and doomed to the state to reach."""

from msgspec import UNSET

from core.discord.permissions import UNNAMED, bits_of
from core.discord.types import BotPowers, Channel, Snapshot, Snowflake
from core.templates.begun import Begun
from core.templates.documents.document import Document
from core.templates.documents.keys import EVERYONE
from core.templates.goal.archive import Archive, Archiving, Sight
from core.templates.goal.dooms import dooms_of
from core.templates.goal.fields import (
    NO_CHANGE,
    NO_ROLE_CHANGE,
    channel_fields,
    role_fields,
    wanted_permissions,
)
from core.templates.goal.overwrites import FinalSets
from core.templates.goal.settings import wanted_settings
from core.templates.goal.target import Target, WantedChannel, WantedRole, indexed
from core.templates.matching.match import ChannelNode, Matches
from core.templates.matching.wishes import frozen_in, protected, wishes_of
from core.templates.plan import Notice, PlanOptions, ref_to
from core.templates.resources.target import (
    ResourceTarget,
    emoji_refs,
    resource_target,
    without_those_of,
)


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
        for node in self._wishes.roles:
            if node.key not in self._refs:
                self._refs[node.key] = ref_to(node.key)
        self._channel_refs = {key: channel.id for key, channel in matches.channels.items()}
        for node in self._wishes.channels:
            if node.key not in self._channel_refs:
                self._channel_refs[node.key] = ref_to(node.key)
        self._emojis = emoji_refs(document, matches.resources, options, self._refs.get)
        self._settings = wanted_settings(self._wishes.guild, snapshot, self._channel_refs, self._warnings)
        self._protected = frozenset(options.protected)
        self._frozen = frozen_in(snapshot, self._protected)
        self._spoken: set[Snowflake] = set()
        self._dooms = dooms_of(snapshot, matches, powers, self._settings.kept, options)
        self._warnings += self._dooms.warnings
        self._homes = matches.homes
        self._sets = FinalSets(
            snapshot,
            matches,
            self._refs,
            doomed=self._dooms.roles,
            frozen=self._frozen - self._protected,
            warnings=self._warnings,
        )

    def target(self) -> Target:
        roles, named = self._roles(), self._named_channels()
        archive = self._archive(roles)
        resources = self._resources()
        channels = (*named, *self._shelves(archive), *self._other_channels(archive))
        refs = {**self._refs, **self._channel_refs, **{w.key: w.ref for w in resources.wanted}}
        return Target(
            everyone=self._everyone,
            roles=roles,
            ranked=self._matches.ranked,
            doomed_roles=self._dooms.roles,
            channels=channels,
            index=indexed(channels),
            homes=self._matches.homes,
            refs=refs,
            keys={ref: key for key, ref in refs.items()},
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
        for node in self._wishes.channels:
            channel = self._matches.channels.get(node.key)
            wanted = self._named_channel(node, channel)
            if channel is not None and channel.id in self._protected:
                kept = self._sets.kept(node, channel)
                if wanted.moves or wanted.fields != NO_CHANGE or wanted.final != kept:
                    self._warnings.append(protected(f"#{channel.name}", node.key))
                continue
            self._spoken.add(wanted.ref)
            channels.append(wanted)
        return channels

    def _named_channel(self, node: ChannelNode, channel: Channel | None) -> WantedChannel:
        final = self._sets.final(node, channel)
        return WantedChannel(
            ref=self._channel_refs[node.key],
            name=node.said.name,
            key=node.key,
            channel=channel,
            type=node.type,
            home=self._homes[channel.id] if channel else None,
            parent=self._channel_refs[node.parent] if node.parent else None,
            fields=channel_fields(node, channel, self._snapshot, self._emojis, self._warnings),
            present=self._sets.present[channel.id] if channel else {},
            final=final,
            is_described=node.said.overwrites is not UNSET,
        )

    def _archive(self, roles: tuple[WantedRole, ...]) -> Archive:
        if not self._dooms.archived:
            return Archive()
        dying = {role.id for role in self._dooms.roles}
        permissions = {role.id: role.permissions for role in self._snapshot.roles if role.id not in dying}
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
                    present=self._sets.present[channel.id] if channel else {},
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
                present=self._sets.present[channel.id],
                final=archive.sets[channel.id]
                if channel.id in archive.sets
                else self._sets.staying[channel.id],
                is_described=channel.id in archive.homes,
                is_doomed=channel.id in doomed,
                is_archived=channel.id in archive.homes,
            )
            for channel in self._matches.shown
            if channel.id not in self._spoken
        ]
