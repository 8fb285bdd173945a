"""The only place that puts anything on Redis: a message is a permit to claim, never the job itself.

One script stores ARQ's bodies, queues their ids and publishes, so a message is never half there. Expiry is minutes: a
permit that nobody popped by then is worth nothing, because workers look for themselves.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job

from core.jobs.ring import Rung
from core.jobs.states import Lane
from workers.wire import AWAY, PERMIT, Script, bell_of, encode, queue_of, within

_BUDGET_SECONDS = 0.5  # whoever asked waits for it, and a worker finds the job by itself anyway
_EXPIRY_MS = 5 * 60 * 1000
_ENQUEUE = """
for i = 3, #KEYS do
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
    redis.call('ZADD', KEYS[1], ARGV[3], ARGV[i + 1])
end
return redis.call('PUBLISH', KEYS[2], ARGV[4])
"""
log = logging.getLogger(__name__)


class RedisRing:
    """Implements `core.jobs.ring.Ring`: a Redis that is away costs a log line, not a request."""

    def __init__(self, redis: ArqRedis) -> None:
        self._enqueue = Script(redis, _ENQUEUE)

    async def __call__(self, *rungs: Rung) -> None:
        lanes: set[Lane] = {rung.lane for rung in rungs}
        for lane in lanes:
            await self._ring(lane, [rung for rung in rungs if rung.lane == lane])

    async def _ring(self, lane: Lane, rungs: Sequence[Rung]) -> None:
        now = int(time.time() * 1000)
        ids = [f"{rung.job_id}:{rung.dispatch}" for rung in rungs]
        body = serialize_job(PERMIT, (), {}, None, now, serializer=encode)  # says nothing of the job
        keys = [queue_of(lane), bell_of(lane), *(job_key_prefix + id_ for id_ in ids)]
        ringing = asyncio.ensure_future(self._enqueue(keys, [body, _EXPIRY_MS, now, *ids]))
        try:
            await within(_BUDGET_SECONDS, ringing)
        except Exception as error:
            # Whatever it is, what was asked for is committed.
            log.warning(
                "Could not ring for %s (%s); a worker will find that by itself.",
                f"job {rungs[0].job_id}" if len(rungs) == 1 else f"{len(rungs)} jobs",
                error or type(error).__name__,
                exc_info=None if isinstance(error, AWAY) else error,
            )
