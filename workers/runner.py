"""The only ARQ worker: messages are permits, popped as they are read, and it sleeps until somebody rings.

ARQ's own loop polls every half second and keeps its own books of what is in progress; the ledger keeps better ones.
So the poll is replaced: wait for the bell, for a slot that frees, for the next due time, or for the next look into the
ledger; read and remove as many permits as there are free slots in one script; call ARQ's function for each. ARQ's
`run_job` would ask Redis twice more for each, to keep books, and hold a slot while a Redis that hangs does not answer.
"""

import asyncio
import contextlib
import logging
from datetime import datetime
from functools import partial
from typing import Any

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import deserialize_job_raw
from arq.worker import Worker, func
from sqlalchemy.exc import SQLAlchemyError

from core.jobs.ring import CHANNEL, PASSING
from core.listening import listen
from core.supervision import keep_going
from core.uow import Database
from workers.ending import end
from workers.running import Running
from workers.wire import AWAY, PERMIT, Script, bells, decode, encode, queue_of

LOOK_SECONDS = 2.0
UNHURRIED_LOOK_SECONDS = 10.0
_LOOKS_APART_SECONDS = 0.5
_BUDGET_SECONDS = 0.5  # for one pop: a Redis that hangs must not keep the worker from looking
_TRIES = 5
_NEVER = 10**9
_POP = """
local permits = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '+inf', 'LIMIT', 0, ARGV[1])) do
    local body = redis.call('GET', ARGV[2] .. id)
    redis.call('ZREM', KEYS[1], id)
    redis.call('DEL', ARGV[2] .. id)
    if body then table.insert(permits, {id, body}) end
end
return permits
"""
log = logging.getLogger(__name__)


async def permit(ctx: dict[str, Any]) -> None:
    """The one ARQ function: leave to claim until nothing is claimable."""
    running: Running = ctx["running"]
    await running.run_until_none()


class PermitWorker(Worker):
    """Runs in the loop of its process and leaves signals to it.

    With a `dsn` it also hears what PostgreSQL notifies of: then a ring that Redis lost is found soon, and with nothing
    to do it looks only now and then, or as seldom as `unhurried` says. That is enough where there is no Redis at all.
    """

    def __init__(
        self,
        redis: ArqRedis | None,
        running: Running,
        database: Database,
        *,
        slots: int,
        dsn: str | None = None,
        unhurried: float | None = None,
    ) -> None:
        super().__init__(
            functions=[func(permit, name=PERMIT, keep_result=0, max_tries=1)],
            queue_name=queue_of(running.lane),
            redis_pool=redis,
            max_jobs=slots,
            job_timeout=_NEVER,
            keep_result=0,
            handle_signals=False,
            retry_jobs=False,
            log_results=False,
            ctx={"running": running},
            job_serializer=encode,
            job_deserializer=decode,
        )
        self._running = running
        self._database = database
        self._pop = None if redis is None else Script(redis, _POP)
        self._bell = asyncio.Event()
        self._own: set[asyncio.Task[int]] = set()
        self._dsn = dsn
        self._unhurried = unhurried
        self._look_seconds = LOOK_SECONDS
        self._last_look = self._next_look = 0.0
        self._hinted: asyncio.TimerHandle | None = None

    async def main(self) -> None:
        """Instead of ARQ's: starts without asking Redis anything, and ends when the worker drains. Raises what keeps
        it from working again and again: better that the process ends than that it lives and works at nothing."""
        ears: list[asyncio.Task[None]] = []
        if self._pop is not None:
            ears.append(asyncio.create_task(keep_going("Listening for the bell", self._listen)))
        if self._dsn is not None:
            hear = partial(listen, self._dsn, CHANNEL, self._heard, connected=self._hears_postgres)
            ears.append(asyncio.create_task(keep_going("Listening to PostgreSQL", hear)))
        try:
            await keep_going("The worker", self._work, tries=_TRIES)
        finally:
            if self._hinted is not None:
                self._hinted.cancel()
            await end(*ears)

    def wake(self) -> None:
        """Looks for work now: for when the lane has just opened."""
        self._next_look = 0.0
        self._bell.set()

    async def stop(self) -> None:
        """Drains: running jobs end or are handed back after their present step; returns when all are."""
        self._running.drain()
        self._bell.set()
        await asyncio.gather(*self.tasks.values(), *self._own, return_exceptions=True)

    async def _work(self) -> None:
        self._bell.set()
        while not self._running.is_draining:
            await self._poll_iteration()

    async def _poll_iteration(self) -> None:
        await self._woken()
        self._reap()
        if self._free and self._running.claims_now:
            await self._take_permits()
        if self._is_time_to_look():
            await self._look()

    @property
    def _free(self) -> int:
        return self.max_jobs - self.job_counter

    async def _woken(self) -> None:
        left = self._next_look - self.loop.time()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), max(0.0, min(left, self._look_seconds)))
        self._bell.clear()

    async def _take_permits(self) -> None:
        if self._pop is None:
            return
        try:
            async with asyncio.timeout(_BUDGET_SECONDS):
                permits: list[tuple[bytes, bytes]] = await self._pop(
                    [self.queue_name], [self._free, job_key_prefix]
                )
        except AWAY as error:
            log.warning("Redis is away (%s); looking into the ledger instead.", error)
            return
        for id_, body in permits:
            self._occupy_slot(self.loop.create_task(self._call(body)), id_.decode())

    async def _call(self, body: bytes) -> None:
        """ARQ's function, as the message says."""
        name, arguments, options, *_ = deserialize_job_raw(body, deserializer=decode)
        await self.functions[name].coroutine(self.ctx, *arguments, **options)

    def _is_time_to_look(self) -> bool:
        return self.loop.time() >= self._next_look

    async def _look(self) -> None:
        """Claimable jobs without a message (lost ring, lapsed lease, due time) get permits of the worker's own."""
        self._last_look = self.loop.time()
        self._next_look = self._last_look + self._look_seconds
        if not self._free or not self._running.claims_now:
            return
        try:
            async with self._database.read() as unit:
                claimable, due = await unit.ledger.outlook(self._running.lane, self._running.terms)
        except (SQLAlchemyError, OSError) as error:
            log.warning("PostgreSQL is away (%s).", error)
            return
        for _ in range(min(claimable, self._free)):
            self._occupy_slot(self.loop.create_task(self._running.run_until_none()), None)
        if due is not None:
            self._look_at(due)

    def _look_at(self, due: datetime) -> None:
        seconds = (due - self._database.clock()).total_seconds()
        self._next_look = min(self._next_look, self.loop.time() + max(seconds, 0.05))

    def _occupy_slot(self, task: "asyncio.Task[Any]", id_: str | None) -> None:
        self.job_counter += 1
        task.add_done_callback(self._free_slot)
        if id_ is None:
            self._own.add(task)
        else:
            self.tasks[id_] = task

    def _free_slot(self, task: "asyncio.Task[Any]") -> None:
        self.job_counter -= 1
        if task in self._own:
            self._own.discard(task)
            _tell(task, "a look of its own")
        self._bell.set()

    def _reap(self) -> None:
        for id_, task in list(self.tasks.items()):
            if task.done():
                del self.tasks[id_]
                _tell(task, id_)

    def _hears_postgres(self) -> None:
        self._look_seconds = self._unhurried or UNHURRIED_LOOK_SECONDS
        self.wake()

    def _heard(self, payload: str) -> None:
        """The bell comes first; what it did not tell of, for Redis forgot or is away, is looked for a moment later."""
        if self._hinted is None and payload.partition(" ")[0] not in PASSING:
            wait = max(self._last_look - self.loop.time(), 0.0) + _LOOKS_APART_SECONDS
            self._hinted = self.loop.call_later(wait, self._look_soon)

    def _look_soon(self) -> None:
        self._hinted = None
        self.wake()

    async def _listen(self) -> None:
        async for _ in bells(self.pool, self._running.lane):
            self._bell.set()


def _tell(task: "asyncio.Task[Any]", permit_id: str) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("Permit %s ended with %s: %s", permit_id, type(error).__name__, error)
