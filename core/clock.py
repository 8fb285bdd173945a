"""The one clock for due times. Leases use the database's clock instead, because that is where they are compared."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def utc_now() -> datetime:
    """Aware, in UTC."""
    return datetime.now(UTC)


def in_range(moment: datetime) -> bool:
    """Whether an aware moment still has a number in UTC, which it has not at both ends of what a date can say."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True
