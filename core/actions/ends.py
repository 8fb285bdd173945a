"""What is done for a time, and when that is over. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.actions.payloads import Action, Endable
from core.clock import in_range
from core.errors import Problem

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=5 * 366)


def is_timed(action: Action) -> bool:
    return isinstance(action, Endable) and (action.until is not None or action.expires_in is not None)


def end_of(action: Endable, done_at: datetime) -> datetime | None:
    """`expires_in` counts from when it was done; None stays for good."""
    if action.until is not None:
        return action.until
    return None if action.expires_in is None else done_at + timedelta(seconds=action.expires_in)


def end_problems(action: Action, begins: datetime) -> Iterator[Problem]:
    """`begins` is the earliest moment at which it can be done."""
    if not isinstance(action, Endable):
        return
    if action.until is not None and action.expires_in is not None:
        for pointer in ("/until", "/expires_in"):
            yield Problem(
                pointer=pointer, code="both", message="Say when it ends, or how long it lasts: not both."
            )
        return
    least, most = int(SHORTEST.total_seconds()), int(LONGEST.total_seconds())
    if action.expires_in is not None and not least <= action.expires_in <= most:
        message = f"From {least} to {most} seconds, not {action.expires_in}."
        yield Problem(pointer="/expires_in", code="range", message=message)
    if action.until is not None:
        yield from _until_problems(action.until, begins)


def _until_problems(until: datetime, begins: datetime) -> Iterator[Problem]:
    if not in_range(until):
        yield Problem(pointer="/until", code="range", message="This moment is out of range.")
    elif until - begins < SHORTEST:
        message = f"It would last less than {SHORTEST.total_seconds():g} s."
        yield Problem(pointer="/until", code="too_early", message=message)
    elif until - begins > LONGEST:
        message = (
            f"Nothing lasts longer than {LONGEST.days} days: without an end it stays until it is taken back."
        )
        yield Problem(pointer="/until", code="too_far", message=message)
