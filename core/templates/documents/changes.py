"""What can be asked to be changed in a document: by the keys of its nodes, and by the names of its variables."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

Section: TypeAlias = Literal["roles", "channels", "emojis", "stickers", "webhooks", "automod", "events"]


class _Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op"):
    """One change."""


class SetFields(_Operation, frozen=True, kw_only=True, tag="set"):
    """Fields of a node get these values (null clears); fields in `unset` say nothing any more. `everyone` is a node,
    too."""

    key: str
    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()


class SetGuild(_Operation, frozen=True, kw_only=True, tag="set_guild"):
    """The same for the settings of the guild itself."""

    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()


class AddNode(_Operation, frozen=True, kw_only=True, tag="add"):
    """A new node, before or after a sibling, or as the last one of a category (`into`); without a place the last of
    its section."""

    section: Section
    node: dict[str, Any]
    before: str | None = None
    after: str | None = None
    into: str | None = None


class RemoveNode(_Operation, frozen=True, kw_only=True, tag="remove"):
    """A node goes; a category must be empty."""

    key: str


class MoveNode(_Operation, frozen=True, kw_only=True, tag="move"):
    """A node goes to another place, said as in `add`; without one to the end of its section, outside of categories."""

    key: str
    before: str | None = None
    after: str | None = None
    into: str | None = None


class RenameKey(_Operation, frozen=True, kw_only=True, tag="rename_key"):
    """A node is called otherwise in the document, and by everything in it that refers to it."""

    key: str
    to: str


class AddVariable(_Operation, frozen=True, kw_only=True, tag="add_variable"):
    """A new variable, declared below the others. With the first one `${` begins to mean something: what had it before
    goes on meaning itself."""

    variable: dict[str, Any]


class SetVariable(_Operation, frozen=True, kw_only=True, tag="set_variable"):
    """Fields of a variable's declaration get these values; those in `unset` are declared no more."""

    name: str
    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()


class RenameVariable(_Operation, frozen=True, kw_only=True, tag="rename_variable"):
    """A variable is called otherwise, wherever it stands. Guilds' values for it do not follow."""

    name: str
    to: str


class RemoveVariable(_Operation, frozen=True, kw_only=True, tag="remove_variable"):
    """A variable that stands nowhere is declared no more."""

    name: str


Operation: TypeAlias = (
    SetFields
    | SetGuild
    | AddNode
    | RemoveNode
    | MoveNode
    | RenameKey
    | AddVariable
    | SetVariable
    | RenameVariable
    | RemoveVariable
)
Operations: TypeAlias = Annotated[tuple[Operation, ...], Meta(min_length=1, max_length=200)]
