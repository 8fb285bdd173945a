"""How many callbacks and deliveries there are, for whoever watches the installation."""

from datetime import timedelta

import msgspec
from sqlalchemy import func, select

from core.callbacks.models import CallbackModel, DeliveryModel
from core.clock import Clock
from core.db import Repository, first_id_of


class CallbackTally(msgspec.Struct, frozen=True, kw_only=True):
    """`ended` says by state how those deliveries ended that were written lately."""

    enabled: int
    disabled: int
    pending: int
    ended: dict[str, int]


class CallbackTallyRepository(Repository[CallbackModel]):
    model_type = CallbackModel

    async def by_enabled(self) -> dict[bool, int]:
        rows = await self.session.execute(
            select(CallbackModel.enabled, func.count()).group_by(CallbackModel.enabled)
        )
        return {row[0]: row[1] for row in rows.all()}


class DeliveryTallyRepository(Repository[DeliveryModel]):
    model_type = DeliveryModel

    async def pending(self) -> int:
        count = select(func.count()).select_from(DeliveryModel).where(DeliveryModel.state == "pending")
        return await self.session.scalar(count) or 0

    async def by_state(self, time: timedelta, clock: Clock) -> dict[str, int]:
        rows = await self.session.execute(
            select(DeliveryModel.state, func.count())
            .where(DeliveryModel.id >= first_id_of(clock() - time))
            .group_by(DeliveryModel.state)
        )
        return {row[0]: row[1] for row in rows.all()}


class CallbackTallyService:
    def __init__(
        self, callbacks: CallbackTallyRepository, deliveries: DeliveryTallyRepository, clock: Clock
    ) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries
        self._clock = clock

    async def within(self, time: timedelta) -> CallbackTally:
        """`time` is how long ago an ended delivery was written at most."""
        enabled = await self._callbacks.by_enabled()
        states = await self._deliveries.by_state(time, self._clock)
        return CallbackTally(
            enabled=enabled.get(True, 0),
            disabled=enabled.get(False, 0),
            pending=await self._deliveries.pending(),
            ended={state: states.get(state, 0) for state in ("delivered", "failed", "abandoned")},
        )
