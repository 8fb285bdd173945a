"""The installation as its owner sees it."""

import msgspec
from litestar import Controller, get

from api.deps import Asker, Unit
from api.guards import signed_in
from api.operations import operation
from api.schemas.system import Process, Status
from core.errors import Forbidden


class SystemController(Controller):
    path = "/system"
    tags = ("system",)
    guards = (signed_in,)

    @get("/status", **operation("getSystemStatus", refuses=(Forbidden,)))
    async def status(self, *, actor: Asker, unit: Unit) -> Status:
        """Which of our processes are alive, what they say of themselves, and how much there is to do."""
        actor.require_owner()
        processes = await unit.processes.alive()
        lanes = ("bot", "background")
        return Status(
            processes=tuple(msgspec.convert(msgspec.to_builtins(process), Process) for process in processes),
            jobs_claimable={lane: await unit.jobs.count_claimable(lane) for lane in lanes},
        )
