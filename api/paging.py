"""Lists are read a page at a time: `limit` and `cursor` in the query."""

from typing import Annotated, TypeAlias
from uuid import UUID

from litestar.params import Parameter

from core.paging import Paging

Limit: TypeAlias = Annotated[int, Parameter(ge=1, le=200, description="How many items a page has at most.")]
Cursor: TypeAlias = Annotated[
    UUID | None, Parameter(description="`next_cursor` of the page before; absent for the first page.")
]


def paging_of(limit: int, cursor: UUID | None) -> Paging:
    return Paging(limit=limit, cursor=cursor)
