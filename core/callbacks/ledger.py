"""Deliveries as those see them who send them: claim, settle, give back. Each call fits in one short unit of work."""

import uuid
from datetime import timedelta

from core.actor import SYSTEM
from core.audit.service import AuditService
from core.callbacks.errors import DeliveryLost
from core.callbacks.repository import CallbackRepository, DeliveryRepository
from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import Attempt, DeliveryClaim, DeliveryState
from core.callbacks.secrets import SecretSeal
from core.clock import Clock
from core.db import hold_keys

_MOST_OWED = 500
"""Of one callback at a time: the line is its receiver's, too."""


class DeliveryLedger:
    def __init__(
        self,
        callbacks: CallbackRepository,
        deliveries: DeliveryRepository,
        *,
        audit: AuditService,
        clock: Clock,
        rules: CallbackRules,
        seal: SecretSeal,
    ) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries
        self._audit = audit
        self._clock = clock
        self._rules = rules
        self._seal = seal

    async def claim(self, limit: int, lease_seconds: float) -> tuple[DeliveryClaim, ...]:
        """What is due, at most one of each callback: its later ones wait until that one has ended."""
        await hold_keys(self._deliveries.session)
        return tuple(await self._deliveries.claim(limit, lease_seconds, self._clock(), self._seal.open))

    async def seconds_to_next(self) -> float | None:
        """None where nothing waits; below 0 where something is overdue."""
        return await self._deliveries.seconds_to_next(self._clock())

    async def settle(
        self, claim: DeliveryClaim, attempt: Attempt, *, retry_in: timedelta | None = None
    ) -> None:
        """Records how an attempt ended. One that failed is made again after `retry_in`, or never without it; whether
        the callback is disabled is said by the rules. Raises `DeliveryLost` when the claim is not the newest."""
        if attempt.is_accepted:
            await self._delivered(claim, attempt)
        else:
            await self._failed(claim, attempt, None if attempt.is_gone else retry_in)

    async def give_back(self, claim: DeliveryClaim) -> None:
        """For a process that is going away: it is due at once and no attempt is burned."""
        await self._deliveries.give_back(claim)
        await self._deliveries.ring()

    async def clean(self, keep: timedelta) -> int:
        """Deletes deliveries that ended longer ago than `keep`; answers how many."""
        return await self._deliveries.delete_ended_before(self._clock() - keep)

    async def answering_again(self, within: timedelta) -> tuple[uuid.UUID, ...]:
        """Callbacks that get what is sent to them again, and are owed what happened within that time and was given up
        when they were disabled for failing."""
        return tuple(await self._deliveries.answering_again(self._clock() - within))

    async def send_owed(self, callback_id: uuid.UUID, within: timedelta) -> int:
        """Puts what such a callback is owed at the end of its line, oldest first; answers how many that were."""
        now = self._clock()
        if await self._callbacks.lock(callback_id) is None:
            return 0
        owed = await self._deliveries.owed(callback_id, now - within, _MOST_OWED)
        for delivery_id in owed:
            await self._deliveries.queue_again(delivery_id, now)
        if owed:
            await self._deliveries.ring()
        return len(owed)

    async def forget_secrets(self) -> int:
        """Those that sign no longer; answers of how many callbacks."""
        return await self._callbacks.forget_secrets(self._clock())

    async def _delivered(self, claim: DeliveryClaim, attempt: Attempt) -> None:
        if claim.failures:
            await self._callbacks.lock(claim.callback_id)
        await self._record(claim, attempt, "delivered")
        if claim.failures:
            await self._callbacks.forget_failures(claim.callback_id)

    async def _failed(self, claim: DeliveryClaim, attempt: Attempt, retry_in: timedelta | None) -> None:
        callback = await self._callbacks.lock(claim.callback_id)
        if callback is None:
            raise DeliveryLost(f"Callback {claim.callback_id} was deleted.")
        await self._record(claim, attempt, "failed" if retry_in is None else "pending", retry_in)
        now = self._clock()
        failures, since = await self._callbacks.note_failure(callback.id, now)
        reason = self._rules.why_disable(attempt, failures, since, now)
        if reason is None or not await self._callbacks.disable(callback.id, reason, now):
            return
        await self._deliveries.abandon(callback.id, now, gives_up=not attempt.is_gone)
        await self._audit.record(
            SYSTEM,
            "callback.disable",
            ("callback", callback.id),
            guild_id=callback.guild_id,
            before={"enabled": True},
            after={"enabled": False, "disabled_reason": reason},
        )

    async def _record(
        self,
        claim: DeliveryClaim,
        attempt: Attempt,
        state: DeliveryState,
        retry_in: timedelta | None = None,
    ) -> None:
        now = self._clock()
        at = None if retry_in is None else now + retry_in
        if not await self._deliveries.record(claim, attempt, state, now=now, next_attempt_at=at):
            raise DeliveryLost(f"Delivery {claim.delivery_id} is in other hands by now.")
