"""How Guildwright treats one guild. Every read is of the moment: a change acts without a restart."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.discord.types import Snowflake
from core.guilds.mapping import AccessChanges, AccessMapping, merged

DriftMode: TypeAlias = Literal["off", "report", "alert", "revert"]
Days: TypeAlias = Annotated[int, Meta(ge=1, le=3650)]
Protected: TypeAlias = Annotated[tuple[Snowflake, ...], Meta(max_length=750)]


class GuildOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`drift_channel_id` is where alerts are written, `notify_channel_id` where jobs are told of that ended badly. With
    `approval_required` a second administrator has to agree to plans that delete, with `announcement_approval` to every
    announcement. What is `protected_ids` (roles and
    channels) no plan edits, moves or deletes. Snapshots are kept for so many days; `keep_member_roles` lets captures
    keep who had which roles, for a time of its own. Without an `access` of its own the guild's members are what
    `core.rights` makes of them."""

    drift: DriftMode = "report"
    drift_channel_id: Snowflake | None = None
    notify_channel_id: Snowflake | None = None
    approval_required: bool = False
    announcement_approval: bool = False
    protected_ids: Protected = ()
    snapshot_retention_days: Days = 90
    keep_member_roles: bool = False
    member_roles_retention_days: Days = 30
    access: AccessMapping | None = None

    @property
    def mapping(self) -> AccessMapping:
        return self.access or AccessMapping()


class GuildOptionsChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: absent is unchanged, null is cleared."""

    drift: DriftMode | UnsetType = UNSET
    drift_channel_id: Snowflake | None | UnsetType = UNSET
    notify_channel_id: Snowflake | None | UnsetType = UNSET
    approval_required: bool | UnsetType = UNSET
    announcement_approval: bool | UnsetType = UNSET
    protected_ids: Protected | UnsetType = UNSET
    snapshot_retention_days: Days | UnsetType = UNSET
    keep_member_roles: bool | UnsetType = UNSET
    member_roles_retention_days: Days | UnsetType = UNSET
    access: AccessChanges | None | UnsetType = UNSET


def with_changes(options: GuildOptions, changes: GuildOptionsChanges) -> GuildOptions:
    """Ids that are protected twice are protected once."""
    said = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    if "protected_ids" in said:
        said["protected_ids"] = tuple(dict.fromkeys(said["protected_ids"]))
    if "access" in said:
        mapping = merged(options.mapping, said["access"])
        said["access"] = None if mapping == AccessMapping() else mapping
    return msgspec.structs.replace(options, **said)
