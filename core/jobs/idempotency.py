"""`Idempotency-Key`: the answer of the first request is stored in its own transaction and given again."""

import hashlib
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.actor import Actor
from core.db import Repository
from core.errors import Conflict, Invalid, Problem
from core.jobs.models import IdempotencyKeyModel


class StoredAnswer(msgspec.Struct, frozen=True):
    """What the first request was answered."""

    status: int
    location: str | None
    body: bytes


class IdempotencyRepository(Repository[IdempotencyKeyModel]):
    model_type = IdempotencyKeyModel


class IdempotencyService:
    def __init__(self, keys: IdempotencyRepository) -> None:
        self._keys = keys

    async def reserve(self, actor: Actor, route: str, key: str, body: bytes) -> StoredAnswer | None:
        """None: this request is the first, go on. Otherwise the first one's answer.

        A simultaneous duplicate waits here until the first one's transaction ends. Raises `Invalid` (422) when the
        key came with another body.
        """
        session, digest = self._keys.session, hashlib.sha256(body).digest()
        of_key = (
            (IdempotencyKeyModel.account_id == actor.account_id)
            & (IdempotencyKeyModel.route == route)
            & (IdempotencyKeyModel.key == key)
        )
        inserted = await session.scalar(
            insert(IdempotencyKeyModel)
            .values(
                account_id=actor.account_id,
                route=route,
                key=key,
                request_hash=digest,
                created_at=func.clock_timestamp(),
            )
            .on_conflict_do_nothing()
            .returning(IdempotencyKeyModel.key)
        )
        if inserted is not None:
            return None
        stored = (await session.scalars(select(IdempotencyKeyModel).where(of_key))).one()
        if stored.request_hash != digest:
            raise Invalid(
                "This Idempotency-Key was used with another body: take a new key.",
                code="idempotency_key_reused",
                problems=(Problem(pointer="", code="idempotency_key_reused", message="The body differs."),),
            )
        if stored.status is None or stored.body is None:
            raise Conflict("The first request with this Idempotency-Key stored no answer.")
        return StoredAnswer(status=stored.status, location=stored.location, body=stored.body)

    async def forget_before(self, moment: datetime) -> None:
        """A key is kept for a while; after that the same key is a new request."""
        await self._keys.session.execute(
            delete(IdempotencyKeyModel).where(IdempotencyKeyModel.created_at < moment)
        )

    async def store(self, actor: Actor, route: str, key: str, answer: StoredAnswer) -> None:
        """Keeps the answer in the transaction that did the work."""
        await self._keys.session.execute(
            update(IdempotencyKeyModel)
            .where(
                IdempotencyKeyModel.account_id == actor.account_id,
                IdempotencyKeyModel.route == route,
                IdempotencyKeyModel.key == key,
            )
            .values(status=answer.status, location=answer.location, body=answer.body)
        )
