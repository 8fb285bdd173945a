"""A guild's schedules: making them, and what they would be."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.errors import InvalidParameter
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
    ScheduleState,
)
from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right
from core.schedules.reading import SHOWN_AHEAD
from core.schedules.schemas import ScheduleFilter

_ME = "me"
_NOBODY = UUID(int=0)
InState = Annotated[
    ScheduleState | None, QueryParameter(name="state", description="Schedules in this state.")
]
Kind = Annotated[
    str | None, QueryParameter(max_length=100, description="That ask for this, e.g. message.send.")
]
OwnedBy = Annotated[
    str | None, QueryParameter(max_length=36, description="Of this account, by its id; `me` is whoever asks.")
]
Named = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=100, description="Whose name begins like this, however it is capitalised."
    ),
]


class GuildScheduleController(Controller):
    path = "/guilds/{guild_id:str}/schedules"
    tags = ("schedules",)

    @get(
        "/", guards=[needs(Right.SCHEDULES_READ)], **operation("listSchedules", refuses=(NotFound, Forbidden))
    )
    async def schedules(
        self,
        *,
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        in_state: InState = None,
        kind: Kind = None,
        owner: OwnedBy = None,
        name: Named = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> SchedulePage:
        """A guild's schedules, newest first."""
        wanted = ScheduleFilter(state=in_state, kind=kind, owner=_account(actor, owner), name=name)
        page = await unit.schedules.list(actor, guild_id, paging_of(limit, cursor), wanted)
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


def _account(actor: Actor, owner: str | None) -> UUID | None:
    """Raises `InvalidParameter`."""
    if owner is None:
        return None
    if owner == _ME:
        return actor.account_id or _NOBODY
    try:
        return UUID(owner)
    except ValueError:
        raise InvalidParameter("owner", "Say an account's id, or `me`.", code="format") from None
