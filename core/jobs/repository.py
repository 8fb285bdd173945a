"""The ledger's statements: each legal transition is one of them, and conditional.

Leases compare with the database's clock.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.actor import Actor
from core.db import Repository
from core.jobs.mapping import ONLY, PlacedEvent, to_job
from core.jobs.models import GuildEventModel, JobEventModel, JobModel, JobStepModel
from core.jobs.outbox import Audience, Outbox
from core.jobs.ring import CHANNEL
from core.jobs.schemas import ClaimTerms, EventPosition, JobError, JobEvent, JobFilter
from core.jobs.sight import JobSight
from core.jobs.statements import (
    CLOSE_INTENTS,
    FIND_STEP,
    HELD,
    INTEND_STEP,
    OF_GUILDS,
    OF_JOBS,
    RECORD_STEP,
    add_event_statement,
    awaits_approval,
    care_statement,
    claim_statement,
    has_expired,
    insert_statement,
    named,
    outlook_statement,
)
from core.jobs.states import OPEN, RETRYABLE, JobState, Lane, StepState, WaitingFor
from core.paging import Paging

_ENDED = ("succeeded", "partial", "failed", "cancelled", "dead")


class JobRepository(Repository[JobModel]):
    model_type = JobModel

    def __init__(self, session: AsyncSession, outbox: Outbox, audience: Audience) -> None:
        super().__init__(session)
        self._outbox = outbox
        self._audience = audience

    async def page(self, wanted: JobFilter, paging: Paging, *, sight: JobSight) -> Sequence[JobModel]:
        """One row more than the page, so that the caller knows whether there is a next one."""
        query = select(JobModel).order_by(JobModel.id.desc()).limit(paging.limit + 1)
        if wanted.state is not None:
            query = query.where(JobModel.state == wanted.state)
        if wanted.kind is not None:
            query = query.where(JobModel.kind == wanted.kind)
        if wanted.guild_id is not None:
            query = query.where(JobModel.guild_id == wanted.guild_id)
        if wanted.actor is not None:
            query = query.where(JobModel.account_id == wanted.actor)
        if not sight.everywhere:
            query = query.where(or_(*_seen_by(sight)))
        if wanted.since is not None:
            query = query.where(JobModel.created_at >= wanted.since)
        if paging.cursor is not None:
            query = query.where(JobModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def open_in(self, guild_id: str, *, but: Collection[str] = ()) -> Sequence[uuid.UUID]:
        """Oldest first, locked until the transaction ends."""
        found = await self.session.scalars(
            select(JobModel.id)
            .where(JobModel.guild_id == guild_id, JobModel.state.in_(OPEN), JobModel.kind.not_in(but))
            .order_by(JobModel.id)
            .with_for_update()
        )
        return found.all()

    async def has_open(self, kind: str, guild_id: str) -> bool:
        found = await self.session.scalar(
            select(JobModel.id)
            .where(JobModel.guild_id == guild_id, JobModel.kind == kind, JobModel.state.in_(OPEN))
            .limit(1)
        )
        return found is not None

    async def insert(self, **values: Any) -> JobModel:
        """What is not named gets the column's default."""
        written = await self.session.scalars(
            insert_statement(tuple(values)), {named(column): value for column, value in values.items()}
        )
        return written.one()

    async def lock_guild(self, guild_id: str) -> None:
        """Serialises those who ask for structural work in one guild, until the transaction ends."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtext("guild"), func.hashtext(guild_id)))
        )

    async def find_structural(self, guild_id: str) -> JobModel | None:
        """The structural job of that guild that has not ended; what nobody has approved of yet stands in no way."""
        found = await self.session.scalars(
            select(JobModel)
            .where(
                JobModel.guild_id == guild_id,
                JobModel.structural,
                JobModel.state.in_(OPEN),
                ~awaits_approval(JobModel),
            )
            .order_by(JobModel.id)
            .limit(1)
        )
        return found.first()

    async def is_at_work(self, guild_id: str) -> bool:
        """Whether a structural job of that guild is running."""
        running = exists().where(
            JobModel.guild_id == guild_id, JobModel.structural, JobModel.state == "running"
        )
        return bool(await self.session.scalar(select(running)))

    async def claim(
        self, lane: Lane, holder: str, lease_seconds: float, now: datetime, terms: ClaimTerms
    ) -> JobModel | None:
        """The best claimable job of the lane, taken in one statement; `now` is the clock of due times.

        The guild with the fewest running jobs comes first, so that none starves behind another's backlog; within that
        the oldest, where each step of priority counts as a head start, so that nothing waits for ever.
        """
        claimed = await self.session.scalars(
            claim_statement(structural=terms.structural),
            {
                "of_lane": lane,
                "now": now,
                "per_guild": terms.per_guild,
                "by": holder,
                "lease": timedelta(seconds=lease_seconds),
            },
        )
        return claimed.first()

    async def outlook(self, lane: Lane, now: datetime, terms: ClaimTerms) -> tuple[int, datetime | None]:
        """How many jobs of the lane are claimable now, and when the next one becomes due that is not."""
        row = await self.session.execute(
            outlook_statement(structural=terms.structural),
            {"of_lane": lane, "now": now, "per_guild": terms.per_guild},
        )
        count, due = row.one()
        return count, due

    async def depths(self, now: datetime) -> Sequence[tuple[str, int, int, int, datetime | None]]:
        """Lane, queued, waiting, running, and since when that is due which is due for longest and not running."""
        queued, waiting, running = (
            func.count().filter(JobModel.state == state) for state in ("queued", "waiting", "running")
        )
        due_at = func.greatest(JobModel.created_at, JobModel.run_at)  # which passes over what is NULL
        oldest = func.min(due_at).filter(JobModel.state != "running", due_at <= now)
        rows = await self.session.execute(
            select(JobModel.lane, queued, waiting, running, oldest)
            .where(JobModel.state.in_(OPEN))
            .group_by(JobModel.lane)
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows.all()]

    async def last_failed(self) -> JobModel | None:
        found = await self.session.scalars(
            select(JobModel)
            .where(JobModel.state.in_(("failed", "partial", "dead")))
            .order_by(JobModel.finished_at.desc())
            .limit(1)
        )
        return found.first()

    async def hold_unbegun(self, job_id: uuid.UUID) -> bool:
        """Whether nobody has claimed it, nor does before the transaction ends. Waits for nobody: a job that somebody
        else holds counts as begun."""
        found = await self.session.scalar(
            select(JobModel.id)
            .where(JobModel.id == job_id, JobModel.state.in_(("queued", "waiting")), JobModel.claims == 0)
            .with_for_update(skip_locked=True)
        )
        return found is not None

    async def begun_at(self, job_id: uuid.UUID) -> datetime | None:
        return await self.session.scalar(select(JobModel.started_at).where(JobModel.id == job_id))

    async def renew(self, job_id: uuid.UUID, claim: int, lease_seconds: float) -> JobModel | None:
        """Prolongs the holder's lease; None when it is not the holder's any more."""
        return await self._held(job_id, claim, lease_until=_lease(lease_seconds))

    async def advance(
        self, job_id: uuid.UUID, claim: int, lease_seconds: float, **values: Any
    ) -> JobModel | None:
        """Progress of the holder's work, which renews the lease as well."""
        return await self._held(job_id, claim, lease_until=_lease(lease_seconds), **values)

    async def wait(
        self,
        job_id: uuid.UUID,
        claim: int,
        waiting_for: WaitingFor,
        resume_at: datetime | None,
        *,
        burn: bool,
        error: JobError | None = None,
    ) -> JobModel | None:
        """running → waiting, or cancelled where that was asked for. What is not an attempt (`burn=False`) is given
        back."""
        return await self._held(
            job_id,
            claim,
            state=_unless_cancelled("waiting"),
            waiting_for=case((JobModel.cancel_requested, None), else_=waiting_for),
            resume_at=case((JobModel.cancel_requested, None), else_=resume_at),
            progress_expected_at=_not_before(resume_at),
            finished_at=_ended_if_cancelled(),
            holder=None,
            lease_until=None,
            error=error,
            attempts=JobModel.attempts if burn else JobModel.attempts - 1,
            spent_attempts=JobModel.spent_attempts if burn else _one_given_back(),
        )

    async def hand_back(self, job_id: uuid.UUID, claim: int) -> JobModel | None:
        """running → queued, as if it had never been claimed; or cancelled where that was asked for."""
        return await self._held(
            job_id,
            claim,
            state=_unless_cancelled("queued"),
            finished_at=_ended_if_cancelled(),
            holder=None,
            lease_until=None,
            attempts=JobModel.attempts - 1,
            spent_attempts=_one_given_back(),
        )

    async def settle(
        self,
        job_id: uuid.UUID,
        claim: int,
        state: JobState,
        *,
        result: dict[str, Any] | None,
        error: JobError | None,
    ) -> JobModel | None:
        """running → a terminal state."""
        return await self._held(
            job_id,
            claim,
            state=state,
            result=result,
            error=error,
            holder=None,
            lease_until=None,
            progress_now=None,
            finished_at=func.clock_timestamp(),
            # The claim that finds them all spent counts itself, and is none.
            attempts=case(
                (JobModel.spent_attempts > JobModel.max_attempts, JobModel.attempts - 1),
                else_=JobModel.attempts,
            ),
            spent_attempts=func.least(JobModel.spent_attempts, JobModel.max_attempts),
        )

    async def cancel(self, job_id: uuid.UUID) -> JobModel | None:
        """queued or waiting → cancelled at once; a running job is asked to stop between two steps."""
        running = JobModel.state == "running"
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, JobModel.state.in_(OPEN))
            .values(
                state=case((running, "running"), else_="cancelled"),
                waiting_for=None,
                resume_at=None,
                cancel_requested=True,
                finished_at=case((running, None), else_=func.clock_timestamp()),
            )
        )

    async def approve(self, job_id: uuid.UUID, approver: Actor) -> JobModel | None:
        """waiting for approval → queued, or waiting for its time where that has not come."""
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, awaits_approval(JobModel))
            .values(
                state=case((JobModel.run_at.is_(None), "queued"), else_="waiting"),
                waiting_for=case((JobModel.run_at.is_(None), None), else_="run_at"),
                resume_at=JobModel.run_at,
                expires_at=None,
                approved_by=approver,
            )
        )

    async def reject(self, job_id: uuid.UUID, error: JobError) -> JobModel | None:
        """waiting for approval → cancelled."""
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, awaits_approval(JobModel))
            .values(
                state="cancelled",
                waiting_for=None,
                error=error,
                cancel_requested=True,
                finished_at=func.clock_timestamp(),
            )
        )

    async def retry(self, job_id: uuid.UUID) -> JobModel | None:
        """failed, partial or dead → queued, with all attempts before it; it begins anew when it is claimed. What
        nobody has approved of waits for that again."""
        unapproved = and_(JobModel.needs_approval, JobModel.approved_by.is_(None))
        return await self._one(
            update(JobModel)
            .where(JobModel.id == job_id, JobModel.state.in_(RETRYABLE))
            .values(
                state=case((unapproved, "waiting"), else_="queued"),
                waiting_for=case((unapproved, "approval"), else_=None),
                attempts=0,
                spent_attempts=0,
                error=None,
                result=None,
                started_at=None,
                first_call_at=None,
                finished_at=None,
                expires_at=None,
                cancel_requested=False,
            )
        )

    async def is_care_due(self, now: datetime) -> tuple[bool, bool]:
        """Whether jobs should say that they wait for an absent bot, and whether there are expired ones."""
        row = await self.session.execute(care_statement(), {"now": now})
        park, expire = row.one()
        return park, expire

    async def wait_for_bot(self) -> Sequence[JobModel]:
        """queued → waiting for every job of the bot's lane: to be called while no bot is alive."""
        return await self._many(
            update(JobModel)
            .where(JobModel.lane == "bot", JobModel.state == "queued")
            .values(state="waiting", waiting_for="bot")
        )

    async def expire(self, now: datetime) -> Sequence[JobModel]:
        """queued or waiting → failed, for jobs whose time is over and that nobody has begun; also for one whose holder
        died before it had done anything."""
        error = JobError(
            code="expired", message="Nothing could do this job before it expired.", retryable=True
        )
        return await self._many(
            update(JobModel)
            .where(has_expired(now))
            .values(
                state="failed",
                error=error,
                finished_at=func.clock_timestamp(),
                waiting_for=None,
                resume_at=None,
                holder=None,
                lease_until=None,
            )
        )

    async def note_dispatch(self, job_id: uuid.UUID) -> int:
        """Counts the messages sent for a job, which makes each message's id new."""
        return (
            await self.session.scalar(
                update(JobModel)
                .where(JobModel.id == job_id)
                .values(dispatches=JobModel.dispatches + 1)
                .returning(JobModel.dispatches)
            )
        ) or 0

    async def delete_ended_before(self, moment: datetime) -> int:
        deleted = await self.session.scalars(
            delete(JobModel)
            .where(JobModel.state.in_(_ENDED), JobModel.finished_at < moment)
            .returning(JobModel.id)
        )
        return len(deleted.all())

    async def delete_in(self, guild_id: str) -> int:
        """Whatever their state, with their steps and events."""
        deleted = await self.session.scalars(
            delete(JobModel).where(JobModel.guild_id == guild_id).returning(JobModel.id)
        )
        return len(deleted.all())

    async def add_event(self, job: JobModel, type_: str, data: dict[str, Any]) -> None:
        """Appends to the job's history under the next sequence number, and wakes the watchers at commit; what the
        guild's own programs are told of it is written in the same transaction."""
        added = await self.session.execute(
            add_event_statement(self._outbox.wanting, self._audience.listening),
            {
                "job_id": job.id,
                "guild_id": job.guild_id,
                "type": type_,
                "data": data,
                "channel": CHANNEL,
                "told": f"{type_} {job.id} {job.guild_id or ''}",
            },
        )
        row = added.one()
        if job.guild_id is not None and row.wanting:
            event = JobEvent(job_id=job.id, sequence=row.sequence, type=type_, at=row.at, data=data)
            await self._outbox.put(event, kind=job.kind, guild_id=job.guild_id, callbacks=row.wanting)
        if row.listening:
            await self._audience.job_ended(to_job(job))

    async def events_after(
        self, job_id: uuid.UUID, sequence: int, limit: int = 500
    ) -> Sequence[JobEventModel]:
        found = await self.session.scalars(
            select(JobEventModel)
            .where(JobEventModel.job_id == job_id, JobEventModel.sequence > sequence)
            .order_by(JobEventModel.sequence)
            .limit(limit)
        )
        return found.all()

    async def guild_events_after(
        self, guild_id: str, after: EventPosition, limit: int = 500
    ) -> Sequence[PlacedEvent]:
        """In the order of their positions, up to the first that may still be overtaken. In one statement, because two
        would not see the same transactions as ended."""
        both = union_all(
            *(
                query.where(
                    model.guild_id == guild_id,
                    tuple_(model.transaction, model.position)
                    > tuple_(literal(after.transaction), literal(after.position)),
                    model.transaction < _settled_transactions(),
                )
                .order_by(model.transaction, model.position)
                .limit(limit)
                for model, query in ((JobEventModel, OF_JOBS), (GuildEventModel, OF_GUILDS))
            )
        )
        found = await self.session.execute(both.order_by("transaction", "position").limit(limit))
        return [PlacedEvent(*row) for row in found]

    async def present_position(self) -> EventPosition:
        """Behind everything that can be shown now."""
        settled = await self.session.scalar(select(_settled_transactions()))
        return EventPosition(transaction=settled or 0, position=-1)

    async def position_of(self, guild_id: str, event_of: uuid.UUID, sequence: int) -> EventPosition | None:
        """`event_of` is a job's id, or that of an event that is of no job, which is the only one of its id."""
        of_job = select(JobEventModel.transaction, JobEventModel.position).where(
            JobEventModel.guild_id == guild_id,
            JobEventModel.job_id == event_of,
            JobEventModel.sequence == sequence,
        )
        own = select(GuildEventModel.transaction, GuildEventModel.position).where(
            GuildEventModel.guild_id == guild_id, GuildEventModel.id == event_of, literal(sequence) == ONLY
        )
        found = (await self.session.execute(union_all(of_job, own))).one_or_none()
        return None if found is None else EventPosition(transaction=found[0], position=found[1])

    async def steps(self, job_id: uuid.UUID) -> Sequence[JobStepModel]:
        found = await self.session.scalars(
            select(JobStepModel).where(JobStepModel.job_id == job_id).order_by(JobStepModel.position)
        )
        return found.all()

    async def outcomes_among(self, ids: Collection[str], but: uuid.UUID) -> Sequence[str]:
        found = await self.session.scalars(
            select(JobStepModel.outcome).where(
                JobStepModel.outcome.in_(ids),
                JobStepModel.state.in_(("intended", "done")),
                JobStepModel.job_id != but,
            )
        )
        return [outcome for outcome in found if outcome is not None]

    async def lock_outcomes(self) -> None:
        """Serialises those who take what they find for their own, until the transaction ends."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("outcomes"), 0)))

    async def take_outcome(self, job_id: uuid.UUID, claim: int, key: str, outcome: str) -> None:
        """Of an intended step that this claim holds."""
        await self.session.execute(
            update(JobStepModel)
            .where(
                JobStepModel.job_id == job_id,
                JobStepModel.key == key,
                JobStepModel.claim == claim,
                JobStepModel.state == "intended",
            )
            .values(outcome=outcome)
            .execution_options(synchronize_session=False)
        )

    async def in_doubt_alike(self, job_id: uuid.UUID, names: Collection[str]) -> Sequence[bool]:
        """Of each other job of the same kind and guild, and with the same under these names of its payload, that has a
        step in doubt: whether that is under way, and is to be waited for. Of two that look for what they did the one
        that was asked for first does not wait."""
        mine, other = aliased(JobModel), JobModel
        under_way = and_(
            other.state == "running",
            JobStepModel.state == "intended",
            other.lease_until > func.clock_timestamp(),
            or_(other.claims == 1, other.id < mine.id),
        )
        same = [mine.payload[name].is_not_distinct_from(other.payload[name]) for name in names]
        found = await self.session.scalars(
            select(under_way)
            .select_from(other)
            .join(JobStepModel, JobStepModel.job_id == other.id)
            .join(
                mine, and_(mine.id == job_id, mine.guild_id == other.guild_id, mine.kind == other.kind, *same)
            )
            .where(other.id != job_id, JobStepModel.state.in_(("intended", "outcome_unknown")))
        )
        return found.all()

    async def find_step(self, job_id: uuid.UUID, key: str) -> JobStepModel | None:
        return await self.session.scalar(FIND_STEP, {"of_job": job_id, "step": key})

    async def intend_step(
        self, job_id: uuid.UUID, key: str, title: str, claim: int, since: datetime | None
    ) -> JobStepModel:
        """Stores the intent; `since` is when an earlier claim may have done it already, which must not be forgotten."""
        row = await self.session.scalars(
            INTEND_STEP, {"of_job": job_id, "step": key, "said": title, "by": claim, "since": since}
        )
        return row.one()

    async def record_step(
        self, job_id: uuid.UUID, key: str, state: StepState, *, outcome: str | None, error: str | None
    ) -> None:
        await self.session.execute(
            RECORD_STEP,
            {"of_job": job_id, "step": key, "becomes": state, "made": outcome, "failure": error},
        )

    async def close_intents(self, job_id: uuid.UUID, state: StepState) -> None:
        """What becomes of steps without an outcome when the job ends, those of earlier rounds included: `superseded`
        where it ended well, because the last plan found them done or needless, else `outcome_unknown`."""
        await self.session.execute(CLOSE_INTENTS, {"of_job": job_id, "becomes": state})

    async def reopen_steps(self, job_id: uuid.UUID) -> None:
        """failed → superseded: what was refused is tried again. What is in doubt stays so, and is looked up first."""
        await self.session.execute(
            update(JobStepModel)
            .where(JobStepModel.job_id == job_id, JobStepModel.state == "failed")
            .values(state="superseded")
        )

    async def _held(self, job_id: uuid.UUID, claim: int, **values: Any) -> JobModel | None:
        rows = await self.session.scalars(HELD.values(**values), {"job": job_id, "claim": claim})
        return rows.first()

    async def _one(self, statement: Any) -> JobModel | None:
        return (await self._many(statement) or [None])[0]

    async def _many(self, statement: Any) -> Sequence[Any]:
        rows = await self.session.scalars(
            statement.returning(JobModel).execution_options(populate_existing=True, synchronize_session=False)
        )
        return rows.all()


def _one_given_back() -> ColumnElement[int]:
    """None is left to give back where the attempt got something done and then waits."""
    return func.greatest(JobModel.spent_attempts - 1, 0)


def _not_before(resume_at: datetime | None) -> Any:
    """When a job is expected to be done that goes on then at the earliest; not told where nobody could tell."""
    expected_at = JobModel.progress_expected_at
    return expected_at if resume_at is None else case((expected_at < resume_at, resume_at), else_=expected_at)


def _unless_cancelled(state: JobState) -> ColumnElement[str]:
    return case((JobModel.cancel_requested, "cancelled"), else_=state)


def _ended_if_cancelled() -> ColumnElement[datetime | None]:
    return case((JobModel.cancel_requested, func.clock_timestamp()), else_=None)


def _settled_transactions() -> ColumnElement[int]:
    """All transactions with lower numbers have ended."""
    return cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)


def _lease(seconds: float) -> ColumnElement[datetime]:
    return func.clock_timestamp() + text(f"interval '{float(seconds)} seconds'")


def _seen_by(sight: JobSight) -> Iterator[ColumnElement[bool]]:
    yield JobModel.guild_id.in_(sight.whole_guilds)
    bound = true() if sight.bound_to is None else JobModel.guild_id.in_(sight.bound_to)
    if sight.account_id is not None:
        yield and_(JobModel.account_id == sight.account_id, bound)
    if sight.discord_user_id is not None:
        asker = cast(JobModel.actor, JSONB)["discord_user_id"].astext
        yield and_(asker == sight.discord_user_id, bound)
