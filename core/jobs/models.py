import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.db import Base, Identified, SealedColumn, SnowflakeColumn, StructColumn
from core.jobs.schemas import JobError

ANSWERS: Final = "idempotency_keys.body"
"""What stored answers are sealed for."""


class JobModel(Identified):
    """`claims` counts every claim and is the fencing token; `attempts` counts those that were not handed back,
    and `spent_attempts` those of them since a step was last done: a job is dead when these are too many. What
    `needs_approval` is done by nobody before it has been `approved_by` somebody else than who asked."""

    __tablename__ = "jobs"

    kind: Mapped[str]
    lane: Mapped[str]
    structural: Mapped[bool] = mapped_column(server_default=text("false"))
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    guild_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    waiting_for: Mapped[str | None]
    resume_at: Mapped[datetime | None]
    run_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    payload: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[JobError | None] = mapped_column(StructColumn(JobError))
    progress_done: Mapped[int] = mapped_column(server_default=text("0"))
    progress_total: Mapped[int | None]
    progress_now: Mapped[str | None]
    progress_expected_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    spent_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(SmallInteger)
    claims: Mapped[int] = mapped_column(server_default=text("0"))
    dispatches: Mapped[int] = mapped_column(server_default=text("0"))
    events: Mapped[int] = mapped_column(server_default=text("0"))
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    needs_approval: Mapped[bool] = mapped_column(server_default=text("false"))
    approved_by: Mapped[Actor | None] = mapped_column(StructColumn(Actor))
    account_id: Mapped[uuid.UUID | None]
    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    request_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    first_call_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_jobs_claimable",
            "lane",
            text("priority DESC"),
            "id",
            postgresql_where=text("state IN ('queued', 'waiting', 'running')"),
        ),
        Index(
            "uq_jobs_structural_running",
            "guild_id",
            unique=True,
            postgresql_where=text("structural AND state = 'running'"),
        ),
        Index("ix_jobs_running_in_guild", "guild_id", "lane", postgresql_where=text("state = 'running'")),
        Index(
            "ix_jobs_structural_open",
            "guild_id",
            "id",
            postgresql_where=text("structural AND state IN ('queued', 'waiting', 'running')"),
        ),
        Index(
            "ix_jobs_ended_badly",
            "finished_at",
            postgresql_where=text("state IN ('failed', 'partial', 'dead')"),
        ),
        Index(None, "guild_id", "id"),
        Index(None, "account_id", "id"),
    )


class JobStepModel(Base):
    """`key` is the step's id within its job: the same in every attempt."""

    __tablename__ = "job_steps"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    title: Mapped[str]
    state: Mapped[str]
    claim: Mapped[int]
    intended_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(index=True)
    error: Mapped[str | None]


class JobEventModel(Base):
    """`transaction` and `position` put the events of a guild into an order in which none appears late: an event is
    shown once every transaction before its own has ended."""

    __tablename__ = "job_events"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    guild_id: Mapped[str | None] = mapped_column(SnowflakeColumn())
    type: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    transaction: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))

    __table_args__ = (Index(None, "guild_id", "transaction", "position"),)


class GuildEventModel(Base):
    """What happened in a guild beside its jobs, in one order with their events: `position` counts on with theirs."""

    __tablename__ = "guild_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    guild_id: Mapped[str] = mapped_column(SnowflakeColumn())
    type: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    transaction: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
    position: Mapped[int] = mapped_column(
        BigInteger, server_default=text("nextval('job_events_position_seq')")
    )

    __table_args__ = (Index(None, "guild_id", "transaction", "position"), Index(None, "at"))


class PauseModel(Identified):
    """A time in which nothing was claimed; the one that goes on has no `resumed_at`."""

    __tablename__ = "pauses"

    actor: Mapped[Actor] = mapped_column(StructColumn(Actor))
    reason: Mapped[str | None]
    resumed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_pauses_going_on",
            text("(resumed_at IS NULL)"),
            unique=True,
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )


class IdempotencyKeyModel(Base):
    """`status` is None while the first request with the key is still in its transaction. An answer that shows a secret
    is in `sealed_body`; earlier versions kept it in `body`, as all others are."""

    __tablename__ = "idempotency_keys"

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    location: Mapped[str | None]
    body: Mapped[bytes | None]
    sealed_body: Mapped[bytes | None] = mapped_column(
        SealedColumn(
            ANSWERS, replaces="body", where="route LIKE '%/callbacks' OR route LIKE '%/rotate-secret'"
        )
    )
    created_at: Mapped[datetime]


class ProcessModel(Base):
    """A process of ours that is alive as long as its heartbeat is young; `kind` is api, bot or workers."""

    __tablename__ = "processes"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    pid: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    details: Mapped[dict[str, Any] | None]
