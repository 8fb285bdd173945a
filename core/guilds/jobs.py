"""What can be asked of the bot about a guild as a whole."""

import uuid

import msgspec

from core.discord.permissions import Permission
from core.guilds.schemas import SnapshotReason
from core.jobs.spec import JobSpec
from core.rights import Right


class SyncPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="guild.sync"):
    """Read the guild from the gateway again."""


class SyncResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.sync"):
    """`changed` tells whether what we had stored was out of date."""

    revision: int
    changed: bool
    roles: int
    channels: int


class CapturePayload(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    """Keep what the guild looks like now, with `members` also who has which roles."""

    label: str | None = None
    members: bool = False
    reason: SnapshotReason = "capture"


class CaptureResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    """`images` counts the pictures whose content is kept, `members` those whose roles are; `notes` tell what could
    not be read."""

    snapshot_id: uuid.UUID
    roles: int
    channels: int
    images: int = 0
    members: int | None = None
    notes: tuple[str, ...] = ()


SYNC = JobSpec(
    kind="guild.sync",
    payload=SyncPayload,
    result=SyncResult,
    bits=int(Permission.MANAGE_GUILD),
    bot_bits=int(Permission.VIEW_CHANNEL),
)
CAPTURE = JobSpec(
    kind="guild.capture",
    payload=CapturePayload,
    result=CaptureResult,
    priority=-10,
    bits=int(Permission.MANAGE_GUILD),
    right=Right.SNAPSHOTS_WRITE,
    bot_bits=int(Permission.VIEW_CHANNEL),
)
