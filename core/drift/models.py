import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Identified, SnowflakeColumn, StructColumn


class DriftItemModel(Identified):
    """One field of one thing, for as long as a guild has this template's version active: opened again it is the same
    row. `reverts` are the times of the last hour at which its revert was asked for; `revert_job_id` is the job that was
    asked last."""

    __tablename__ = "drift_items"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"))
    template_id: Mapped[uuid.UUID]
    version: Mapped[int]
    identity: Mapped[str]
    what: Mapped[str]
    kind: Mapped[str]
    object_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    key: Mapped[str | None]
    name: Mapped[str]
    field: Mapped[str | None]
    wanted: Mapped[str | None]
    found: Mapped[str | None]
    state: Mapped[str]
    times: Mapped[int] = mapped_column(server_default=text("1"))
    user_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    user_name: Mapped[str | None]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reverts: Mapped[tuple[datetime, ...]] = mapped_column(
        StructColumn(tuple[datetime, ...]), server_default=text("'[]'::jsonb")
    )
    revert_job_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        UniqueConstraint("guild_id", "template_id", "version", "identity"),
        Index(None, "guild_id", "id"),
    )
