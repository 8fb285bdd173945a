"""Whether this process lives, and whether it can work."""

import asyncio
from typing import Any

from litestar import Controller, Request, Response, get
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.guards import anyone
from api.operations import operation
from api.parts import Parts, parts_of
from api.schemas.system import Live, PartState, Readiness
from api.security import OPEN_TO_ALL

_PATIENCE_SECONDS = 3.0


class HealthController(Controller):
    path = "/health"
    tags = ("health",)
    guards = (anyone,)
    opt = OPEN_TO_ALL

    @get("/live", **operation("getLiveness"))
    async def live(self) -> Live:
        """Whether the process answers."""
        return Live()

    @get("/ready", **operation("getReadiness", statuses=(200, 503)))
    async def ready(self, *, request: Request[Any, Any, Any]) -> Response[Readiness]:
        """Whether requests can be served: 503 while PostgreSQL is away.

        Without Redis workers hear of jobs from PostgreSQL, half a second later; without the bot jobs wait for it. Both
        are `degraded`, answered with 200.
        """
        database, bot, redis = await _looked_at(parts_of(request.scope))
        parts: dict[str, PartState] = {"database": database, "redis": redis, "bot": bot}
        if database == "down":
            return Response(Readiness(status="unavailable", parts=parts), status_code=503)
        status = "degraded" if "down" in parts.values() else "ready"
        return Response(Readiness(status=status, parts=parts))


async def _looked_at(parts: Parts) -> tuple[PartState, PartState, PartState]:
    (database, bot), redis = await asyncio.gather(_database_and_bot(parts), _redis(parts))
    return database, bot, redis


async def _database_and_bot(parts: Parts) -> tuple[PartState, PartState]:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), parts.database.read() as unit:
            return "up", "up" if await unit.processes.is_bot_alive() else "down"
    except (SQLAlchemyError, OSError):
        return "down", "down"


async def _redis(parts: Parts) -> PartState:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await parts.ping_redis()
    except (RedisError, OSError):
        return "down"
    return "up"
