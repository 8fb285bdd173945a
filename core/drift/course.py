"""What of the drift may be reverted. Pure.

A plan can be restricted to nodes, not to fields: a node of which one field has been put back too often is left alone as
a whole.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from core.drift.compare import What

MAX_REVERTS = 3
WITHIN = timedelta(hours=1)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An open deviation; `reverts` counts those of the last hour."""

    identity: str
    what: What
    kind: str
    key: str | None
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
    contended = {(each.kind == "guild", each.node) for each in candidates if each.is_given_up}
    return tuple(
        each
        for each in candidates
        if each.what != "added"
        and (each.kind == "guild" or each.node is not None)
        and (each.kind == "guild", each.node) not in contended
    )
