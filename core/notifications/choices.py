"""What a person wants to be told by direct message."""

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

JobResults: TypeAlias = Literal["none", "failed", "all"]


class NotificationChoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`job_results` are those of jobs that they asked for, `guild_failures` jobs that ended badly in guilds that they
    administer, `waiting_announcements` announcements there that wait for somebody's approval, `paused_schedules`
    schedules of theirs that we paused. `pending_guilds` is for owners of the
    installation."""

    job_results: JobResults = "none"
    guild_failures: bool = False
    waiting_announcements: bool = False
    paused_schedules: bool = True
    pending_guilds: bool = True


class NotificationChanges(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 7396: absent is unchanged."""

    job_results: JobResults | UnsetType = UNSET
    guild_failures: bool | UnsetType = UNSET
    waiting_announcements: bool | UnsetType = UNSET
    paused_schedules: bool | UnsetType = UNSET
    pending_guilds: bool | UnsetType = UNSET


def with_changes(choices: NotificationChoices, changes: NotificationChanges) -> NotificationChoices:
    said = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    return msgspec.structs.replace(choices, **said)
