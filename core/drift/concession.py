"""A version's document without the fields that people insist on. Pure.

A plan can be restricted to nodes, not to fields: so the document itself says nothing of such a field any more, or what
the guild has, where it must say something.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import NODEFAULT, UNSET, UnsetType
from msgspec.structs import fields, replace

from core.discord.permissions import names_of
from core.discord.types import Snapshot, Snowflake
from core.drift.compare import OVERWRITES_OF
from core.templates.capture import document_of
from core.templates.documents.channels import Category, DocumentChannel, DocumentOverwrite, Overwrites
from core.templates.documents.document import Document
from core.templates.documents.keys import EVERYONE
from core.templates.resources.sections import SECTIONS

_PLACED = frozenset({"category", "position", "type"})
"""Fields that are as they are because of where the node stands, or of what kind it is."""
_ATTRIBUTES: Mapping[str, str] = {
    "age-restricted": "nsfw",
    "auto-archive": "auto_archive",
    "system channel flags": "suppress",
}


class LeftField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is left as it is; without a `key` one of the guild's own settings."""

    key: str | None = None
    field: str


def is_apart(field: str | None) -> bool:
    """Whether it can be left alone without the rest of its node. A node's place and type cannot; nor can whether there
    is a node at all."""
    return field is not None and field not in _PLACED


def conceded(
    document: Document, guild: Snapshot, bindings: Mapping[str, Snowflake], left: Iterable[LeftField]
) -> Document:
    """`left` are fields of nodes that are there; what the document does not have is left out of account."""
    found = _nodes(document_of(guild, known=bindings).document)
    for each in left:
        document = _without(document, guild, bindings, found, each)
    return document


def _without(
    document: Document,
    guild: Snapshot,
    bindings: Mapping[str, Snowflake],
    found: Mapping[str, Any],
    left: LeftField,
) -> Document:
    if left.field.startswith(OVERWRITES_OF):
        insisted = _Insisted(document, guild, bindings, left.field.removeprefix(OVERWRITES_OF))
        return _edited(document, left.key, insisted.overwrites)
    name = _ATTRIBUTES.get(left.field, left.field.replace(" ", "_"))
    return _edited(document, left.key, lambda node, _: _with_theirs(node, name, found.get(left.key or "")))


def _with_theirs(node: Any, name: str, theirs: Any) -> Any:
    """Nothing is said of it any more, or what they have."""
    field = next((each for each in fields(node) if each.name == name), None)
    if field is None:
        return node
    if field.default is UNSET:
        return replace(node, **{name: UNSET})
    value = getattr(theirs, name, NODEFAULT)
    return node if value in (NODEFAULT, UNSET) else replace(node, **{name: value})


class _Insisted:
    """The overwrites of one role or member that a channel keeps as they are; `name` is how drift calls whose they
    are."""

    def __init__(
        self, document: Document, guild: Snapshot, bindings: Mapping[str, Snowflake], name: str
    ) -> None:
        self._keys = {bindings[role.key]: role.key for role in document.roles if role.key in bindings}
        self._keys[guild.guild_id] = EVERYONE
        wanted = {bindings[role.key]: role.name for role in document.roles if role.key in bindings}
        names = {**{role.id: role.name for role in guild.roles}, **wanted}
        self._roles = {id_ for id_, said in names.items() if f"@{said.removeprefix('@')}" == name}
        self._member = name.removeprefix("member ") if name.startswith("member ") else None
        self._channels = {channel.id: channel for channel in guild.channels}
        self._bindings = bindings

    def overwrites(self, node: Any, home: Category | None) -> Any:
        """Of what is synced, the category's count; a role that the document does not know cannot be named in it: then
        nothing is said of any. What people insist on in a category does not spread to its channels: those that are to
        be synced with it are to have what it was to have."""
        if isinstance(node, Category) and not isinstance(node.overwrites, UnsetType):
            children = tuple(
                replace(child, overwrites=node.overwrites) if child.overwrites == "synced" else child
                for child in node.channels
            )
            node = replace(node, channels=children)
        said: Overwrites | UnsetType = (
            home.overwrites if node.overwrites == "synced" and home else node.overwrites
        )
        channel = self._channels.get(self._bindings.get(node.key, ""))
        if channel is None or isinstance(said, str | UnsetType):
            return replace(node, overwrites=UNSET)
        kept = [overwrite for overwrite in said if not self._is_theirs(overwrite)]
        for there in channel.overwrites:
            about = there.id == self._member if there.kind == "member" else there.id in self._roles
            if about and (there.allow or there.deny):
                if there.kind == "role" and there.id not in self._keys:
                    return replace(node, overwrites=UNSET)
                whose = {"role": self._keys[there.id]} if there.kind == "role" else {"member": there.id}
                allow, deny = names_of(there.allow), names_of(there.deny)
                kept.append(DocumentOverwrite(**whose, allow=allow, deny=deny))
        return replace(node, overwrites=tuple(kept))

    def _is_theirs(self, overwrite: DocumentOverwrite) -> bool:
        if overwrite.member is not None:
            return overwrite.member == self._member
        return any(self._keys.get(id_) == overwrite.role for id_ in self._roles)


_Change = Callable[[Any, Category | None], Any]


def _edited(document: Document, key: str | None, change: _Change) -> Document:
    """With one node changed; `change` is told the category that it is in."""
    if key is None:
        return replace(document, guild=change(document.guild, None))
    if key == EVERYONE:
        return replace(document, everyone=change(document.everyone, None))

    def channel(node: DocumentChannel) -> DocumentChannel:
        if node.key == key:
            return change(node, None)
        if not isinstance(node, Category):
            return node
        return replace(
            node, channels=tuple(change(each, node) if each.key == key else each for each in node.channels)
        )

    sections: dict[str, Any] = {
        name: tuple(change(node, None) if node.key == key else node for node in nodes)
        for name in ("roles", *SECTIONS.values())
        if (nodes := getattr(document, name)) is not UNSET
    }
    return replace(document, channels=tuple(map(channel, document.channels)), **sections)


def _nodes(document: Document) -> dict[str, Any]:
    """By key; the guild's own settings by none."""
    nodes: dict[str, Any] = {"": document.guild, EVERYONE: document.everyone}
    for name in ("roles", "channels", *SECTIONS.values()):
        if (found := getattr(document, name)) is not UNSET:
            nodes |= {node.key: node for node in found}
    for category in document.channels:
        if isinstance(category, Category):
            nodes |= {node.key: node for node in category.channels}
    return nodes
