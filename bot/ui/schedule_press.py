"""The button under a schedule that was just made. Its whole meaning stands in its custom id."""

from uuid import UUID

from msgspec import Struct

_PREFIX = "gws:delete"


class SchedulePress(Struct, frozen=True):
    """Which schedule is to be deleted, and whose button it is."""

    schedule_id: UUID
    asker_id: str


def custom_id(schedule_id: UUID, asker_id: str) -> str:
    """`gws:delete:{schedule_id}:{asker_id}`, 68 of the 100 characters that Discord allows."""
    return f"{_PREFIX}:{schedule_id}:{asker_id}"


def read_press(text: str | None) -> SchedulePress | None:
    """None for a custom id that is not one of ours. Anyone's program may send any text here."""
    head, _, rest = (text or "").rpartition(":")
    prefix, _, schedule = head.rpartition(":")
    if prefix != _PREFIX or not (rest.isascii() and rest.isdigit()):
        return None
    try:
        return SchedulePress(UUID(schedule), rest)
    except ValueError:
        return None
