"""Drift of a guild from its active version, as HTTP shows it."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.templates import Note
from api.schemas.values import NextCursor, Snowflake, Time
from core.drift import schemas as core

DriftState: TypeAlias = Literal["open", "resolved", "reverted", "accepted"]
DriftWhat: TypeAlias = Literal["changed", "missing", "added"]
DriftKind: TypeAlias = Annotated[
    str, Meta(description="guild, role, channel, or another kind of thing that a document has.")
]


class DriftActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it, by the guild's audit log."""

    user_id: Snowflake
    name: str | None


class DriftItem(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not as the active version says; of what is `missing` or was `added`, `field` is null. What is
    `accepted` a job of ours did on purpose; what is `resolved` somebody put right, what is `reverted` we did."""

    id: uuid.UUID
    what: DriftWhat
    kind: DriftKind
    object_id: Snowflake | None
    key: Annotated[str | None, Meta(description="The node of the document; null where it has none.")]
    name: str
    field: str | None
    old: Annotated[str | None, Meta(description="What is wanted, in words; null for none.")]
    new: Annotated[str | None, Meta(description="What was found, in words; null for none.")]
    state: DriftState
    times: Annotated[int, Meta(description="How often it was opened.")]
    reverts: Annotated[int, Meta(description="How often it was reverted within an hour, when last seen.")]
    who: Annotated[DriftActor | None, Meta(description="Null where nobody can tell.")]
    at: Annotated[Time, Meta(description="When it was done; where nobody can tell, when it was seen.")]
    settled_at: Time | None
    template_id: uuid.UUID
    version: int


class DriftPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[DriftItem, ...]
    next_cursor: NextCursor = None


class CaptureDrift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a note the version says itself what had drifted."""

    note: Note | None = None


def drift_item_of(item: core.DriftItem) -> DriftItem:
    return DriftItem(
        id=item.id,
        what=item.what,
        kind=item.kind,
        object_id=item.object_id,
        key=item.key,
        name=item.name,
        field=item.field,
        old=item.wanted,
        new=item.found,
        state=item.state,
        times=item.times,
        reverts=item.reverts,
        who=None if item.user_id is None else DriftActor(user_id=item.user_id, name=item.user_name),
        at=item.at,
        settled_at=item.settled_at,
        template_id=item.template_id,
        version=item.version,
    )
