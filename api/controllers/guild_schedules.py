"""A guild's schedules: making them, and what they would be."""

from typing import Any

from litestar import Controller, Request, Response, get, post

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import schedule_at
from api.operations import operation
from api.params import Cursor, GuildId, HowMany, Limit, paging_of
from api.schemas.schedule_views import detail_of, draft_of, preview_of, schedule_of, timing_of
from api.schemas.schedules import (
    CreateSchedule,
    PreviewSchedule,
    ScheduleDetail,
    SchedulePage,
    SchedulePreview,
)
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right
from core.schedules.reading import SHOWN_AHEAD


class GuildScheduleController(Controller):
    path = "/guilds/{guild_id:str}/schedules"
    tags = ("schedules",)

    @get(
        "/", guards=[needs(Right.SCHEDULES_READ)], **operation("listSchedules", refuses=(NotFound, Forbidden))
    )
    async def schedules(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, limit: Limit = 50, cursor: Cursor = None
    ) -> SchedulePage:
        """A guild's schedules, newest first."""
        page = await unit.schedules.list(actor, guild_id, paging_of(limit, cursor))
        return SchedulePage(items=tuple(map(schedule_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/",
        guards=[needs(Right.SCHEDULES_WRITE)],
        **operation(
            "createSchedule", body=CreateSchedule, refuses=(NotFound, Forbidden, Conflict), once=True
        ),
    )
    async def create(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[ScheduleDetail]:
        """Have something asked for again and again, or later.

        You own it: each run is asked for with the rights that you have then, and a program's with the scopes of its
        token, which need that of the payload's kind beside this one. It is tried before it is kept: what would be
        refused now is refused here.
        """
        draft = draft_of(await body_of(request, CreateSchedule))

        async def make() -> Answer[ScheduleDetail]:
            made = await unit.schedules.create(actor, guild_id, draft)
            return created(detail_of(made, unit.schedules.ahead(made, SHOWN_AHEAD)), schedule_at(made.id))

        return await once(make)

    @post(
        "/preview",
        guards=[needs(Right.SCHEDULES_READ)],
        **operation(
            "previewNewSchedule",
            body=PreviewSchedule,
            statuses=(200,),
            refuses=(NotFound, Forbidden),
            once=True,
        ),
    )
    async def preview(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        once: Once,
        guild_id: GuildId,
        n: HowMany = SHOWN_AHEAD,
    ) -> Response[SchedulePreview]:
        """When it would run, in words and as moments; no schedule is made."""
        timing = timing_of(await body_of(request, PreviewSchedule))

        async def look() -> Answer[SchedulePreview]:
            ahead = await unit.schedules.preview(actor, guild_id, timing, n)
            return Answer(200, preview_of(timing, ahead))

        return await once(look)
