"""Two states compared, as HTTP shows them."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.documents import draft_within
from api.schemas.plans import PlanNode, node_of
from api.schemas.templates import DocumentBody, Notice, Values, notice_of
from api.schemas.values import Snowflake
from core.templates import comparing as core
from core.templates.comparison import Comparison

SideValues: TypeAlias = Annotated[
    Values,
    Meta(
        description="Of its variables. What is left out is as the guild on the other side keeps it for this template, "
        "or as it is given to the document on the other side; else it is the default."
    ),
]


class _Side(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A state that can be compared."""


class DiffVersion(_Side, frozen=True, kw_only=True, tag="version"):
    """A template's version, the newest one if it is left out."""

    template_id: uuid.UUID
    version: Annotated[int, Meta(ge=1)] | None = None
    values: SideValues = {}


class DiffSnapshot(_Side, frozen=True, kw_only=True, tag="snapshot"):
    """A guild as it was."""

    guild_id: Snowflake
    snapshot_id: uuid.UUID


class DiffGuild(_Side, frozen=True, kw_only=True, tag="guild"):
    """A guild as the bot last told of it."""

    guild_id: Snowflake


class DiffDocument(_Side, frozen=True, kw_only=True, tag="document"):
    """A document that is stored nowhere."""

    document: DocumentBody
    values: SideValues = {}


DiffSide: TypeAlias = DiffVersion | DiffSnapshot | DiffGuild | DiffDocument


class CreateDiff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `left` to `right`."""

    left: DiffSide
    right: DiffSide


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """What would change on the left so that it is as the right says; `warnings` tell what could not be compared. What
    a document does not say makes no difference on the right, and is as in a new server on the left."""

    is_equal: bool
    warnings: tuple[Notice, ...]
    tree: Annotated[tuple[PlanNode, ...], Meta(description="The whole guild, what is equal included.")]


def wanted_of(side: DiffSide, field: str) -> core.Wanted:
    """Raises `InvalidDocument` with pointers into the whole body, where `field` is the side."""
    match side:
        case DiffVersion():
            return core.OfVersion(template_id=side.template_id, version=side.version, values=side.values)
        case DiffSnapshot():
            return core.OfGuild(guild_id=side.guild_id, snapshot_id=side.snapshot_id)
        case DiffGuild():
            return core.OfGuild(guild_id=side.guild_id)
        case DiffDocument():
            return core.OfDraft(draft=draft_within(side.document, f"{field}/document"), values=side.values)


def diff_of(comparison: Comparison) -> Diff:
    return Diff(
        is_equal=comparison.is_equal,
        warnings=tuple(map(notice_of, comparison.warnings)),
        tree=tuple(map(node_of, comparison.tree)),
    )
