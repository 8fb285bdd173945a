"""Changes to a document by the keys of its nodes and the names of its variables, as HTTP takes them."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from core.templates.documents import changes as core

Section: TypeAlias = Literal["roles", "channels", "emojis", "stickers", "webhooks", "automod", "events"]
VariableName: TypeAlias = Annotated[str, Meta(max_length=64, description="What stands in ${…}.")]
NodeKey: TypeAlias = Annotated[str, Meta(max_length=64, description="A node's key in the document.")]
Fields: TypeAlias = Annotated[
    dict[str, Any], Meta(description="Fields of the document and their new values; null clears.")
]
Unset: TypeAlias = Annotated[
    tuple[str, ...], Meta(description="Fields of which the document shall say nothing any more.")
]
Before: TypeAlias = Annotated[NodeKey | None, Meta(description="The sibling that it shall stand before.")]
After: TypeAlias = Annotated[NodeKey | None, Meta(description="The sibling that it shall stand behind.")]
Into: TypeAlias = Annotated[NodeKey | None, Meta(description="The category whose last channel it shall be.")]


class _Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op"):
    """One change."""


class SetFields(_Operation, frozen=True, kw_only=True, tag="set"):
    """Fields of a node, or of `everyone`."""

    key: NodeKey
    fields: Fields = {}
    unset: Unset = ()


class SetGuild(_Operation, frozen=True, kw_only=True, tag="set_guild"):
    """Fields of the guild's own settings."""

    fields: Fields = {}
    unset: Unset = ()


class AddNode(_Operation, frozen=True, kw_only=True, tag="add"):
    """A new node as the document would have it. With none of `before`, `after` and `into` it is the last one."""

    section: Section
    node: dict[str, Any]
    before: Before = None
    after: After = None
    into: Into = None


class RemoveNode(_Operation, frozen=True, kw_only=True, tag="remove"):
    """A node goes. A category must be empty."""

    key: NodeKey


class MoveNode(_Operation, frozen=True, kw_only=True, tag="move"):
    """A node goes to another place; with none of `before`, `after` and `into` to the end, outside of categories."""

    key: NodeKey
    before: Before = None
    after: After = None
    into: Into = None


class RenameKey(_Operation, frozen=True, kw_only=True, tag="rename_key"):
    """A node gets another key, also in everything that refers to it; in guilds it stays what it is."""

    key: NodeKey
    to: NodeKey


class AddVariable(_Operation, frozen=True, kw_only=True, tag="add_variable"):
    """A new variable as the document would declare it. It must be used by then: other operations beside this one put
    `${name}` where it shall stand."""

    variable: dict[str, Any]


class SetVariable(_Operation, frozen=True, kw_only=True, tag="set_variable"):
    """Fields of a variable's declaration: `description`, `default`, `choices`, `example`."""

    name: VariableName
    fields: Fields = {}
    unset: Unset = ()


class RenameVariable(_Operation, frozen=True, kw_only=True, tag="rename_variable"):
    """A variable gets another name, also wherever it stands. Values that guilds gave under the old one are not those
    of the new one."""

    name: VariableName
    to: VariableName


class RemoveVariable(_Operation, frozen=True, kw_only=True, tag="remove_variable"):
    """A variable goes. It must stand nowhere any more."""

    name: VariableName


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
Operations: TypeAlias = Annotated[
    tuple[Operation, ...], Meta(min_length=1, max_length=200, description="Done one after the other.")
]


def operations_of(said: tuple[Operation, ...]) -> core.Operations:
    return msgspec.convert(msgspec.to_builtins(said), core.Operations)
