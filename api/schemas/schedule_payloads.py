"""What a schedule can ask for, as HTTP shows it: unions told apart by `kind`."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.actions import (
    ChannelFollow,
    ChannelLock,
    ChannelUnfollow,
    ChannelUnlock,
    MemberBan,
    MemberKick,
    MemberNick,
    MemberTimeout,
    MemberUnban,
    MessageCrosspost,
    MessageDelete,
    MessageEdit,
    MessagePurge,
    MessageSend,
    RoleGrant,
    RoleRevoke,
    WriteOverwrite,
)
from api.schemas.announcement_jobs import AnnouncementPostPayload
from api.schemas.guilds import Label
from api.schemas.housekeeping import HousekeepingPayload
from api.schemas.jobs import SyncPayload
from api.schemas.templates import Values
from api.schemas.undos import UndoPayload


class ScheduledCapture(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="guild.capture",
):
    """Keep what the guild looks like, with `members` also which member has which roles, where the guild's settings
    allow it."""

    label: Label | None = None
    members: bool = False


class ScheduledDriftCheck(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="drift.check"
):
    """Read the guild again and compare it with its active version; what becomes of drift is the guild's setting."""


class ScheduledApply(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="template.apply",
):
    """Make what a version declares and change what is different. It deletes nothing: where that would be needed at the
    time of a run, or the plan has blockers, the run is refused."""

    template_id: uuid.UUID
    version: Annotated[int | None, Meta(description="Null: the newest at the time of a run.")] = None
    values: Values = {}


ScheduleWork: TypeAlias = (
    MessageSend
    | MessageEdit
    | MessageDelete
    | MessageCrosspost
    | MessagePurge
    | RoleGrant
    | RoleRevoke
    | MemberTimeout
    | MemberKick
    | MemberBan
    | MemberUnban
    | MemberNick
    | ChannelFollow
    | ChannelUnfollow
    | ChannelLock
    | ChannelUnlock
    | WriteOverwrite
    | SyncPayload
    | ScheduledCapture
    | ScheduledDriftCheck
    | ScheduledApply
    | AnnouncementPostPayload
)
"""What somebody can have asked for."""

SchedulePayload: TypeAlias = ScheduleWork | UndoPayload | HousekeepingPayload
"""Also what comes of itself: the end of what was done for a time, and what the installation does for itself."""
