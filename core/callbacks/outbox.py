"""The outbox: what callbacks are to be told is written with the event itself."""

import uuid
from collections.abc import Sequence

from core.callbacks.events import body_of, body_of_guild
from core.callbacks.models import DeliveryModel
from core.callbacks.repository import WANTING, DeliveryRepository
from core.clock import Clock
from core.jobs.schemas import GuildEvent, JobEvent


class CallbackOutbox:
    """Implements `core.jobs.outbox.Outbox`."""

    def __init__(self, deliveries: DeliveryRepository, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    @property
    def wanting(self) -> str:
        """Asked with the event itself: most guilds have no callback, and then it costs no round trip."""
        return WANTING

    async def put(self, event: JobEvent, *, kind: str, guild_id: str, callbacks: Sequence[uuid.UUID]) -> None:
        body = body_of(event, kind=kind, guild_id=guild_id)
        await self._put(callbacks, body, event.type, job_id=event.job_id, sequence=event.sequence)

    async def put_guild(self, event: GuildEvent, *, callbacks: Sequence[uuid.UUID]) -> None:
        await self._put(callbacks, body_of_guild(event), event.type)

    async def _put(
        self,
        callbacks: Sequence[uuid.UUID],
        body: str,
        type_: str,
        *,
        job_id: uuid.UUID | None = None,
        sequence: int | None = None,
    ) -> None:
        now = self._clock()
        await self._deliveries.add_many(
            [
                DeliveryModel(
                    callback_id=callback_id,
                    event_type=type_,
                    job_id=job_id,
                    sequence=sequence,
                    body=body,
                    state="pending",
                    attempts=0,
                    claims=0,
                    next_attempt_at=now,
                    created_at=now,
                )
                for callback_id in callbacks
            ]
        )
        await self._deliveries.ring()
