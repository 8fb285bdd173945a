"""What Redis is to us: a queue of permits and a bell for each lane. Redis' own types are loose; they end here."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import msgspec
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from core.jobs.states import Lane

PERMIT = "permit"
AWAY = (RedisError, OSError)
"""What Redis' being away looks like."""

_QUIET_SECONDS = 30
_AGAIN_SECONDS = 1.0


def queue_of(lane: Lane) -> str:
    """The sorted set in which ARQ looks for messages."""
    return f"guildwright:{lane}"


def bell_of(lane: Lane) -> str:
    """The pub/sub channel that wakes the lane's workers."""
    return f"guildwright:{lane}:bell"


def encode(data: dict[str, Any]) -> bytes:
    """Instead of ARQ's default, which is pickle."""
    return msgspec.msgpack.encode(data)


def decode(data: bytes) -> dict[str, Any]:
    return msgspec.msgpack.decode(data)


def connect(redis_url: str) -> ArqRedis:
    """Connects at the first command, so that a Redis that is away stops nobody from starting."""
    options: dict[str, Any] = {
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": _QUIET_SECONDS,
    }
    pool = cast("ConnectionPool", cast("Any", ConnectionPool).from_url(redis_url, **options))
    return ArqRedis(pool_or_conn=pool, job_serializer=encode, job_deserializer=decode)


async def disconnect(redis: ArqRedis) -> None:
    """Closes the pool too, which redis-py leaves open when it was given one."""
    await cast("Any", redis).aclose(close_connection_pool=True)


class Script:
    """A Lua script that Redis runs as one; raises `AWAY`."""

    def __init__(self, redis: ArqRedis, text: str) -> None:
        self._script: Any = cast("Any", redis).register_script(text)

    async def __call__(self, keys: list[str], args: list[Any]) -> Any:
        return await self._script(keys=keys, args=args)


async def within(seconds: float, asking: "asyncio.Future[Any]") -> Any:
    """Not `asyncio.timeout`: redis-py can lose the cancellation, and would then be waited for as long as its socket
    may be silent. It is left to end by itself. Raises `TimeoutError`, and what the asking raises."""
    done, _ = await asyncio.wait({asking}, timeout=seconds)
    if not done:
        asking.cancel()
        asking.add_done_callback(_look_at)
        raise TimeoutError(f"no answer within {seconds:g} s")
    return asking.result()


def _look_at(asking: "asyncio.Future[Any]") -> None:
    if not asking.cancelled():
        asking.exception()  # or the loop would complain that nobody did


async def bells(redis: ArqRedis, lane: Lane) -> AsyncGenerator[None]:
    """Yields at every ring, and once at every new subscription, since rings before it may have been missed. Goes on
    when Redis was away."""
    while True:
        pubsub: Any = cast("Any", redis).pubsub()
        try:
            await pubsub.subscribe(bell_of(lane))
            yield
            while True:
                if await pubsub.get_message(ignore_subscribe_messages=True, timeout=_QUIET_SECONDS):
                    yield
        except AWAY:
            await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            await pubsub.aclose()
