"""What a schedule can ask for: the kinds that are asked for as jobs, four that arise elsewhere, and those of our own:
the ends of what was done for a time, and housekeeping."""

import uuid
from typing import TypeAlias

import msgspec

from core.actions.payloads import OnChannels, OnMembers, OnMessages
from core.actions.undo import UndoPayload
from core.announcements.jobs import AnnouncementPost
from core.guilds.jobs import SyncPayload
from core.housekeeping.jobs import HousekeepingPayload


class CaptureScheduled(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    """Keeps what the guild looks like, with `members` also who has which roles."""

    label: str | None = None
    members: bool = False


class DriftCheckScheduled(msgspec.Struct, frozen=True, tag_field="kind", tag="drift.check"):
    """Reads the guild anew and compares it with its active version; what then becomes of drift is the guild's
    setting."""


class ApplyScheduled(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="template.apply"):
    """Makes what a version (the newest unless named) declares, and changes what is different. Deletes nothing: where
    the plan of that moment would, or has blockers, the run is refused."""

    template_id: uuid.UUID
    version: int | None = None
    values: dict[str, str] = {}


GuildWork: TypeAlias = (
    OnMessages
    | OnMembers
    | OnChannels
    | SyncPayload
    | AnnouncementPost
    | CaptureScheduled
    | DriftCheckScheduled
    | ApplyScheduled
    | UndoPayload
)
SchedulePayload: TypeAlias = GuildWork | HousekeepingPayload
