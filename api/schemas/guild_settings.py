"""How a guild is treated, as HTTP shows it."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.values import Snowflake, Time
from core.guilds import options as core
from core.guilds.mapping import AccessChanges
from core.guilds.options_service import StoredOptions

DriftMode = Annotated[
    core.DriftMode,
    Meta(
        description="What happens when the guild is changed by hand: nothing, a list of what differs from the active "
        "version, also a message, or also the way back."
    ),
]
DriftChannel = Annotated[Snowflake, Meta(description="The text channel in which alerts are written.")]
NotifyChannel = Annotated[
    Snowflake, Meta(description="The text channel in which jobs are told of that ended badly.")
]
Approval = Annotated[
    bool, Meta(description="Whether a second administrator has to agree to plans that delete.")
]
AnnouncementApproval = Annotated[
    bool,
    Meta(
        description="Whether every announcement has to be approved by somebody else than who wrote it, before it is "
        "posted."
    ),
]
ProtectedIds = Annotated[
    tuple[Snowflake, ...],
    Meta(max_length=750, description="Roles and channels that no plan edits, moves or deletes."),
]
SnapshotDays = Annotated[int, Meta(ge=1, le=3650, description="For how many days snapshots are kept.")]
KeepsMembers = Annotated[bool, Meta(description="Whether captures may keep which member has which roles.")]
MemberDays = Annotated[int, Meta(ge=1, le=3650, description="For how many days these are kept.")]


MappedRole: TypeAlias = Literal["admin", "moderator", "user"]
Key = Annotated[str, Meta(max_length=100)]
ChangedEntries = Annotated[dict[Key, MappedRole | None], Meta(max_length=300)]


class AccessMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What members are with us: by names of guild-level permissions of Discord, and by ids of Discord roles. The
    highest counts; whoever is a member is at least a user."""

    permissions: dict[Key, MappedRole]
    roles: dict[Key, MappedRole]


class EditAccessMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays; null takes an entry away, or brings back the default of the whole. Entries of
    your own role and above are for those above you to change."""

    permissions: ChangedEntries | None | UnsetType = UNSET
    roles: ChangedEntries | None | UnsetType = UNSET


class GuildSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`updated_at` is when they were last changed."""

    drift: DriftMode
    drift_channel_id: DriftChannel | None
    notify_channel_id: NotifyChannel | None
    approval_required: Approval
    announcement_approval: AnnouncementApproval
    protected_ids: ProtectedIds
    snapshot_retention_days: SnapshotDays
    keep_member_roles: KeepsMembers
    member_roles_retention_days: MemberDays
    access: AccessMapping
    updated_at: Time


class EditGuildSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays, null clears."""

    drift: DriftMode | UnsetType = UNSET
    drift_channel_id: DriftChannel | None | UnsetType = UNSET
    notify_channel_id: NotifyChannel | None | UnsetType = UNSET
    approval_required: Approval | UnsetType = UNSET
    announcement_approval: AnnouncementApproval | UnsetType = UNSET
    protected_ids: ProtectedIds | UnsetType = UNSET
    snapshot_retention_days: SnapshotDays | UnsetType = UNSET
    keep_member_roles: KeepsMembers | UnsetType = UNSET
    member_roles_retention_days: MemberDays | UnsetType = UNSET
    access: EditAccessMapping | None | UnsetType = UNSET


def settings_of(stored: StoredOptions) -> GuildSettings:
    options = stored.options
    return GuildSettings(
        drift=options.drift,
        drift_channel_id=options.drift_channel_id,
        notify_channel_id=options.notify_channel_id,
        approval_required=options.approval_required,
        announcement_approval=options.announcement_approval,
        protected_ids=options.protected_ids,
        snapshot_retention_days=options.snapshot_retention_days,
        keep_member_roles=options.keep_member_roles,
        member_roles_retention_days=options.member_roles_retention_days,
        access=AccessMapping(permissions=options.mapping.permissions, roles=options.mapping.roles),
        updated_at=stored.changed_at,
    )


def changes_of(body: EditGuildSettings) -> core.GuildOptionsChanges:
    return core.GuildOptionsChanges(
        drift=body.drift,
        drift_channel_id=body.drift_channel_id,
        notify_channel_id=body.notify_channel_id,
        approval_required=body.approval_required,
        announcement_approval=body.announcement_approval,
        protected_ids=body.protected_ids,
        snapshot_retention_days=body.snapshot_retention_days,
        keep_member_roles=body.keep_member_roles,
        member_roles_retention_days=body.member_roles_retention_days,
        access=AccessChanges(permissions=body.access.permissions, roles=body.access.roles)
        if isinstance(body.access, EditAccessMapping)
        else body.access,
    )
