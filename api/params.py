"""Parameters of path and query that several resources have."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import NoneType
from typing import Annotated, Any, TypeAlias, get_args
from uuid import UUID

from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter

from api.arguments import arguments_of
from api.errors import InvalidParameter
from core.paging import Paging
from core.schedules.reading import MOST_PREVIEWED

SNOWFLAKE = "^[0-9]{1,20}$"
GuildId: TypeAlias = Annotated[
    # Said and not enforced here: what is no guild's id is not found, like the id of no guild.
    str,
    PathParameter(description="The guild's Discord id.", schema_extra={"pattern": SNOWFLAKE}),
]
AccountId: TypeAlias = Annotated[UUID, PathParameter(description="The account's id.")]
SnapshotId: TypeAlias = Annotated[UUID, PathParameter(description="The snapshot's id.")]
TemplateId: TypeAlias = Annotated[UUID, PathParameter(description="The template's id.")]
VersionNumber: TypeAlias = Annotated[
    int, PathParameter(description="The version's number, from 1.", schema_extra={"minimum": 1})
]
PlanId: TypeAlias = Annotated[UUID, PathParameter(description="The plan's id.")]
JobId: TypeAlias = Annotated[UUID, PathParameter(description="The job's id.")]
CallbackId: TypeAlias = Annotated[UUID, PathParameter(description="The callback's id.")]
DeliveryId: TypeAlias = Annotated[UUID, PathParameter(description="The delivery's id.")]
ScheduleId: TypeAlias = Annotated[UUID, PathParameter(description="The schedule's id.")]
AnnouncementId: TypeAlias = Annotated[UUID, PathParameter(description="The announcement's id.")]
PostId: TypeAlias = Annotated[UUID, PathParameter(description="The post's id.")]
SessionId: TypeAlias = Annotated[UUID, PathParameter(description="The session's id.")]
TokenId: TypeAlias = Annotated[UUID, PathParameter(description="The token's id.")]
Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")
]
HowMany: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=MOST_PREVIEWED, description="How many of the next runs.")
]
Cursor: TypeAlias = Annotated[
    UUID | None, QueryParameter(description="`next_cursor` of the page before; absent for the first page.")
]
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})?")


async def require_usable(request: Request[Any, Any, Any]) -> None:
    """PostgreSQL cannot keep U+0000 in text, nor look for it; `null` is text, not a parameter that was left out; and a
    number is no moment, though msgspec would read it as seconds since 1970. Raises `InvalidParameter`."""
    for name, value in request.query_params.multi_items():
        if "\x00" in value:
            raise InvalidParameter(name, "The character U+0000 cannot be stored.", code="invalid_character")
        if value.lower() == "null" and name in _taken_as_none(request.route_handler):
            raise InvalidParameter(name, "Leave the parameter out, rather than to say null.", code="type")
        if _MOMENT.fullmatch(value) is None and name in _moments(request.route_handler):
            raise InvalidParameter(name, "Say it as RFC 3339 does: 2026-03-01T12:00:00Z.", code="format")


def _taken_as_none(handler: BaseRouteHandler) -> set[str]:
    """Names of the query's parameters that msgspec would read so."""
    return {name for name, kinds in _queried(handler) if NoneType in kinds and str not in kinds}


def _moments(handler: BaseRouteHandler) -> set[str]:
    return {name for name, kinds in _queried(handler) if datetime in kinds}


def _queried(handler: BaseRouteHandler) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The query's parameters that may be left out, by name, and what each may be."""
    for name, field in arguments_of(handler).items():
        said = field.kwarg_definition
        if isinstance(said, QueryParameter):
            yield said.name or name, get_args(field.annotation)


def paging_of(limit: int, cursor: UUID | None) -> Paging:
    """Lists are read a page at a time."""
    return Paging(limit=limit, cursor=cursor)


def in_utc(parameter: str, moment: datetime | None) -> datetime | None:
    """Raises `InvalidParameter` for a moment without a time zone, and for one that UTC has no number for."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise InvalidParameter(parameter, "Give the time zone, too: 2026-03-01T12:00:00Z.", code="format")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidParameter(parameter, "This moment is out of range.", code="range") from None
