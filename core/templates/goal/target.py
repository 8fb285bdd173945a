"""The state to reach, object by object, without saying in which order: what is kept, made, changed and deleted."""

from collections.abc import Iterable

import msgspec

from core.discord.gateway import ChannelFields, RoleFields
from core.discord.types import Channel, ChannelType, Role, Snapshot, Snowflake
from core.templates.goal.dooms import Dooms
from core.templates.goal.fields import NO_CHANGE, NO_ROLE_CHANGE
from core.templates.goal.order import Group, bucket_of
from core.templates.goal.settings import WantedSettings
from core.templates.plan import Notice, Ref
from core.templates.resources.target import ResourceTarget
from core.templates.writes.sets import OverwriteSet


class WantedRole(msgspec.Struct, frozen=True, kw_only=True):
    """`role` is what exists of it, `key` its node; one of them may be missing. `fields` are the changes other than of
    permissions (of a new role: everything)."""

    ref: Ref
    name: str
    key: str | None
    role: Role | None
    fields: RoleFields
    permissions: int

    @property
    def stays(self) -> bool:
        """Whether it exists, and is as it shall be wherever it stands."""
        is_unchanged = self.fields is NO_ROLE_CHANGE
        return is_unchanged and self.role is not None and self.permissions == self.role.permissions


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

    @property
    def stays(self) -> bool:
        """Whether it exists, and is as it shall be wherever it stands among its siblings."""
        return (
            self.final is self.present
            and self.fields is NO_CHANGE
            and self.home == self.parent
            and self.channel is not None
            and not self.is_doomed
        )


class ChannelIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Channels by what they are asked for. `changing` are those that do not just stay: in a large guild they are few.
    `present_sets` are those of the ones that exist, `siblings` those to be."""

    by_ref: dict[Ref, WantedChannel]
    names: dict[Ref, str]
    changing: tuple[WantedChannel, ...]
    present_sets: dict[Ref, OverwriteSet]
    siblings: dict[Group, list[WantedChannel]]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """`roles` are those of the document, highest first, with @everyone last. `channels` are the document's in display
    order, then every other one that exists, `homes` the categories of now. `refs` are the document's nodes, `keys` the
    other way round. `ranked` are the guild's roles but @everyone, highest first. `earlier` is the guild before the
    first step, where there have been some."""

    everyone: Snowflake
    roles: tuple[WantedRole, ...]
    ranked: tuple[Role, ...]
    doomed_roles: tuple[Role, ...]
    channels: tuple[WantedChannel, ...]
    index: ChannelIndex
    homes: dict[Snowflake, Snowflake | None]
    refs: dict[str, Ref]
    keys: dict[Ref, str]
    settings: WantedSettings
    dooms: Dooms
    warnings: tuple[Notice, ...]
    resources: ResourceTarget = ResourceTarget()
    stranded: tuple[Notice, ...] = ()
    earlier: Snapshot | None = None

    @property
    def changing(self) -> tuple[WantedChannel, ...]:
        """As of `ChannelIndex`, in the order of the channels."""
        return self.index.changing

    @property
    def of_everyone(self) -> WantedRole:
        return self.roles[-1]

    @property
    def doomed_channels(self) -> tuple[WantedChannel, ...]:
        return tuple(channel for channel in self.changing if channel.is_doomed)


def indexed(channels: Iterable[WantedChannel]) -> ChannelIndex:
    by_ref: dict[Ref, WantedChannel] = {}
    changing: list[WantedChannel] = []
    present_sets: dict[Ref, OverwriteSet] = {}
    siblings: dict[Group, list[WantedChannel]] = {}
    for channel in channels:
        ref = channel.ref
        by_ref[ref] = channel
        if channel.channel is not None:
            present_sets[ref] = channel.present
        siblings.setdefault((channel.parent, bucket_of(channel.type)), []).append(channel)
        if not channel.stays:
            changing.append(channel)
    return ChannelIndex(
        by_ref=by_ref,
        names={ref: channel.name for ref, channel in by_ref.items()},
        changing=tuple(changing),
        present_sets=present_sets,
        siblings=siblings,
    )
