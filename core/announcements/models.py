import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.announcements.schemas import AnnouncementMessage, Approval
from core.db import Base, Identified, SnowflakeColumn, StructColumn


class AnnouncementModel(Identified):
    """`actor` wrote it first, `changed_by` its present revision; `approval` may be of an earlier one."""

    __tablename__ = "announcements"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"))
    name: Mapped[str]
    channel_id: Mapped[str] = mapped_column(SnowflakeColumn())
    message: Mapped[AnnouncementMessage] = mapped_column(StructColumn(AnnouncementMessage))
    crosspost: Mapped[bool]
    repeats: Mapped[str]
    needs_approval: Mapped[bool]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    approval: Mapped[Approval | None] = mapped_column(StructColumn(Approval))
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    changed_by: Mapped[Actor] = mapped_column(StructColumn(Actor))
    updated_at: Mapped[datetime]


Index(
    "uq_announcements_name",
    AnnouncementModel.guild_id,
    func.lower(AnnouncementModel.name),
    unique=True,
)
Index("ix_announcements_guild_id", AnnouncementModel.guild_id, AnnouncementModel.id)


class AnnouncementPostModel(Identified):
    """A message that an announcement became. Its id is that of the job that sent it."""

    __tablename__ = "announcement_posts"

    announcement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"))
    guild_id: Mapped[str] = mapped_column(SnowflakeColumn())
    job_id: Mapped[uuid.UUID]
    channel_id: Mapped[str] = mapped_column(SnowflakeColumn())
    message_id: Mapped[str] = mapped_column(SnowflakeColumn())
    revision: Mapped[int]
    sent_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    crossposted_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "announcement_id", "id"),)


class AnnouncementWritingModel(Base):
    """What a job says, until the job itself is forgotten. `edits` is the post into which it goes."""

    __tablename__ = "announcement_writings"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    announcement_id: Mapped[uuid.UUID]
    channel_id: Mapped[str] = mapped_column(SnowflakeColumn())
    revision: Mapped[int]
    message: Mapped[AnnouncementMessage] = mapped_column(StructColumn(AnnouncementMessage))
    crosspost: Mapped[bool]
    edits: Mapped[uuid.UUID | None]
