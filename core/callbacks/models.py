import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.callbacks.secrets import PURPOSE
from core.db import Identified, SealedColumn, SnowflakeColumn


class CallbackModel(Identified):
    """`failures` counts the attempts in a row that failed, the first of them at `failing_since`. `secret` and
    `previous_secret` are of earlier versions, and empty once they are sealed."""

    __tablename__ = "callbacks"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE"))
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    description: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    disabled_reason: Mapped[str | None]
    secret: Mapped[str | None]
    sealed_secret: Mapped[bytes | None] = mapped_column(SealedColumn(PURPOSE, replaces="secret"))
    previous_secret: Mapped[str | None]
    sealed_previous_secret: Mapped[bytes | None] = mapped_column(
        SealedColumn(PURPOSE, replaces="previous_secret")
    )
    previous_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failing_since: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "guild_id", "id"),)


class DeliveryModel(Identified):
    """`position` is the place in the callback's line, given by PostgreSQL: clocks of processes differ, and an id made
    later can be smaller. `claims` counts every claim and is the fencing token; a lease is one in somebody's hands.
    `given_up_at` is when it was abandoned because its callback had failed for too long: that may pass."""

    __tablename__ = "callback_deliveries"

    callback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callbacks.id", ondelete="CASCADE"))
    event_type: Mapped[str]
    job_id: Mapped[uuid.UUID | None]
    sequence: Mapped[int | None]
    body: Mapped[str] = mapped_column(deferred=True)
    state: Mapped[str] = mapped_column(server_default=text("'pending'"))
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    claims: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    last_error: Mapped[str | None]
    response_ms: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("callback_id", "job_id", "sequence"),
        Index(
            "ix_callback_deliveries_given_up",
            "callback_id",
            "position",
            postgresql_where=text("given_up_at IS NOT NULL"),
        ),
        Index(None, "callback_id", "id"),
        Index(
            "ix_callback_deliveries_line",
            "callback_id",
            "position",
            postgresql_where=text("state = 'pending'"),
        ),
    )
