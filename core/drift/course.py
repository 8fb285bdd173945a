"""What of the drift may be reverted. Pure.

A field that has been put back too often is left to people, and the others of its node are still put back. Where what
was put back too often is the node's place, its type or the node itself, the node is left alone as a whole.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from core.drift.compare import What
from core.drift.concession import LeftField, is_apart

MAX_REVERTS = 3
WITHIN = timedelta(hours=1)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An open deviation; `reverts` counts those of the last hour."""

    identity: str
    what: What
    kind: str
    key: str | None
    field: str | None = None
    reverts: int = 0

    @property
    def node(self) -> str | None:
        """None for the guild's own settings, and for what the document does not know."""
        return None if self.kind == "guild" else self.key

    @property
    def is_given_up(self) -> bool:
        return self.reverts >= MAX_REVERTS


def recent(reverts: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in reverts if moment > now - WITHIN)


def revertible(candidates: Collection[Candidate]) -> tuple[Candidate, ...]:
    """Nothing is deleted: what was added stays."""
    contended = {each.node for each in candidates if each.is_given_up and not is_apart(each.field)}
    return tuple(
        each
        for each in candidates
        if each.what != "added"
        and not each.is_given_up
        and (each.kind == "guild" or (each.node is not None and each.node not in contended))
    )


def left_alone(candidates: Collection[Candidate], chosen: Collection[Candidate]) -> tuple[LeftField, ...]:
    """The fields that stay as they are in the nodes of which others are `chosen` to be put back."""
    nodes = {each.node for each in chosen}
    return tuple(
        LeftField(key=each.node, field=each.field)
        for each in candidates
        if each.is_given_up and each.field is not None and is_apart(each.field) and each.node in nodes
    )
