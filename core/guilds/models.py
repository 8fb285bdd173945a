import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Base, Identified, SnowflakeColumn, StructColumn
from core.discord.pace import Pace
from core.discord.types import BotPowers, Snapshot
from core.guilds.options import GuildOptions
from core.guilds.schemas import MemberRoles


class GuildModel(Base):
    """`state` is what was decided of the guild (`review`), or `left`. `revision` rises whenever the stored structure
    changes: plans name the revision they were made on. `pace` is beside it, because it changes with every call."""

    __tablename__ = "guilds"

    id: Mapped[str] = mapped_column(SnowflakeColumn(), primary_key=True, autoincrement=False)
    name: Mapped[str]
    owner_id: Mapped[str] = mapped_column(SnowflakeColumn())
    state: Mapped[str]
    review: Mapped[str] = mapped_column(server_default="approved")
    review_reason: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[Actor | None] = mapped_column(StructColumn(Actor))
    structure: Mapped[Snapshot] = mapped_column(StructColumn(Snapshot), deferred=True)
    powers: Mapped[BotPowers] = mapped_column(StructColumn(BotPowers), deferred=True)
    pace: Mapped[Pace] = mapped_column(StructColumn(Pace), server_default=text("'{}'"), deferred=True)
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    seen_at: Mapped[datetime]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    options: Mapped[GuildOptions] = mapped_column(
        StructColumn(GuildOptions), server_default=text("'{}'"), deferred=True
    )
    options_changed_at: Mapped[datetime | None] = mapped_column(deferred=True)


class JoinNoticeModel(Base):
    """A direct message to an owner of the installation whose buttons still decide of the guild."""

    __tablename__ = "guild_announcements"

    message_id: Mapped[str] = mapped_column(SnowflakeColumn(), primary_key=True, autoincrement=False)
    channel_id: Mapped[str] = mapped_column(SnowflakeColumn())
    user_id: Mapped[str] = mapped_column(SnowflakeColumn())
    guild_id: Mapped[str] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), index=True
    )
    job_id: Mapped[uuid.UUID]


class SnapshotModel(Identified):
    __tablename__ = "snapshots"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"))
    reason: Mapped[str]
    content: Mapped[Snapshot] = mapped_column(StructColumn(Snapshot), deferred=True)
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    job_id: Mapped[uuid.UUID | None]
    label: Mapped[str | None]
    notes: Mapped[tuple[str, ...]] = mapped_column(StructColumn(tuple[str, ...]), server_default=text("'[]'"))
    members: Mapped[int | None]

    __table_args__ = (Index(None, "guild_id", "id"), Index(None, "job_id"))


class MemberRolesModel(Base):
    """Who had which roles: apart from the snapshot's content, because it is kept for a time of its own."""

    __tablename__ = "snapshot_members"

    snapshot_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True
    )
    members: Mapped[tuple[MemberRoles, ...]] = mapped_column(StructColumn(tuple[MemberRoles, ...]))
