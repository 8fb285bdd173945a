"""One schedule: looking at it, changing it, and what became of its runs."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import QueryParameter

from api.answers import Answer, accepted
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.etags import etag_of, seen_in
from api.guards import needs
from api.locations import job_at, schedule_at
from api.media import MERGE_PATCH
from api.operations import operation
from api.params import Cursor, HowMany, Limit, ScheduleId, paging_of
from api.schemas.schedule_views import changes_of, detail_of, preview_of, run_of
from api.schemas.schedules import (
    EditSchedule,
    PauseSchedule,
    RunPage,
    RunState,
    ScheduleDetail,
    SchedulePreview,
    ScheduleRun,
)
from core.errors import Conflict, Forbidden, NotFound, Stale
from core.rights import Right
from core.schedules import schemas as core
from core.schedules.reading import SHOWN_AHEAD
from core.uow import UnitOfWork

InState = Annotated[RunState | None, QueryParameter(name="state", description="Runs in this state.")]


class ScheduleController(Controller):
    path = "/schedules/{schedule_id:uuid}"
    tags = ("schedules",)

    @get(
        "/",
        guards=[needs(Right.SCHEDULES_READ)],
        **operation("getSchedule", refuses=(NotFound, Forbidden), tagged=True),
    )
    async def schedule(
        self, *, actor: Asker, unit: Unit, schedule_id: ScheduleId
    ) -> Response[ScheduleDetail]:
        """One schedule with its next runs."""
        return _tagged(unit, await unit.schedules.get(actor, schedule_id))

    @patch(
        "/",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation(
            "editSchedule",
            body=EditSchedule,
            takes=MERGE_PATCH,
            refuses=(NotFound, Forbidden, Conflict, Stale),
            conditional=True,
            tagged=True,
        ),
    )
    async def edit(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, schedule_id: ScheduleId
    ) -> Response[ScheduleDetail]:
        """Change what is said: absent stays, null clears (RFC 7396); payload and trigger are replaced as wholes.

        Your own, or anybody's as an administrator. Whoever changes more than the name of somebody else's owns it from
        then on: it goes on with their rights. A credential that changes more than the name needs the scopes that asking
        for the same by hand would. One that has ended is active again where it gets other times; a run that waits for
        its jitter is kept where they name its moment as well.
        """
        changes = changes_of(await body_of(request, EditSchedule, media=MERGE_PATCH))
        seen = seen_in(request.headers.get("if-match"))
        return _tagged(unit, await unit.schedules.edit(actor, schedule_id, changes, seen=seen))

    @delete(
        "/",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation("deleteSchedule", refuses=(NotFound, Forbidden, Stale), conditional=True),
    )
    async def delete(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, schedule_id: ScheduleId
    ) -> None:
        """Delete a schedule with its history. A job of its that is open goes on."""
        seen = seen_in(request.headers.get("if-match"))
        await unit.schedules.delete(actor, schedule_id, seen=seen)

    @post(
        "/pause",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation(
            "pauseSchedule",
            body=PauseSchedule,
            body_required=False,
            statuses=(200,),
            refuses=(NotFound, Forbidden, Conflict),
            once=True,
        ),
    )
    async def pause(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        schedule_id: ScheduleId,
    ) -> Response[ScheduleDetail]:
        """Have it ask for nothing until it is resumed. A job of its that is open goes on; runs that wait are
        skipped."""
        wanted = await body_of(request, PauseSchedule, default=PauseSchedule())

        async def ask() -> Answer[ScheduleDetail]:
            return Answer(200, _shown(unit, await unit.schedules.pause(actor, schedule_id, wanted.reason)))

        return await once(ask)

    @post(
        "/resume",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation("resumeSchedule", statuses=(200,), refuses=(NotFound, Forbidden, Conflict), once=True),
    )
    async def resume(
        self, *, actor: Asker, unit: Unit, once: Once, schedule_id: ScheduleId
    ) -> Response[ScheduleDetail]:
        """Go on from now. What it would have done meanwhile is not made up for.

        The credential needs the scopes that asking for the same by hand would.
        """

        async def ask() -> Answer[ScheduleDetail]:
            return Answer(200, _shown(unit, await unit.schedules.resume(actor, schedule_id)))

        return await once(ask)

    @post(
        "/run",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation("runSchedule", statuses=(202,), refuses=(NotFound, Forbidden, Conflict), once=True),
    )
    async def run(
        self, *, actor: Asker, unit: Unit, once: Once, schedule_id: ScheduleId
    ) -> Response[ScheduleRun]:
        """Ask for it now, beside its times, with its owner's rights.

        The credential needs the scopes that asking for the same by hand would.

        `Location` is the job's. Where it waits for an earlier run to end, or there is nothing to do, it has no job
        yet, and `Location` is the schedule's.
        """

        async def ask() -> Answer[ScheduleRun]:
            run = await unit.schedules.run_now(actor, schedule_id)
            where = schedule_at(schedule_id) if run.job_id is None else job_at(run.job_id)
            return accepted(run_of(run), where)

        return await once(ask)

    @get(
        "/runs",
        guards=[needs(Right.SCHEDULES_READ)],
        **operation("listScheduleRuns", refuses=(NotFound, Forbidden)),
    )
    async def runs(
        self,
        *,
        actor: Asker,
        unit: Unit,
        schedule_id: ScheduleId,
        in_state: InState = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> RunPage:
        """Its runs with their jobs, newest first."""
        page = await unit.schedules.runs(actor, schedule_id, paging_of(limit, cursor), in_state)
        return RunPage(items=tuple(map(run_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/preview",
        guards=[needs(Right.SCHEDULES_READ)],
        **operation("previewSchedule", refuses=(NotFound, Forbidden)),
    )
    async def preview(
        self, *, actor: Asker, unit: Unit, schedule_id: ScheduleId, n: HowMany = SHOWN_AHEAD
    ) -> SchedulePreview:
        """Its next runs, as if it were active; none where it has ended."""
        schedule = await unit.schedules.get(actor, schedule_id)
        return preview_of(schedule.timing, unit.schedules.ahead(schedule, n))


def _shown(unit: UnitOfWork, schedule: core.Schedule) -> ScheduleDetail:
    return detail_of(schedule, unit.schedules.ahead(schedule, SHOWN_AHEAD))


def _tagged(unit: UnitOfWork, schedule: core.Schedule) -> Response[ScheduleDetail]:
    return Response(_shown(unit, schedule), headers={"ETag": etag_of(schedule.updated_at)})
