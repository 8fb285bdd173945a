"""Lists are read newest first, a page at a time; the cursor is the id of the last item seen."""

import uuid
from typing import Annotated, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=200)]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`next_cursor` is None on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class Paging(msgspec.Struct, frozen=True):
    """Where a page begins and how long it is (1 to 200)."""

    limit: Limit = 50
    cursor: uuid.UUID | None = None
