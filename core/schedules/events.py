"""What a guild's stream and its callbacks are told of its schedules: a published format, to which fields are only ever
added. HTTP's schemas describe it, and tests hold the two together. Pure."""

import uuid
from typing import Any, Final

import msgspec

from core.actor import Actor
from core.schedules.schemas import Pause, Schedule

PAUSED: Final = "schedule.paused"
RESUMED: Final = "schedule.resumed"
"""The events' types."""


class _Paused(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is `by_hand`, `authority_lost` or `failing`; `by` is the name of who did it, None where we did."""

    schedule_id: uuid.UUID
    name: str
    code: str
    reason: str | None
    by: str | None


class _Resumed(msgspec.Struct, frozen=True, kw_only=True):
    schedule_id: uuid.UUID
    name: str
    by: str | None


def paused(schedule: Schedule, pause: Pause) -> dict[str, Any]:
    """The event's data."""
    said = _Paused(
        schedule_id=schedule.id,
        name=schedule.name,
        code=pause.code,
        reason=pause.reason,
        by=_name_of(pause.by),
    )
    return msgspec.to_builtins(said)


def resumed(schedule: Schedule, by: Actor) -> dict[str, Any]:
    """The event's data."""
    return msgspec.to_builtins(_Resumed(schedule_id=schedule.id, name=schedule.name, by=_name_of(by)))


def _name_of(actor: Actor) -> str | None:
    return None if actor.kind == "system" else actor.name
