"""Metrics for whoever shows an owner's token; `GUILDWRIGHT_METRICS_PORT` serves them without one."""

from typing import Any

from litestar import Controller, Request, Response, get

from api.deps import Asker
from api.guards import needs
from api.metrics import MEDIA_TYPE, PATH, exposition
from api.parts import parts_of
from core.rights import Right


class MetricsController(Controller):
    guards = (needs(Right.SYSTEM_READ),)

    @get(PATH)
    async def metrics(self, *, request: Request[Any, Any, Any], actor: Asker) -> Response[bytes]:
        """Not part of the API: neither versioned nor in its document."""
        actor.require_owner(Right.SYSTEM_READ)
        return Response(await exposition(parts_of(request.scope)), media_type=MEDIA_TYPE)
