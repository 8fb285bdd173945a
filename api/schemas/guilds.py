"""Guilds and the list of their snapshots as HTTP shows them."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Snowflake, Time
from core.actions.reviews import Reviewed as Decided
from core.guilds import schemas as core

GuildState: TypeAlias = Literal["pending", "approved", "rejected", "suspended", "banned", "left"]
ReviewState: TypeAlias = Literal["pending", "approved", "rejected", "suspended", "banned"]
Decision: TypeAlias = Literal["approved", "rejected", "suspended", "banned"]
SnapshotReason: TypeAlias = Literal["join", "capture", "before_apply"]
Label = Annotated[str, Meta(min_length=1, max_length=100, description="What to call it.")]


class GuildReview(msgspec.Struct, frozen=True, kw_only=True):
    """What was last decided of a guild, by whom and why. It is not forgotten when the bot leaves."""

    decision: ReviewState
    reason: str | None
    at: Time | None
    by: Annotated[str | None, Meta(description="A name; null for what nobody decided.")]


class Guild(msgspec.Struct, frozen=True, kw_only=True):
    """A Discord server that the bot is or was in."""

    id: Snowflake
    name: str
    owner_id: Snowflake
    state: GuildState
    review: GuildReview
    revision: Annotated[int, Meta(description="Counts the changes of the structure that we have seen.")]
    seen_at: Annotated[Time, Meta(description="When we saw the last one.")]
    joined_at: Time
    left_at: Time | None


class GuildPage(msgspec.Struct, frozen=True):
    """In the order of their ids."""

    items: tuple[Guild, ...]
    next_cursor: NextCursor = None


class ReviewGuild(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Suspended, banned and rejected guilds have nothing done for them; what is open there is called off. With `leave`
    the bot goes, too."""

    decision: Decision
    reason: (
        Annotated[str, Meta(min_length=1, max_length=500, description="Why; it is kept and shown.")] | None
    ) = None
    leave: bool = False


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """The guild as it is now; what was asked of the bot there, and what was called off."""

    guild: Guild
    job_ids: tuple[uuid.UUID, ...]
    cancelled_job_ids: tuple[uuid.UUID, ...]


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
        review=GuildReview(
            decision=guild.review.decision,
            reason=guild.review.reason,
            at=guild.review.at,
            by=guild.review.by,
        ),
        revision=guild.revision,
        seen_at=guild.seen_at,
        joined_at=guild.joined_at,
        left_at=guild.left_at,
    )


def reviewed_of(reviewed: Decided) -> Reviewed:
    return Reviewed(
        guild=guild_of(reviewed.guild), job_ids=reviewed.asked, cancelled_job_ids=reviewed.cancelled
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
