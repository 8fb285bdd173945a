import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Base, Identified, SnowflakeColumn, StructColumn
from core.discord.types import Overwrite
from core.schedules.payloads import SchedulePayload
from core.schedules.schemas import Pause, Trouble
from core.schedules.timing import Timing


class ScheduleModel(Identified):
    """`next_at` is the occurrence that comes next and `due_at` when it is to be run; both are None where none does.
    `actor` is its owner, as far as it is known beside what is looked up at each run; `failures` counts the runs that
    failed one after the other. One of no guild is the installation's own."""

    __tablename__ = "schedules"

    guild_id: Mapped[str | None] = mapped_column(
        SnowflakeColumn(), ForeignKey("guilds.id", ondelete="CASCADE")
    )
    name: Mapped[str]
    payload: Mapped[SchedulePayload] = mapped_column(StructColumn(SchedulePayload))
    timing: Mapped[Timing] = mapped_column(StructColumn(Timing))
    overlap: Mapped[str]
    max_runs: Mapped[int | None]
    pause_after: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(server_default=text("'active'"))
    pause: Mapped[Pause | None] = mapped_column(StructColumn(Pause))
    account_id: Mapped[uuid.UUID | None]
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    runs: Mapped[int] = mapped_column(server_default=text("0"))
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    next_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_schedules_due", "due_at", postgresql_where=text("state = 'active' AND due_at IS NOT NULL")),
        Index(None, "guild_id", "id"),
        Index(None, "account_id"),
    )


class ScheduleRunModel(Identified):
    """One occurrence that became a run, or why it became none. `look_at` is when the scheduler has to look at it:
    while it waits, and once more when its job has ended, to draw from that what follows for its schedule."""

    __tablename__ = "schedule_runs"

    schedule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    guild_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    occurrence: Mapped[datetime]
    due_at: Mapped[datetime]
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str]
    job_id: Mapped[uuid.UUID | None]
    missed: Mapped[int] = mapped_column(server_default=text("0"))
    trouble: Mapped[Trouble | None] = mapped_column(StructColumn(Trouble))
    asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("schedule_id", "occurrence"),
        Index("ix_schedule_runs_looked_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("uq_schedule_runs_job", "job_id", unique=True, postgresql_where=text("job_id IS NOT NULL")),
        Index("ix_schedule_runs_open", "schedule_id", postgresql_where=text("state IN ('waiting', 'asked')")),
        Index(None, "schedule_id", "id"),
    )


class ReversalModel(Base):
    """One thing that holds for a time: `target` says in one text to whom or what it was done (`effects`). It is taken
    back by one schedule alone, whatever else was done to the same since; `before` is the overwrite that stood there."""

    __tablename__ = "reversals"

    guild_id: Mapped[str] = mapped_column(SnowflakeColumn(), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    schedule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime]
    ends_at: Mapped[datetime]
    before: Mapped[Overwrite | None] = mapped_column(StructColumn(Overwrite))
