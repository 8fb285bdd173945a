import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Identified, SnowflakeColumn, StructColumn
from core.notifications.choices import NotificationChoices


class NotificationChoicesModel(Base):
    """Of who has ever chosen; others have what is chosen for everybody."""

    __tablename__ = "notification_choices"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    choices: Mapped[NotificationChoices] = mapped_column(StructColumn(NotificationChoices))
    updated_at: Mapped[datetime]


class NoticeModel(Identified):
    """One thing to be told, by the job that carries it, and with which it goes."""

    __tablename__ = "notices"

    recipient: Mapped[str]
    guild_id: Mapped[str | None] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"), index=True
    )
    line: Mapped[str]
    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)

    __table_args__ = (Index(None, "recipient", "id"),)
