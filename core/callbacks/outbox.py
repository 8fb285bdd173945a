"""The outbox: what callbacks are to be told is written with the event itself."""

from core.callbacks.events import body_of
from core.callbacks.models import DeliveryModel
from core.callbacks.repository import CallbackRepository, DeliveryRepository
from core.clock import Clock
from core.jobs.schemas import JobEvent


class CallbackOutbox:
    """Implements `core.jobs.outbox.Outbox`."""

    def __init__(self, callbacks: CallbackRepository, deliveries: DeliveryRepository, clock: Clock) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries
        self._clock = clock

    async def put(self, event: JobEvent, *, kind: str, guild_id: str) -> None:
        """Most guilds have no callback that asks for the event: then one look is all it costs."""
        wanting = await self._callbacks.wanting(guild_id, event.type)
        if not wanting:
            return
        body, now = body_of(event, kind=kind, guild_id=guild_id), self._clock()
        await self._deliveries.add_many(
            [
                DeliveryModel(
                    callback_id=callback_id,
                    event_type=event.type,
                    job_id=event.job_id,
                    sequence=event.sequence,
                    body=body,
                    state="pending",
                    attempts=0,
                    claims=0,
                    next_attempt_at=now,
                    created_at=now,
                )
                for callback_id in wanting
            ]
        )
        await self._deliveries.ring()
