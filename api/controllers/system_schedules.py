"""What the installation does of itself again and again, for its owner."""

from litestar import Controller, get

from api.deps import Asker, Unit
from api.guards import needs
from api.operations import operation
from api.params import Cursor, Limit, paging_of
from api.schemas.schedule_views import schedule_of
from api.schemas.schedules import SchedulePage
from core.errors import Forbidden
from core.rights import Right


class SystemScheduleController(Controller):
    path = "/system/schedules"
    tags = ("system",)

    @get("/", guards=[needs(Right.SYSTEM_READ)], **operation("listSystemSchedules", refuses=(Forbidden,)))
    async def schedules(
        self, *, actor: Asker, unit: Unit, limit: Limit = 50, cursor: Cursor = None
    ) -> SchedulePage:
        """The installation's own schedules: housekeeping.

        They are of no guild, and came at the first start. `/schedules/{schedule_id}` shows, changes, pauses, resumes
        and runs them like any other, with `system:read` or `system:write` beside the scope that it names; what they do
        cannot be changed, and they are not deleted.
        """
        page = await unit.schedules.list_installation(actor, paging_of(limit, cursor))
        return SchedulePage(items=tuple(map(schedule_of, page.items)), next_cursor=page.next_cursor)
