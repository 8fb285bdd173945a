"""Who changed what, and through which door."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, TypeAlias, cast
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from litestar.response import Stream

from api.deps import Asker, Unit
from api.guards import needs
from api.media import JSON, NDJSON, wants_lines
from api.operations import operation
from api.params import SNOWFLAKE, Cursor, GuildId, Limit, in_utc, paging_of
from api.parts import parts_of
from api.schemas.audit import AuditEntry, AuditPage, entry_of
from core.actor import Actor, Via
from core.audit import schemas as core
from core.audit.schemas import AuditFilter
from core.discord.types import Snowflake
from core.errors import Forbidden, NotFound
from core.paging import Page, Paging
from core.rights import Right
from core.uow import Database, UnitOfWork

Action = Annotated[
    str | None,
    QueryParameter(max_length=64, description="One action (plan.apply), or all of a kind (plan)."),
]
Through = Annotated[Via | None, QueryParameter(name="via", description="The door it came through.")]
ByAccount = Annotated[UUID | None, QueryParameter(name="account_id", description="Done by this account.")]
ByUser = Annotated[
    str | None,
    QueryParameter(name="discord_user_id", pattern=SNOWFLAKE, description="Done by this user of Discord."),
]
ToKind = Annotated[
    str | None, QueryParameter(name="target_kind", max_length=32, description="E.g. template.")
]
ToId = Annotated[str | None, QueryParameter(name="target_id", max_length=64, description="The target's id.")]
OfJob = Annotated[UUID | None, QueryParameter(name="job_id", description="What concerns this job.")]
OfRequest = Annotated[
    str | None,
    QueryParameter(name="request_id", max_length=64, description="What this one request changed."),
]
Since = Annotated[datetime | None, QueryParameter(description="At this moment or later (RFC 3339).")]
Until = Annotated[datetime | None, QueryParameter(description="Before this moment (RFC 3339).")]
Wanted: TypeAlias = NamedDependency[AuditFilter]
_AT_ONCE = 200


def provide_filter(
    *,
    action: Action = None,
    through: Through = None,
    by_account: ByAccount = None,
    by_user: ByUser = None,
    to_kind: ToKind = None,
    to_id: ToId = None,
    of_job: OfJob = None,
    of_request: OfRequest = None,
    since: Since = None,
    until: Until = None,
) -> AuditFilter:
    """What both logs are filtered by."""
    return AuditFilter(
        action=action,
        via=through,
        account_id=by_account,
        discord_user_id=by_user,
        target_kind=to_kind,
        target_id=to_id,
        job_id=of_job,
        request_id=of_request,
        since=in_utc("since", since),
        until=in_utc("until", until),
    )


_FILTERED = {"wanted": Provide(provide_filter, sync_to_thread=False)}


class AuditController(Controller):
    tags = ("audit",)

    @get(
        "/audit",
        dependencies=_FILTERED,
        guards=[needs(Right.AUDIT_READ)],
        **operation("listAudit", refuses=(Forbidden,), gives=(*JSON, NDJSON), lines=AuditEntry),
    )
    async def installation(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        wanted: Wanted,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response[AuditPage]:
        """Every change of this installation, newest first; for its owner.

        As `application/x-ndjson` all that match are sent, an entry a line; `limit` is left aside then.
        """
        return await _answer(request, unit, actor, wanted, paging_of(limit, cursor))

    @get(
        "/guilds/{guild_id:str}/audit",
        dependencies=_FILTERED,
        guards=[needs(Right.AUDIT_READ)],
        **operation("listGuildAudit", refuses=(NotFound, Forbidden), gives=(*JSON, NDJSON), lines=AuditEntry),
    )
    async def guild(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        wanted: Wanted,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response[AuditPage]:
        """What was changed of a guild and in it, newest first; for those who may see its audit log at Discord.

        As `application/x-ndjson` all that match are sent, an entry a line; `limit` is left aside then.
        """
        return await _answer(request, unit, actor, wanted, paging_of(limit, cursor), guild_id=guild_id)


async def _answer(
    request: Request[Any, Any, Any],
    unit: UnitOfWork,
    actor: Actor,
    wanted: AuditFilter,
    paging: Paging,
    *,
    guild_id: Snowflake | None = None,
) -> Response[AuditPage]:
    if not wants_lines(request):
        page = await _page(unit, actor, wanted, paging, guild_id)
        shown = AuditPage(items=tuple(map(entry_of, page.items)), next_cursor=page.next_cursor)
        return Response(shown, headers={"Vary": "Accept"})
    # Refused before anything is sent, where it is refused.
    first = await _page(unit, actor, wanted, msgspec.structs.replace(paging, limit=_AT_ONCE), guild_id)
    lines = Stream(
        _lines(parts_of(request.scope).database, actor, wanted, first, guild_id),
        media_type=NDJSON,
        headers={"Vary": "Accept"},
    )
    return cast("Response[AuditPage]", lines)


async def _lines(
    database: Database,
    actor: Actor,
    wanted: AuditFilter,
    page: Page[core.AuditEntry],
    guild_id: Snowflake | None,
) -> AsyncGenerator[bytes]:
    """Page after page, each in a session of its own: no connection is held while somebody reads slowly."""
    encoder = msgspec.json.Encoder()
    while True:
        yield b"".join(encoder.encode(entry_of(entry)) + b"\n" for entry in page.items)
        if page.next_cursor is None:
            return
        paging = Paging(limit=_AT_ONCE, cursor=UUID(page.next_cursor))
        async with database.read() as unit:
            page = await _page(unit, actor, wanted, paging, guild_id)


async def _page(
    unit: UnitOfWork, actor: Actor, wanted: AuditFilter, paging: Paging, guild_id: Snowflake | None
) -> Page[core.AuditEntry]:
    if guild_id is None:
        return await unit.audit.list(actor, wanted, paging)
    return await unit.guilds.audit(actor, guild_id, wanted, paging)
