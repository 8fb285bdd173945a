"""The state to reach, object by object, without saying in which order: what is kept, made, changed and deleted."""

import msgspec

from core.discord.gateway import ChannelFields, RoleFields
from core.discord.types import Channel, ChannelType, Role, Snapshot, Snowflake
from core.templates.goal.dooms import Dooms
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
