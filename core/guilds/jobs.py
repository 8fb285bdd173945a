"""What can be asked of the bot about a guild as a whole."""

import uuid
from datetime import datetime

import msgspec

from core.discord.permissions import Permission
from core.discord.types import Snowflake
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


class OwnerTold(msgspec.Struct, frozen=True, kw_only=True):
    """One owner of the installation: with the message they got, or why they got none."""

    user_id: Snowflake
    message_id: Snowflake | None = None
    code: str | None = None
    message: str | None = None


class AnnounceJoinPayload(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_join"
):
    """Tell each owner of the installation that the guild waits to be approved. What it was called then is kept, so
    that the message has the same words in every attempt."""

    name: str
    joined_at: datetime


class AnnounceJoinResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_join"
):
    """Nobody where it was decided before anybody was told."""

    owners: tuple[OwnerTold, ...] = ()


class AnnounceDecisionPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="guild.announce_decision"):
    """Say in those messages what became of the guild, and take their buttons away."""


class AnnounceDecisionResult(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.announce_decision"
):
    """How many messages say so by now."""

    messages: int


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
ANNOUNCE_JOIN = JobSpec(
    kind="guild.announce_join",
    payload=AnnounceJoinPayload,
    result=AnnounceJoinResult,
    bits=int(Permission.MANAGE_GUILD),
    right=Right.SYSTEM_WRITE,
    about=True,
    quiet=True,
)
ANNOUNCE_DECISION = JobSpec(
    kind="guild.announce_decision",
    payload=AnnounceDecisionPayload,
    result=AnnounceDecisionResult,
    bits=int(Permission.MANAGE_GUILD),
    right=Right.SYSTEM_WRITE,
    about=True,
    quiet=True,
)
