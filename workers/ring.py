"""The only place that puts anything on Redis: a message is a permit to claim, never the job itself.

One script stores ARQ's body, queues its id and publishes, so a message is never half there. Expiry is minutes: a
permit that nobody popped by then is worth nothing, because workers look for themselves.
"""

import asyncio
import logging
import time

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job

from core.jobs.ring import Rung
from workers.wire import AWAY, PERMIT, Script, bell_of, encode, queue_of, within

_BUDGET_SECONDS = 0.5  # whoever asked waits for it, and a worker finds the job by itself anyway
_EXPIRY_MS = 5 * 60 * 1000
_ENQUEUE = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
return redis.call('PUBLISH', KEYS[3], ARGV[4])
"""
log = logging.getLogger(__name__)


class RedisRing:
    """Implements `core.jobs.ring.Ring`: a Redis that is away costs a log line, not a request."""

    def __init__(self, redis: ArqRedis) -> None:
        self._enqueue = Script(redis, _ENQUEUE)

    async def __call__(self, rung: Rung) -> None:
        now = int(time.time() * 1000)
        id_ = f"{rung.job_id}:{rung.dispatch}"
        body = serialize_job(PERMIT, (), {}, None, now, serializer=encode)
        keys = [job_key_prefix + id_, queue_of(rung.lane), bell_of(rung.lane)]
        ringing = asyncio.ensure_future(self._enqueue(keys, [body, _EXPIRY_MS, now, id_]))
        try:
            await within(_BUDGET_SECONDS, ringing)
        except Exception as error:
            # Whatever it is, what was asked for is committed.
            log.warning(
                "Could not ring for job %s (%s); a worker will find it by itself.",
                rung.job_id,
                error or type(error).__name__,
                exc_info=None if isinstance(error, AWAY) else error,
            )
