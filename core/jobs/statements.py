"""The ledger's statements that every job needs, built once: building one takes longer than PostgreSQL needs for it."""

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import aliased

from core.db import SnowflakeColumn
from core.jobs.models import (
    GuildEventModel,
    JobEventModel,
    JobModel,
    JobStepModel,
    PauseModel,
    ProcessModel,
)
from core.jobs.states import OPEN

DEAD_AFTER = timedelta(seconds=16)
"""By then three heartbeats of a process have not come."""

HEAD_START = text("interval '30 seconds'")
"""How much longer ago a job counts as asked for by each step of its priority."""

_FRESH: Any = {"populate_existing": True, "synchronize_session": False, "dml_strategy": "orm"}
_NOW = bindparam("now", type_=DateTime(timezone=True))
HELD = (
    update(JobModel)
    .where(
        JobModel.id == bindparam("job", type_=Uuid()),
        JobModel.claims == bindparam("claim", type_=Integer()),
        JobModel.state == "running",
    )
    .returning(JobModel)
    .execution_options(**_FRESH)
)
_OF_JOB = JobStepModel.job_id == bindparam("of_job", type_=Uuid())
_STEP = and_(_OF_JOB, JobStepModel.key == bindparam("step", type_=Text()))
FIND_STEP = select(JobStepModel).where(_STEP)
_BECOMES = bindparam("becomes", type_=Text())
RECORD_STEP = (
    update(JobStepModel)
    .where(_STEP)
    .values(
        state=_BECOMES,
        outcome=bindparam("made", type_=Text()),
        error=bindparam("failure", type_=Text()),
        finished_at=func.clock_timestamp(),
    )
    .execution_options(**_FRESH)
)
CLOSE_INTENTS = (
    update(JobStepModel)
    .where(_OF_JOB, JobStepModel.state.in_(("intended", "outcome_unknown")))
    .values(state=_BECOMES, finished_at=func.clock_timestamp())
    .execution_options(**_FRESH)
)
OF_JOBS = select(
    JobEventModel.job_id.label("id"),
    JobEventModel.sequence,
    JobEventModel.guild_id,
    JobEventModel.type,
    JobEventModel.at,
    JobEventModel.data,
    JobEventModel.transaction,
    JobEventModel.position,
)
OF_GUILDS = select(
    GuildEventModel.id,
    null().cast(Integer()).label("sequence"),
    GuildEventModel.guild_id,
    GuildEventModel.type,
    GuildEventModel.at,
    GuildEventModel.data,
    GuildEventModel.transaction,
    GuildEventModel.position,
)
"""The columns of a guild's stream, in the order of `PlacedEvent`."""
_INTENT: dict[str, Any] = {
    "title": bindparam("said", type_=Text()),
    "state": "intended",
    "claim": bindparam("by", type_=Integer()),
    "intended_at": func.coalesce(bindparam("since", type_=DateTime(timezone=True)), func.clock_timestamp()),
    "error": None,
}
INTEND_STEP = (
    insert(JobStepModel)
    .values(
        job_id=bindparam("of_job", type_=Uuid()),
        key=bindparam("step", type_=Text()),
        position=select(func.count()).where(_OF_JOB).scalar_subquery(),
        **_INTENT,
    )
    .on_conflict_do_update(index_elements=["job_id", "key"], set_=_INTENT)
    .returning(JobStepModel)
    .execution_options(populate_existing=True)
)


@cache
def add_event_statement(wanting: str, listening: str) -> Any:
    """Counts, writes and notifies in one round trip, for every transition has an event; `wanting` is the outbox's own
    question, asked with `:guild_id` and `:type`, `listening` that of whoever wants to know how jobs end."""
    return (
        text(
            f"""
            WITH counted AS (
                UPDATE jobs SET events = events + 1 WHERE id = :job_id RETURNING events
            ), added AS (
                INSERT INTO job_events (job_id, sequence, guild_id, type, at, data)
                SELECT :job_id, events, :guild_id, :type, clock_timestamp(), :data FROM counted
                RETURNING sequence, at
            )
            SELECT sequence, at, ARRAY({wanting}) AS wanting,
                CASE WHEN :type = 'job.settled' THEN ({listening}) ELSE false END AS listening,
                pg_notify(:channel, :told)
            FROM added
            """  # noqa: S608 - the questions are constants of ours
        )
        .bindparams(
            bindparam("job_id", type_=Uuid()),
            bindparam("guild_id", type_=SnowflakeColumn()),
            bindparam("type", type_=Text()),
            bindparam("data", type_=JSONB(none_as_null=True)),
            bindparam("channel", type_=Text()),
            bindparam("told", type_=Text()),
        )
        .columns(sequence=Integer(), at=DateTime(timezone=True), wanting=ARRAY(Uuid()), listening=Boolean())
    )


@cache
def first_events_statement(wanting: str) -> Any:
    """Writes and notifies of the first events of new jobs; `wanting` as above."""
    of_each = re.sub(r"(?<!:):(guild_id|type)\b", r"told.\1", wanting)
    return (
        text(
            f"""
            WITH told AS (
                INSERT INTO job_events (job_id, sequence, guild_id, type, at, data)
                SELECT job_id, 1, guild_id, type, clock_timestamp(), data
                FROM jsonb_to_recordset(:events) AS new(job_id uuid, guild_id bigint, type text, data jsonb)
                RETURNING job_id, guild_id, type, at
            )
            SELECT job_id, at, ARRAY({of_each}) AS wanting,
                pg_notify(:channel, type || ' ' || job_id || ' ' || coalesce(guild_id::text, ''))
            FROM told
            """  # noqa: S608 - the questions are constants of ours
        )
        .bindparams(bindparam("events", type_=JSONB()), bindparam("channel", type_=Text()))
        .columns(job_id=Uuid(), at=DateTime(timezone=True), wanting=ARRAY(Uuid()))
    )


def awaits_approval(job: type[JobModel]) -> ColumnElement[bool]:
    return and_(job.state == "waiting", func.coalesce(job.waiting_for, "") == "approval")


def _has_its_guild() -> ColumnElement[bool]:
    """Not structural, or the first of the structural jobs of its guild that have not ended, with none at work."""
    other = aliased(JobModel)
    busy = exists().where(
        other.guild_id == JobModel.guild_id,
        other.structural,
        other.state.in_(OPEN),
        ~awaits_approval(other),
        or_(other.state == "running", other.id < JobModel.id),
        other.id != JobModel.id,
    )
    return or_(~JobModel.structural, ~busy)


def _running_in_guild() -> ColumnElement[int]:
    """How many jobs of the same guild and lane are in somebody's hands; one whose holder died counts no more."""
    other = aliased(JobModel)
    return (
        select(func.count())
        .where(
            other.guild_id == JobModel.guild_id,
            other.lane == JobModel.lane,
            other.state == "running",
            other.lease_until > func.clock_timestamp(),
        )
        .scalar_subquery()
    )


def _within(busy: ColumnElement[int], *, structural: bool) -> list[ColumnElement[bool]]:
    """What a worker's own limits leave over."""
    wanted = [busy < bindparam("per_guild", type_=Integer())]
    return wanted if structural else [*wanted, ~JobModel.structural]


def _is_paused() -> ColumnElement[bool]:
    return exists().where(PauseModel.resumed_at.is_(None))


def _claimable() -> ColumnElement[bool]:
    due = or_(JobModel.run_at.is_(None), JobModel.run_at <= _NOW)
    in_time = or_(JobModel.expires_at.is_(None), JobModel.expires_at > _NOW, _is_begun())
    waits_no_more = or_(
        and_(JobModel.state == "queued", due),
        and_(
            JobModel.state == "waiting",
            JobModel.waiting_for.in_(("bot", "guild_lock")),
            JobModel.resume_at.is_(None),
            due,
        ),
        and_(JobModel.state == "waiting", JobModel.resume_at <= _NOW),
        _has_lapsed(),
    )
    return and_(waits_no_more, in_time)


def _has_lapsed() -> ColumnElement[bool]:
    """In the hands of somebody who did not renew the lease."""
    return and_(JobModel.state == "running", JobModel.lease_until < func.clock_timestamp())


def _is_begun() -> ColumnElement[bool]:
    """Whether something was sent, or may have been: then it goes on to its end, however late it is."""
    return exists().where(JobStepModel.job_id == JobModel.id, JobStepModel.state != "superseded")


def has_expired(now: Any) -> ColumnElement[bool]:
    """Its time is over, nobody has it, and nothing of it was sent."""
    in_no_hands = or_(JobModel.state.in_(("queued", "waiting")), _has_lapsed())
    return and_(in_no_hands, JobModel.expires_at <= now, ~_is_begun())


def is_alive() -> ColumnElement[bool]:
    """Of a process: its heartbeat is young, by the database's clock, as leases are."""
    return ProcessModel.heartbeat_at > func.clock_timestamp() - DEAD_AFTER


@cache
def care_statement() -> Select[bool, bool]:
    """Whether jobs stand in line for a bot that is away, or not connected to Discord, and whether there are expired
    ones."""
    connected = func.coalesce(ProcessModel.details["connected"].as_boolean(), true())
    bot = exists().where(ProcessModel.kind == "bot", is_alive(), connected)
    in_line = exists().where(JobModel.lane == "bot", JobModel.state == "queued")
    return select(and_(~bot, in_line), exists().where(has_expired(_NOW)))


@cache
def claim_statement(*, structural: bool) -> Any:
    busy = _running_in_guild()
    best = (
        select(JobModel.id)
        .where(
            JobModel.lane == bindparam("of_lane"),
            _claimable(),
            _has_its_guild(),
            ~_is_paused(),
            *_within(busy, structural=structural),
        )
        .order_by(busy, JobModel.created_at - JobModel.priority * HEAD_START, JobModel.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(JobModel)
        .where(JobModel.id == best)
        .values(
            state="running",
            waiting_for=None,
            resume_at=None,
            holder=bindparam("by"),
            lease_until=func.clock_timestamp() + bindparam("lease", type_=Interval()),
            attempts=JobModel.attempts + 1,
            spent_attempts=JobModel.spent_attempts + 1,
            claims=JobModel.claims + 1,
            started_at=func.coalesce(JobModel.started_at, func.clock_timestamp()),
        )
        .returning(JobModel)
        .execution_options(**_FRESH)
    )


@cache
def outlook_statement(*, structural: bool) -> Select[int, datetime | None]:
    moment = case(
        (JobModel.state == "queued", JobModel.run_at),
        (JobModel.state == "running", JobModel.lease_until),
        else_=JobModel.resume_at,
    )
    now = case((JobModel.state == "running", func.clock_timestamp()), else_=_NOW)
    claimable = and_(
        _claimable(), _has_its_guild(), ~_is_paused(), *_within(_running_in_guild(), structural=structural)
    )
    return select(func.count().filter(claimable), func.min(moment).filter(moment > now)).where(
        JobModel.lane == bindparam("of_lane"), JobModel.state.in_(OPEN)
    )
