"""What can be asked of the bot about a guild as a whole."""

import uuid

import msgspec

from core.discord.permissions import Permission
from core.jobs.spec import JobSpec


class SyncPayload(msgspec.Struct, frozen=True, tag_field="kind", tag="guild.sync"):
    """Read the guild from the gateway again."""


class SyncResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.sync"):
    """`changed` tells whether what we had stored was out of date."""

    revision: int
    changed: bool
    roles: int
    channels: int


class CapturePayload(msgspec.Struct, frozen=True, tag_field="kind", tag="guild.capture"):
    """Keep what the guild looks like now."""


class CaptureResult(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="guild.capture"):
    snapshot_id: uuid.UUID
    roles: int
    channels: int


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
    bits=int(Permission.MANAGE_GUILD),
    bot_bits=int(Permission.VIEW_CHANNEL),
)
