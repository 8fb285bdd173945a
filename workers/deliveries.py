"""Sending what the outbox holds: claim, send, settle.

Each callback has a line, and only the head of a line is ever claimed; so what comes later waits until what came earlier
was delivered, or was given up. A claim is a lease that outlives the longest sending. A process that dies between
sending and recording leaves the lease to run out, and the delivery is sent again under the same `webhook-id`.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.callbacks.errors import DeliveryLost
from core.callbacks.schemas import CHANNEL, Attempt, DeliveryClaim
from core.config import Settings, asyncpg_dsn
from core.db import is_away
from core.listening import listen, within
from core.uow import Database
from workers.ending import end
from workers.resolving import Resolver
from workers.retry import MOST_DELIVERY_ATTEMPTS, delivery_backoff
from workers.sending import Sender

_LOOK_SECONDS = 60.0  # between two looks when nothing was heard; what is due earlier is waited for exactly
_SHORTEST_SECONDS = 0.1
_AWAY_SECONDS = 2.0
_MARGIN_SECONDS = 15.0  # by which a lease outlives the longest sending, to record it
log = logging.getLogger(__name__)


class Deliveries:
    """Several at once, in any processes, do no harm."""

    def __init__(
        self, database: Database, sender: Sender, *, dsn: str, slots: int, margin: float = _MARGIN_SECONDS
    ) -> None:
        self._database = database
        self._sender = sender
        self._dsn = dsn
        self._slots = slots
        self._lease = sender.timeout + margin
        self._bell = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; what is being sent then is given back."""
        listening = asyncio.create_task(
            listen(self._dsn, CHANNEL, lambda _: self._bell.set(), connected=self._bell.set)
        )
        try:
            while True:
                try:
                    await self._round()
                except Exception as error:
                    _tell("Looking for deliveries", error)
                    await asyncio.sleep(_AWAY_SECONDS)
        finally:
            await end(listening, *self._sending)

    async def _round(self) -> None:
        """Sends what is due, then sleeps until something is heard, a slot frees, or the next is due."""
        self._bell.clear()
        free = self._slots - len(self._sending)
        if free > 0:
            began = asyncio.get_running_loop().time()
            async with self._database.unit() as unit:
                claims = await unit.deliveries.claim(free, self._lease)
            for claim in claims:
                self._begin(claim, began + self._sender.timeout)
            free -= len(claims)
        await within(self._bell, await self._seconds_to_sleep() if free > 0 else _LOOK_SECONDS)

    async def _seconds_to_sleep(self) -> float:
        async with self._database.read() as unit:
            seconds = await unit.deliveries.seconds_to_next()
        return _LOOK_SECONDS if seconds is None else min(max(seconds, _SHORTEST_SECONDS), _LOOK_SECONDS)

    def _begin(self, claim: DeliveryClaim, deadline: float) -> None:
        task = asyncio.create_task(self._deliver(claim, deadline))
        self._sending.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._bell.set()

    async def _deliver(self, claim: DeliveryClaim, deadline: float) -> None:
        try:
            attempt = await self._attempt(claim, deadline)
            retry_in = delivery_backoff(claim.attempts, attempt.retry_after)
            async with self._database.unit() as unit:
                await unit.deliveries.settle(claim, attempt, retry_in=retry_in)
        except asyncio.CancelledError:
            await self._give_back(claim)
            raise
        except DeliveryLost as error:
            log.info("%s", error.message)
        except Exception as error:
            _tell(f"Delivery {claim.delivery_id}", error)

    async def _attempt(self, claim: DeliveryClaim, deadline: float) -> Attempt:
        if claim.attempts > MOST_DELIVERY_ATTEMPTS:
            return Attempt(error="Every attempt was cut off before its outcome was known.")
        if not claim.secrets:
            return Attempt(
                error="Its secret was sealed with a key that is gone: make a new one (rotate-secret)."
            )
        return await self._sender.send(claim, deadline)

    async def _give_back(self, claim: DeliveryClaim) -> None:
        try:
            async with self._database.unit() as unit:
                await unit.deliveries.give_back(claim)
        except Exception as error:
            _tell(f"Giving back delivery {claim.delivery_id}", error)


def _tell(what: str, error: Exception) -> None:
    if is_away(error):
        log.warning("%s: PostgreSQL is away (%s).", what, error)
    else:
        log.error("%s ended in an error of ours", what, exc_info=error)


@asynccontextmanager
async def delivering(settings: Settings, database: Database) -> AsyncGenerator[None]:
    """For as long as the block lasts."""
    resolver = Resolver(settings.callback_slots)
    sender = Sender(database.callback_rules.allowance, resolver, timeout=settings.callback_timeout_seconds)
    deliveries = Deliveries(
        database, sender, dsn=asyncpg_dsn(settings.database_url or ""), slots=settings.callback_slots
    )
    task = asyncio.create_task(deliveries.run())
    try:
        yield
    finally:
        await end(task)
        await sender.close()
        resolver.close()
