"""Changes to a document by the keys of its nodes, as HTTP takes them."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from core.templates.documents import operations as core

Section: TypeAlias = Literal["roles", "channels", "emojis", "stickers", "webhooks", "automod", "events"]
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


Operation: TypeAlias = SetFields | SetGuild | AddNode | RemoveNode | MoveNode | RenameKey
Operations: TypeAlias = Annotated[
    tuple[Operation, ...], Meta(min_length=1, max_length=200, description="Done one after the other.")
]


def operations_of(said: tuple[Operation, ...]) -> core.Operations:
    return msgspec.convert(msgspec.to_builtins(said), core.Operations)
