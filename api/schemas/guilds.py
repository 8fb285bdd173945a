"""Guilds and the list of their snapshots as HTTP shows them."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Snowflake, Time
from core.guilds import schemas as core

GuildState: TypeAlias = Literal["pending", "approved", "rejected", "suspended", "banned", "left"]
SnapshotReason: TypeAlias = Literal["join", "capture", "before_apply"]
Label = Annotated[str, Meta(min_length=1, max_length=100, description="What to call it.")]


class Guild(msgspec.Struct, frozen=True, kw_only=True):
    """A Discord server that the bot is or was in."""

    id: Snowflake
    name: str
    owner_id: Snowflake
    state: GuildState
    revision: Annotated[int, Meta(description="Counts the changes of the structure that we have seen.")]
    seen_at: Annotated[Time, Meta(description="When we saw the last one.")]
    joined_at: Time
    left_at: Time | None


class GuildPage(msgspec.Struct, frozen=True):
    """In the order of their ids."""

    items: tuple[Guild, ...]
    next_cursor: NextCursor = None


class SnapshotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a guild looked like at one moment, without the content. `join` is the one that was kept when the bot came;
    `before_apply` is one that a job kept before it began."""

    id: uuid.UUID
    guild_id: Snowflake
    reason: SnapshotReason
    job_id: uuid.UUID | None
    label: str | None
    notes: Annotated[tuple[str, ...], Meta(description="What could not be read.")]
    members: Annotated[
        int | None, Meta(description="Of how many members the roles are kept with it; null where of none.")
    ]
    created_at: Time


class CaptureGuild(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `members` also which member has which roles, where the guild's settings allow it."""

    label: Label | None = None
    members: bool = False


class EditSnapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """RFC 7396: null clears."""

    label: Label | None


class SnapshotPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[SnapshotInfo, ...]
    next_cursor: NextCursor = None


def guild_of(guild: core.Guild) -> Guild:
    return Guild(
        id=guild.id,
        name=guild.name,
        owner_id=guild.owner_id,
        state=guild.state,
        revision=guild.revision,
        seen_at=guild.seen_at,
        joined_at=guild.joined_at,
        left_at=guild.left_at,
    )


def snapshot_info_of(info: core.SnapshotInfo) -> SnapshotInfo:
    return SnapshotInfo(
        id=info.id,
        guild_id=info.guild_id,
        reason=info.reason,
        job_id=info.job_id,
        label=info.label,
        notes=info.notes,
        members=info.members,
        created_at=info.created_at,
    )
