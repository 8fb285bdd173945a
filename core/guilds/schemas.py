import uuid
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from core.discord.pace import UNTOLD, Pace
from core.discord.types import BotPowers, Snapshot
from core.guilds.states import Review

GuildState: TypeAlias = Literal["pending", "approved", "rejected", "suspended", "banned", "left"]
SnapshotReason: TypeAlias = Literal["join", "capture", "before_apply"]
Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]


class GuildReview(msgspec.Struct, frozen=True, kw_only=True):
    """What was last decided of a guild, by whom and why. It is not forgotten when the bot leaves."""

    decision: Review
    reason: str | None = None
    at: datetime | None = None
    by: str | None = None


class Guild(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` counts the changes of the structure that we have seen; `seen_at` is the time of the last one."""

    id: str
    name: str
    owner_id: str
    state: GuildState
    review: GuildReview
    revision: int
    seen_at: datetime
    joined_at: datetime
    left_at: datetime | None = None


class GuildView(msgspec.Struct, frozen=True, kw_only=True):
    """A guild as it stood at `guild.revision`, with what the bot may do there, and how fast as last told."""

    guild: Guild
    structure: Snapshot
    powers: BotPowers
    pace: Pace = UNTOLD


class SnapshotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A stored snapshot without its content. `notes` tell what could not be read; `members` counts those whose roles
    are kept with it, None where none are."""

    id: uuid.UUID
    guild_id: str
    reason: SnapshotReason
    created_at: datetime
    job_id: uuid.UUID | None = None
    label: str | None = None
    notes: tuple[str, ...] = ()
    members: int | None = None


class MemberRoles(msgspec.Struct, frozen=True):
    """Without @everyone, which nobody can lose."""

    user_id: str
    role_ids: tuple[str, ...] = ()


class SnapshotContent(msgspec.Struct, frozen=True, kw_only=True):
    info: SnapshotInfo
    content: Snapshot
