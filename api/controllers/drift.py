"""How a guild differs from its active version, and taking that over."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import QueryParameter

from api.answers import Answer, created
from api.bodies import body_of
from api.deps import Asker, Once, Unit
from api.guards import needs
from api.locations import version_at
from api.operations import operation
from api.params import Cursor, GuildId, Limit, paging_of
from api.schemas.drift import CaptureDrift, DriftPage, DriftState, drift_item_of
from api.schemas.templates import Version, version_of
from core.drift.schemas import DriftFilter
from core.errors import Forbidden, NotFound
from core.rights import Right

State = Annotated[DriftState, QueryParameter(name="state", description="`open` unless another one is named.")]
Kind = Annotated[str | None, QueryParameter(max_length=32, description="E.g. channel.")]


class DriftController(Controller):
    path = "/guilds/{guild_id:str}/drift"
    tags = ("templates",)

    @get("/", guards=[needs(Right.DRIFT_READ)], **operation("listDrift", refuses=(NotFound, Forbidden)))
    async def drift(
        self,
        *,
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        in_state: State = "open",
        kind: Kind = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DriftPage:
        """What is not as the active version says: the field, what is wanted and what is there, who did it and when."""
        wanted = DriftFilter(state=in_state, kind=kind)
        page = await unit.drift.list(actor, guild_id, wanted, paging_of(limit, cursor))
        return DriftPage(items=tuple(map(drift_item_of, page.items)), next_cursor=page.next_cursor)

    @post(
        "/capture",
        guards=[needs(Right.DRIFT_WRITE)],
        **operation(
            "captureDrift",
            body=CaptureDrift,
            body_required=False,
            statuses=(201,),
            refuses=(NotFound, Forbidden),
            once=True,
        ),
    )
    async def capture(
        self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit, once: Once, guild_id: GuildId
    ) -> Response[Version]:
        """Take the guild as it is over into the next version of its active template. It is a draft: it becomes the
        active one only when somebody says so."""
        wanted = await body_of(request, CaptureDrift, default=CaptureDrift())

        async def make() -> Answer[Version]:
            draft = await unit.drift.capture(actor, guild_id, note=wanted.note)
            return created(version_of(draft), version_at(draft.info.template_id, draft.info.number))

        return await once(make)
