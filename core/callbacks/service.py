"""Callbacks as those see them who run the guild. Everything here needs Manage Guild in it."""

import uuid
from datetime import datetime
from typing import Protocol

from msgspec import UNSET
from msgspec.structs import replace

from core.actor import Actor
from core.audit.service import AuditService
from core.callbacks.errors import CallbackDisabled, DeliveryPending, TooManyCallbacks
from core.callbacks.events import body_of_test
from core.callbacks.mapping import to_callback, to_delivery
from core.callbacks.models import CallbackModel, DeliveryModel
from core.callbacks.repository import CallbackRepository, DeliveryRepository
from core.callbacks.rules import CallbackRules
from core.callbacks.schemas import (
    TEST,
    Callback,
    CallbackChanges,
    CallbackDraft,
    Delivery,
    DeliveryFilter,
    SecretShown,
)
from core.callbacks.secrets import KeptSecret, SecretSeal, new_secret
from core.callbacks.targets import receiver_in, require_callable, target_of
from core.clock import Clock
from core.db import hold_keys
from core.errors import NotFound, Stale
from core.paging import Page, Paging
from core.rights import Right, Role


class KnownGuilds(Protocol):
    """What callbacks have to know of guilds, which are built on top of them."""

    async def known(self, actor: Actor, guild_id: str) -> object:
        """Raises `NotFound` for a guild that is none, or that the actor may not know of."""
        ...

    async def require_present(self, actor: Actor, guild_id: str) -> object:
        """Raises `Conflict` for a guild in which nothing can be done, too."""
        ...


class CallbackService:
    """No value that leaves here has a secret in it, but `SecretShown`."""

    def __init__(
        self,
        callbacks: CallbackRepository,
        deliveries: DeliveryRepository,
        *,
        guilds: KnownGuilds,
        audit: AuditService,
        clock: Clock,
        rules: CallbackRules,
        seal: SecretSeal,
    ) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries
        self._guilds = guilds
        self._audit = audit
        self._clock = clock
        self._rules = rules
        self._seal = seal

    async def create(self, actor: Actor, guild_id: str, draft: CallbackDraft) -> SecretShown:
        """Raises `TargetRefused` for a URL that may not be called, `TooManyCallbacks` when the guild is full."""
        actor.require(guild_id, Right.CALLBACKS_WRITE)
        await self._guilds.require_present(actor, guild_id)
        require_callable(target_of(draft.url), self._rules.allowance)
        await hold_keys(self._callbacks.session)
        await self._callbacks.lock_guild(guild_id)
        if await self._callbacks.count(CallbackModel.guild_id == guild_id) >= self._rules.per_guild:
            raise TooManyCallbacks(
                f"A guild may have {self._rules.per_guild} callbacks here: delete one, or let one do for several."
            )
        now, secret = self._clock(), new_secret()
        model = await self._callbacks.add(
            CallbackModel(
                guild_id=guild_id,
                url=draft.url,
                events=list(dict.fromkeys(draft.events)),
                description=draft.description,
                enabled=draft.enabled,
                sealed_secret=self._seal.seal(secret),
                failures=0,
                created_at=now,
                updated_at=now,
            )
        )
        callback = to_callback(model)
        await self._record(actor, "callback.create", callback, after=callback)
        return SecretShown(callback=callback, secret=secret)

    async def get(self, actor: Actor, callback_id: uuid.UUID) -> Callback:
        """Raises `NotFound` also for a callback of a guild that the actor may not know of."""
        return to_callback(await self._own(actor, callback_id))

    async def list(self, actor: Actor, guild_id: str, paging: Paging) -> Page[Callback]:
        """Newest first."""
        actor.require(guild_id, Right.CALLBACKS_READ)
        await self._guilds.known(actor, guild_id)
        rows = await self._callbacks.page(guild_id, paging)
        items = tuple(to_callback(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def edit(
        self, actor: Actor, callback_id: uuid.UUID, changes: CallbackChanges, *, seen: datetime | None = None
    ) -> Callback:
        """Disabling abandons what is pending; enabling forgets why it was disabled. Raises `Stale` when it was
        changed after `seen`, its `updated_at` as the asker knows it."""
        model = await self._own(actor, callback_id, lock=True)
        _require_seen(model, seen)
        before = to_callback(model)
        _apply(model, changes)
        if to_callback(model) == before:
            return before
        if model.url != before.url or (model.enabled and not before.enabled):
            require_callable(target_of(model.url), self._rules.allowance)
        if model.enabled and not before.enabled:
            model.disabled_reason, model.failures, model.failing_since = None, 0, None
        model.updated_at = self._clock()
        after = to_callback(await self._callbacks.update(model))
        if before.enabled and not after.enabled:
            await self._deliveries.abandon(callback_id, model.updated_at)
        await self._record(actor, "callback.edit", after, before=before, after=after)
        return after

    async def delete(self, actor: Actor, callback_id: uuid.UUID, *, seen: datetime | None = None) -> None:
        """With its deliveries, at once and for good."""
        model = await self._own(actor, callback_id, lock=True)
        _require_seen(model, seen)
        before = to_callback(model)
        await self._callbacks.delete(callback_id)
        await self._record(actor, "callback.delete", before, before=before)

    async def rotate_secret(self, actor: Actor, callback_id: uuid.UUID) -> SecretShown:
        """The old secret goes on signing beside the new one for a while; one that is older still ends now."""
        await hold_keys(self._callbacks.session)
        model = await self._own(actor, callback_id, lock=True)
        now, secret = self._clock(), new_secret()
        model.sealed_previous_secret = self._seal.sealed(KeptSecret(model.sealed_secret, model.secret))
        model.previous_secret_until = now + self._rules.overlap
        model.sealed_secret, model.updated_at = self._seal.seal(secret), now
        model.secret = model.previous_secret = None
        after = to_callback(await self._callbacks.update(model))
        until = {"previous_secret_until": after.previous_secret_until}
        await self._record(actor, "callback.rotate_secret", after, after=until)
        return SecretShown(callback=after, secret=secret)

    async def test(self, actor: Actor, callback_id: uuid.UUID) -> Delivery:
        """Sends an event that says nothing, whatever the callback asks for."""
        model = await self._enabled(actor, callback_id)
        now = self._clock()
        delivery = await self._deliveries.add(
            DeliveryModel(
                callback_id=model.id,
                event_type=TEST,
                body=body_of_test(model.id, model.guild_id, now),
                state="pending",
                attempts=0,
                claims=0,
                next_attempt_at=now,
                created_at=now,
            )
        )
        await self._deliveries.ring()
        await self._record(actor, "callback.test", to_callback(model), after={"delivery_id": delivery.id})
        return to_delivery(delivery)

    async def deliveries(
        self, actor: Actor, callback_id: uuid.UUID, wanted: DeliveryFilter, paging: Paging
    ) -> Page[Delivery]:
        """Newest first."""
        await self._own(actor, callback_id)
        rows = await self._deliveries.page(callback_id, wanted, paging)
        items = tuple(to_delivery(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def delivery(self, actor: Actor, callback_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
        """Raises `NotFound` for a delivery of another callback."""
        await self._own(actor, callback_id)
        return to_delivery(await self._delivery(callback_id, delivery_id))

    async def redeliver(self, actor: Actor, callback_id: uuid.UUID, delivery_id: uuid.UUID) -> Delivery:
        """Sends again what has ended, under its old id, behind all that is pending."""
        callback = await self._enabled(actor, callback_id)
        before = to_delivery(await self._delivery(callback_id, delivery_id))
        queued = await self._deliveries.queue_again(delivery_id, self._clock())
        if queued is None:
            raise DeliveryPending(f"Delivery {delivery_id} has not ended: it is going to be sent anyway.")
        await self._deliveries.ring()
        await self._record(
            actor,
            "callback.redeliver",
            to_callback(callback),
            before={"delivery_id": delivery_id, "state": before.state},
        )
        return to_delivery(queued)

    async def _own(self, actor: Actor, callback_id: uuid.UUID, *, lock: bool = False) -> CallbackModel:
        """With `lock` for a change, until the transaction ends: of two who saw the same state, the second is told that
        it is stale."""
        model = await self._callbacks.get_one_or_none(id=callback_id, with_for_update=lock)
        if model is None or actor.role_in(model.guild_id) is Role.GUEST:
            raise NotFound(f"There is no callback {callback_id}.")
        actor.require(model.guild_id, Right.CALLBACKS_WRITE if lock else Right.CALLBACKS_READ)
        return model

    async def _enabled(self, actor: Actor, callback_id: uuid.UUID) -> CallbackModel:
        """Stays so until the transaction ends."""
        model = await self._own(actor, callback_id, lock=True)
        if not model.enabled:
            raise CallbackDisabled(f"Callback {callback_id} is disabled: nothing is sent to it.")
        return model

    async def _delivery(self, callback_id: uuid.UUID, delivery_id: uuid.UUID) -> DeliveryModel:
        model = await self._deliveries.get_one_or_none(id=delivery_id, callback_id=callback_id)
        if model is None:
            raise NotFound(f"Callback {callback_id} has no delivery {delivery_id}.")
        return model

    async def _record(
        self, actor: Actor, action: str, callback: Callback, *, before: object = None, after: object = None
    ) -> None:
        await self._audit.record(
            actor,
            action,
            ("callback", callback.id),
            guild_id=callback.guild_id,
            before=_audited(before),
            after=_audited(after),
        )


def _audited(side: object) -> object:
    """Whoever knows a receiver's path may often write to it: in the log stands only which receiver it is."""
    return replace(side, url=receiver_in(side.url)) if isinstance(side, Callback) else side


def _apply(model: CallbackModel, changes: CallbackChanges) -> None:
    for field in changes.__struct_fields__:
        value = getattr(changes, field)
        if value is not UNSET:
            setattr(model, field, list(dict.fromkeys(value)) if field == "events" else value)


def _require_seen(model: CallbackModel, seen: datetime | None) -> None:
    if seen is not None and model.updated_at != seen:
        raise Stale(
            "The callback has been changed since you read it: read it again.", code="precondition_failed"
        )
