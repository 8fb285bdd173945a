"""`Idempotency-Key`: the answer of the first request is stored in its own transaction and given again."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.actor import Actor
from core.db import Repository, hold_keys
from core.errors import Conflict, Invalid, Problem
from core.jobs.models import ANSWERS, IdempotencyKeyModel
from core.keyring import Keyring, SealBroken


class StoredAnswer(msgspec.Struct, frozen=True):
    """What the first request was answered. What `shows_secret` is kept sealed."""

    status: int
    location: str | None
    body: bytes
    shows_secret: bool = False

    def __repr__(self) -> str:
        return f"StoredAnswer(status={self.status}, location={self.location!r})"


class IdempotencyRepository(Repository[IdempotencyKeyModel]):
    model_type = IdempotencyKeyModel

    async def delete_before(self, moment: datetime) -> int:
        return await self._count(delete(IdempotencyKeyModel).where(IdempotencyKeyModel.created_at < moment))


class IdempotencyService:
    def __init__(self, keys: IdempotencyRepository, keyring: Callable[[], Keyring]) -> None:
        self._keys = keys
        self._keyring = keyring

    async def reserve(self, actor: Actor, route: str, key: str, body: bytes) -> StoredAnswer | None:
        """None: this request is the first, go on. Otherwise the first one's answer.

        A simultaneous duplicate waits here until the first one's transaction ends. Raises `Invalid` (422) when the
        key came with another body, `Conflict` when the answer was sealed by a key that is gone.
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
        answered = await self._body_of(stored)
        if stored.status is None or answered is None:
            raise Conflict("The first request with this Idempotency-Key stored no answer.")
        return StoredAnswer(status=stored.status, location=stored.location, body=answered)

    async def forget_before(self, moment: datetime) -> int:
        """A key is kept for a while; after that the same key is a new request. Answers how many there were."""
        return await self._keys.delete_before(moment)

    async def store(self, actor: Actor, route: str, key: str, answer: StoredAnswer) -> None:
        """Keeps the answer in the transaction that did the work."""
        kept = {"body": answer.body}
        if answer.shows_secret:
            await hold_keys(self._keys.session)
            kept = {"sealed_body": self._keyring().seal(answer.body, ANSWERS)}
        await self._keys.session.execute(
            update(IdempotencyKeyModel)
            .where(
                IdempotencyKeyModel.account_id == actor.account_id,
                IdempotencyKeyModel.route == route,
                IdempotencyKeyModel.key == key,
            )
            .values(status=answer.status, location=answer.location, **kept)
        )

    async def _body_of(self, stored: IdempotencyKeyModel) -> bytes | None:
        if stored.sealed_body is None:
            return stored.body
        await hold_keys(self._keys.session)
        await self._keys.session.refresh(stored)  # a rotation may have ended between the two
        try:
            return self._keyring().unseal(stored.sealed_body or b"", ANSWERS)
        except SealBroken:
            raise Conflict(
                "The first request with this Idempotency-Key was done, but its answer shows a secret and was sealed "
                "with a key that is gone: look at what was made, and have a new secret made with rotate-secret.",
                code="answer_sealed",
            ) from None
