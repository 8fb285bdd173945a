"""What a guild's stream and its callbacks are told of drift: a published format, to which fields are only ever added.
HTTP's schemas describe it, and tests hold the two together."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.drift.schemas import DriftItem
from core.templates.schemas import ActiveVersion

DRIFTED = "guild.drift"
"""The event's type."""


class _Who(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    name: str | None


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    """`old` is what is wanted, `new` what was found."""

    id: uuid.UUID
    what: str
    kind: str
    object_id: str | None
    key: str | None
    name: str
    field: str | None
    old: str | None
    new: str | None
    who: _Who | None
    at: datetime


class _Drift(msgspec.Struct, frozen=True, kw_only=True):
    template_id: uuid.UUID
    version: int
    items: tuple[_Item, ...]


def drifted(active: ActiveVersion, items: Sequence[DriftItem]) -> dict[str, Any]:
    """The event's data: what was opened at once."""
    said = _Drift(
        template_id=active.template_id, version=active.version, items=tuple(_item(each) for each in items)
    )
    return msgspec.to_builtins(said)


def _item(item: DriftItem) -> _Item:
    return _Item(
        id=item.id,
        what=item.what,
        kind=item.kind,
        object_id=item.object_id,
        key=item.key,
        name=item.name,
        field=item.field,
        old=item.wanted,
        new=item.found,
        who=None if item.user_id is None else _Who(user_id=item.user_id, name=item.user_name),
        at=item.at,
    )
