"""Where a guild is not as its active version says. Pure.

The fields are those of a plan that leaves alone what the document does not name. What was made since the version is
active, and the document does not know, is drift, too; what was there before is not. Nor is what the guild cannot hold
at its boost level: no plan would write it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from core.discord.types import Snapshot, Snowflake, made_at
from core.templates.comparison import Seen, compare
from core.templates.documents.document import Document
from core.templates.plan import Change, PlanNode, PlanOptions

What: TypeAlias = Literal["changed", "missing", "added"]
OVERWRITES_OF = "overwrites of "
"""How the field begins that is one role's or member's overwrites in a channel; whose, follows."""
_NAMED_ONLY = PlanOptions(mode="merge")
_INVERSE = str.maketrans("+−", "−+")


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not as it is wanted; of an object that is `missing` or was `added`, `field` is None. `id` is
    that of what is or was there, `key` the document's node."""

    what: What
    kind: str
    name: str
    id: Snowflake | None = None
    key: str | None = None
    field: str | None = None
    wanted: str | None = None
    found: str | None = None

    @property
    def identity(self) -> str:
        """The same as long as it is about the same field of the same thing, whatever its value."""
        about = self.id if self.key is None or self.kind == "guild" else self.key
        return f"{self.what} {self.kind} {about} {self.field or ''}".strip()


def deviations(
    document: Document, bindings: Mapping[str, Snowflake], now: Snapshot, *, since: datetime
) -> tuple[Deviation, ...]:
    """`since` is when the version became active. In the order of the guild's tree."""
    left = Seen(snapshot=now, known=dict(bindings))
    managed = {role.id for role in now.roles if role.managed}
    nodes = _flat(compare(left, document, options=_NAMED_ONLY, unbounded=False).tree)
    return tuple(
        each for node in nodes if node.id not in managed for each in _of_node(node, bindings, since=since)
    )


def _of_node(node: PlanNode, bindings: Mapping[str, Snowflake], *, since: datetime) -> Iterator[Deviation]:
    if node.action == "create":
        there = bindings.get(node.key or "")
        yield Deviation(
            what="missing", kind=node.kind, name=node.name, id=there, key=node.key, wanted=node.name
        )
    elif node.key is None and node.kind != "guild":
        if node.id is not None and made_at(node.id) >= since:
            yield Deviation(what="added", kind=node.kind, name=node.name, id=node.id, found=node.name)
    else:
        for change in node.changes:
            wanted, found = _values(change)
            yield Deviation(
                what="changed",
                kind=node.kind,
                name=node.name,
                id=node.id,
                key=node.key,
                field=change.field,
                wanted=wanted,
                found=found,
            )


def _values(change: Change) -> tuple[str | None, str | None]:
    """A plan says of permissions only what it would give and take: what was found is the inverse."""
    if change.field == "permissions":
        return change.after, (change.after or "").translate(_INVERSE)
    if change.field == "position":
        return None, change.after
    return change.after, change.before


def _flat(nodes: Iterable[PlanNode]) -> Iterator[PlanNode]:
    for node in nodes:
        yield node
        yield from _flat(node.children)
