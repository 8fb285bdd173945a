"""What a person is told by direct message, as HTTP shows it."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.schemas.values import Snowflake, Time
from core.notifications import choices as core
from core.notifications.service import StoredChoices

_Results: TypeAlias = Literal["none", "failed", "all"]
JobResults = Annotated[
    _Results, Meta(description="Which jobs that you asked for you are told of once they have ended.")
]
GuildFailures = Annotated[
    bool,
    Meta(
        description="Whether you are told of jobs that ended badly in servers of which you are an administrator here. "
        "Of one job at most 20 of them are told, the owner first: a server with more names a channel in its settings."
    ),
]
PendingGuilds = Annotated[
    bool,
    Meta(
        description="Whether you are asked about servers that wait to be approved; for owners of the installation."
    ),
]

WaitingAnnouncements = Annotated[
    bool,
    Meta(
        description="Whether you are told of announcements that wait to be approved, in servers of which you are an "
        "administrator here."
    ),
]
PausedSchedules = Annotated[
    bool,
    Meta(
        description="Whether you are told of schedules of yours that were paused because their runs kept failing, or "
        "because you may no longer do what they ask for."
    ),
]


class NotificationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`updated_at` is when they were last changed."""

    job_results: JobResults
    guild_failures: GuildFailures
    waiting_announcements: WaitingAnnouncements
    paused_schedules: PausedSchedules
    pending_guilds: PendingGuilds
    updated_at: Time


class EditNotificationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: what is absent stays."""

    job_results: JobResults | UnsetType = UNSET
    guild_failures: GuildFailures | UnsetType = UNSET
    waiting_announcements: WaitingAnnouncements | UnsetType = UNSET
    paused_schedules: PausedSchedules | UnsetType = UNSET
    pending_guilds: PendingGuilds | UnsetType = UNSET


class NotifyPayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="notification.send"):
    """Carry notices to a person, or to a channel of the job's guild."""

    user_id: Snowflake | None = None
    channel_id: Snowflake | None = None


class NotifyResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="notification.send"):
    """One message with so many notices."""

    notices: int
    message_id: Snowflake | None = None


def notifications_of(stored: StoredChoices) -> NotificationSettings:
    choices = stored.choices
    return NotificationSettings(
        job_results=choices.job_results,
        guild_failures=choices.guild_failures,
        waiting_announcements=choices.waiting_announcements,
        paused_schedules=choices.paused_schedules,
        pending_guilds=choices.pending_guilds,
        updated_at=stored.changed_at,
    )


def changes_of(body: EditNotificationSettings) -> core.NotificationChanges:
    return core.NotificationChanges(
        job_results=body.job_results,
        guild_failures=body.guild_failures,
        waiting_announcements=body.waiting_announcements,
        paused_schedules=body.paused_schedules,
        pending_guilds=body.pending_guilds,
    )
