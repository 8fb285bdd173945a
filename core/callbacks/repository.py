"""Statements about callbacks and their deliveries.

Whatever changes a callback waits for transactions that have just read it to tell it of an event (`WANTING`), and the
other way round: an event is told to a callback as it was before the change or after it. Whoever changes a callback and
its deliveries takes the callback first.

Leases compare with the database's clock, due times with the clock that is passed in.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import aliased

from core.callbacks.models import CallbackModel, DeliveryModel
from core.callbacks.schemas import CHANNEL, Attempt, DeliveryClaim, DeliveryFilter, DeliveryState
from core.callbacks.secrets import KeptSecret
from core.db import Repository
from core.paging import Paging

WANTING = """
    SELECT id FROM callbacks
    WHERE guild_id = :guild_id AND enabled AND events && ARRAY[:type, split_part(:type, '.', 1) || '.*']::text[]
    ORDER BY id FOR SHARE
"""
"""The enabled ones that ask for an event's type, by name or by family (`job.*`). They stay as they are until the
transaction ends. As text, because it stands inside the statement that adds the event."""


class CallbackRepository(Repository[CallbackModel]):
    model_type = CallbackModel

    async def page(self, guild_id: str, paging: Paging) -> Sequence[CallbackModel]:
        """Newest first, one row more than the page."""
        query = (
            select(CallbackModel)
            .where(CallbackModel.guild_id == guild_id)
            .order_by(CallbackModel.id.desc())
            .limit(paging.limit + 1)
        )
        if paging.cursor is not None:
            query = query.where(CallbackModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def lock_guild(self, guild_id: str) -> None:
        """Serialises those who add callbacks to one guild, until the transaction ends."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtext("callbacks"), func.hashtext(guild_id)))
        )

    async def lock(self, callback_id: uuid.UUID) -> CallbackModel | None:
        """Until the transaction ends."""
        return await self.session.scalar(
            select(CallbackModel)
            .where(CallbackModel.id == callback_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )

    async def note_failure(self, callback_id: uuid.UUID, now: datetime) -> tuple[int, datetime]:
        """One more in a row; answers how many, and since when."""
        row = await self.session.execute(
            update(CallbackModel)
            .where(CallbackModel.id == callback_id)
            .values(
                failures=CallbackModel.failures + 1,
                failing_since=func.coalesce(CallbackModel.failing_since, now),
            )
            .returning(CallbackModel.failures, CallbackModel.failing_since)
            .execution_options(synchronize_session=False)
        )
        failures, since = row.one()
        return failures, since or now

    async def forget_failures(self, callback_id: uuid.UUID) -> None:
        await self.session.execute(
            update(CallbackModel)
            .where(CallbackModel.id == callback_id)
            .values(failures=0, failing_since=None)
            .execution_options(synchronize_session=False)
        )

    async def disable(self, callback_id: uuid.UUID, reason: str, now: datetime) -> bool:
        """False where it was disabled already."""
        disabled = await self.session.scalar(
            update(CallbackModel)
            .where(CallbackModel.id == callback_id, CallbackModel.enabled)
            .values(enabled=False, disabled_reason=reason, updated_at=now)
            .returning(CallbackModel.id)
            .execution_options(synchronize_session=False)
        )
        return disabled is not None

    async def forget_secrets(self, now: datetime) -> int:
        """Those that sign no longer."""
        return await self._count(
            update(CallbackModel)
            .where(CallbackModel.previous_secret_until <= now)
            .values(previous_secret=None, sealed_previous_secret=None, previous_secret_until=None)
        )


class DeliveryRepository(Repository[DeliveryModel]):
    model_type = DeliveryModel

    async def page(
        self, callback_id: uuid.UUID, wanted: DeliveryFilter, paging: Paging
    ) -> Sequence[DeliveryModel]:
        """Newest first, one row more than the page."""
        query = (
            select(DeliveryModel)
            .where(DeliveryModel.callback_id == callback_id)
            .order_by(DeliveryModel.id.desc())
            .limit(paging.limit + 1)
        )
        if wanted.state is not None:
            query = query.where(DeliveryModel.state == wanted.state)
        if wanted.since is not None:
            query = query.where(DeliveryModel.created_at >= wanted.since)
        if paging.cursor is not None:
            query = query.where(DeliveryModel.id < paging.cursor)
        return (await self.session.scalars(query)).all()

    async def ring(self) -> None:
        """Wakes those who send, at commit."""
        await self.session.execute(select(func.pg_notify(CHANNEL, "")))

    async def claim(
        self, limit: int, lease_seconds: float, now: datetime, open_: Callable[[KeptSecret], str | None]
    ) -> Sequence[DeliveryClaim]:
        """Takes what is due, in one statement: of each callback at most the head of its line, so that nothing of it
        is sent before what came earlier has ended. `SKIP LOCKED` passes over heads, never to what is behind one."""
        free = or_(DeliveryModel.lease_until.is_(None), DeliveryModel.lease_until < func.clock_timestamp())
        due = (
            select(DeliveryModel.id)
            .where(
                DeliveryModel.id.in_(_heads()),
                DeliveryModel.state == "pending",
                DeliveryModel.next_attempt_at <= now,
                free,
            )
            .order_by(DeliveryModel.next_attempt_at, DeliveryModel.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        is_signing = CallbackModel.previous_secret_until > now
        rows = await self.session.execute(
            update(DeliveryModel)
            .where(DeliveryModel.id.in_(select(due.c.id)), DeliveryModel.callback_id == CallbackModel.id)
            .values(
                lease_until=func.clock_timestamp() + timedelta(seconds=lease_seconds),
                claims=DeliveryModel.claims + 1,
                attempts=DeliveryModel.attempts + 1,
            )
            .returning(
                DeliveryModel.id.label("delivery_id"),
                DeliveryModel.callback_id,
                DeliveryModel.claims.label("number"),
                DeliveryModel.attempts,
                DeliveryModel.body,
                CallbackModel.url,
                CallbackModel.failures,
                CallbackModel.sealed_secret,
                CallbackModel.secret,
                case((is_signing, CallbackModel.sealed_previous_secret), else_=None).label("sealed_previous"),
                case((is_signing, CallbackModel.previous_secret), else_=None).label("previous"),
            )
            .execution_options(synchronize_session=False)
        )
        return [_to_claim(dict(row), open_) for row in rows.mappings()]

    async def seconds_to_next(self, now: datetime) -> float | None:
        """Until the head of some line becomes due or its lease runs out; None where nothing waits."""
        wait = func.greatest(
            DeliveryModel.next_attempt_at - now, DeliveryModel.lease_until - func.clock_timestamp()
        )
        least: timedelta | None = await self.session.scalar(
            select(func.min(wait)).where(DeliveryModel.id.in_(_heads()))
        )
        return None if least is None else least.total_seconds()

    async def record(
        self,
        claim: DeliveryClaim,
        attempt: Attempt,
        state: DeliveryState,
        *,
        now: datetime,
        next_attempt_at: datetime | None = None,
    ) -> bool:
        """How an attempt ended; False where the claim is not the newest. What was abandoned meanwhile stays so,
        unless it was delivered."""
        given_up = DeliveryModel.state == "abandoned"
        again = None if next_attempt_at is None else case((given_up, None), else_=next_attempt_at)
        recorded = await self.session.scalar(
            update(DeliveryModel)
            .where(
                DeliveryModel.id == claim.delivery_id,
                DeliveryModel.claims == claim.number,
                DeliveryModel.lease_until.is_not(None),
            )
            .values(
                state=state if state == "delivered" else case((given_up, "abandoned"), else_=state),
                next_attempt_at=again,
                ended_at=DeliveryModel.ended_at if state == "pending" else now,
                lease_until=None,
                last_attempt_at=now,
                last_status=attempt.status,
                last_error=attempt.error,
                response_ms=attempt.response_ms,
            )
            .returning(DeliveryModel.id)
            .execution_options(synchronize_session=False)
        )
        return recorded is not None

    async def give_back(self, claim: DeliveryClaim) -> None:
        """As if it had never been claimed."""
        await self.session.execute(
            update(DeliveryModel)
            .where(
                DeliveryModel.id == claim.delivery_id,
                DeliveryModel.claims == claim.number,
                DeliveryModel.lease_until.is_not(None),
            )
            .values(lease_until=None, attempts=DeliveryModel.attempts - 1)
            .execution_options(synchronize_session=False)
        )

    async def abandon(self, callback_id: uuid.UUID, now: datetime, *, gives_up: bool = False) -> None:
        """Everything of the callback that has not ended. A lease is kept: who holds it may yet say how it ended. What
        we give up may be sent again once the receiver answers."""
        await self.session.execute(
            update(DeliveryModel)
            .where(DeliveryModel.callback_id == callback_id, DeliveryModel.state == "pending")
            .values(
                state="abandoned",
                next_attempt_at=None,
                ended_at=now,
                given_up_at=now if gives_up else None,
            )
            .execution_options(synchronize_session=False)
        )

    async def queue_again(self, delivery_id: uuid.UUID, now: datetime) -> DeliveryModel | None:
        """ended → pending, at the end of the line and with all attempts before it; None where it has not ended."""
        queued = await self.session.scalars(
            update(DeliveryModel)
            .where(DeliveryModel.id == delivery_id, DeliveryModel.state != "pending")
            .values(
                state="pending",
                position=text("DEFAULT"),
                attempts=0,
                next_attempt_at=now,
                ended_at=None,
                given_up_at=None,
            )
            .returning(DeliveryModel)
            .execution_options(populate_existing=True, synchronize_session=False)
        )
        return queued.first()

    async def answering_again(self, since: datetime) -> Sequence[uuid.UUID]:
        """The callbacks of which something was given up that is no older, and that have got something since."""
        found = await self.session.scalars(
            select(CallbackModel.id)
            .where(CallbackModel.id == DeliveryModel.callback_id, _is_owed(since))
            .distinct()
            .order_by(CallbackModel.id)
        )
        return found.all()

    async def owed(self, callback_id: uuid.UUID, since: datetime, limit: int) -> Sequence[uuid.UUID]:
        """What was given up of such a callback, oldest first."""
        found = await self.session.scalars(
            select(DeliveryModel.id)
            .where(
                CallbackModel.id == callback_id,
                DeliveryModel.callback_id == CallbackModel.id,
                _is_owed(since),
            )
            .order_by(DeliveryModel.position)
            .limit(limit)
        )
        return found.all()

    async def delete_ended_before(self, moment: datetime) -> int:
        deleted = await self.session.scalars(
            delete(DeliveryModel)
            .where(DeliveryModel.state != "pending", DeliveryModel.ended_at < moment)
            .returning(DeliveryModel.id)
            .execution_options(synchronize_session=False)
        )
        return len(deleted.all())


def _is_owed(since: datetime) -> ColumnElement[bool]:
    """Given up, not older than that, and of a callback that is enabled and gets what is sent to it again. What spent
    all its own attempts is not: it may be what its receiver fails at."""
    later = aliased(DeliveryModel)
    answers = exists().where(
        later.callback_id == DeliveryModel.callback_id,
        later.state == "delivered",
        later.ended_at > DeliveryModel.given_up_at,
    )
    given_up = and_(DeliveryModel.given_up_at.is_not(None), DeliveryModel.state == "abandoned")
    well = and_(CallbackModel.enabled, CallbackModel.failures == 0)
    return and_(given_up, DeliveryModel.created_at > since, well, answers)


def _heads() -> Any:
    """The first pending delivery of each enabled callback, found by one look into the line's index each."""
    head: ColumnElement[uuid.UUID] = (
        select(DeliveryModel.id)
        .where(DeliveryModel.callback_id == CallbackModel.id, DeliveryModel.state == "pending")
        .order_by(DeliveryModel.position)
        .limit(1)
        .correlate(CallbackModel)
        .scalar_subquery()
    )
    return select(head).select_from(CallbackModel).where(CallbackModel.enabled)


def _to_claim(row: dict[str, Any], open_: Callable[[KeptSecret], str | None]) -> DeliveryClaim:
    kept = [KeptSecret(row.pop(f"sealed_{name}"), row.pop(name)) for name in ("secret", "previous")]
    return DeliveryClaim(**row, secrets=tuple(secret for each in kept if (secret := open_(each)) is not None))
