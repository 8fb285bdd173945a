"""The installation as its owner sees it."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post

from api.answers import Answer
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.operations import operation
from api.schemas.system import CreatePause, LaneDepth, LastError, Pause, Status, process_of
from core.errors import Conflict, Forbidden
from core.jobs import pauses, schemas
from core.rights import Right
from core.uow import UnitOfWork


class SystemController(Controller):
    path = "/system"
    tags = ("system",)

    @get("/status", guards=[needs(Right.SYSTEM_READ)], **operation("getSystemStatus", refuses=(Forbidden,)))
    async def status(self, *, actor: Asker, unit: Unit) -> Status:
        """Which of our processes are alive and what they say of themselves, how much there is to do, and what last
        went wrong."""
        actor.require_owner(Right.SYSTEM_READ)
        return await _status(unit)

    @post(
        "/pause",
        guards=[needs(Right.SYSTEM_WRITE)],
        **operation(
            "pauseSystem",
            body=CreatePause,
            body_required=False,
            statuses=(200,),
            refuses=(Forbidden, Conflict),
            once=True,
        ),
    )
    async def pause(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once
    ) -> Response[Status]:
        """Begin no job until somebody resumes. What is asked for meanwhile is kept."""
        wanted = await body_of(request, CreatePause, default=CreatePause())

        async def do() -> Answer[Status]:
            await unit.pauses.pause(actor, wanted.reason)
            return Answer(200, await _status(unit))

        return await once(do)

    @post(
        "/resume",
        guards=[needs(Right.SYSTEM_WRITE)],
        **operation("resumeSystem", statuses=(200,), refuses=(Forbidden, Conflict), once=True),
    )
    async def resume(self, *, actor: Asker, unit: Unit, once: Once) -> Response[Status]:
        """Go on after a pause."""

        async def do() -> Answer[Status]:
            await unit.pauses.resume(actor)
            return Answer(200, await _status(unit))

        return await once(do)


async def _status(unit: UnitOfWork) -> Status:
    processes = await unit.processes.alive()
    return Status(
        processes=tuple(map(process_of, processes)),
        lanes=tuple(
            msgspec.convert(msgspec.to_builtins(depth), LaneDepth) for depth in await unit.jobs.depths()
        ),
        last_error=_error_of(await unit.jobs.last_error()),
        paused=_pause_of(await unit.pauses.current()),
    )


def _error_of(last: schemas.LastError | None) -> LastError | None:
    if last is None:
        return None
    return LastError(
        job_id=last.job_id, kind=last.kind, at=last.at, code=last.error.code, message=last.error.message
    )


def _pause_of(pause: pauses.Pause | None) -> Pause | None:
    return None if pause is None else Pause(since=pause.since, by=pause.by, reason=pause.reason)
