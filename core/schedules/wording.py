"""When, as people write it: "2h", "1 day and 6 hours", "18:00", "2026-12-24 18:00". Pure."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from core.errors import Invalid, Problem
from core.schedules.triggers import (
    LONGEST_SECONDS,
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
    Trigger,
    instant,
)

_SECONDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
        **dict.fromkeys(("d", "day", "days"), 86_400),
        **dict.fromkeys(("w", "week", "weeks"), 604_800),
    }
)
_PART: Final = re.compile(r"(?:(\d{1,9})\s*)?([a-z]+)", re.ASCII)
_BETWEEN: Final = re.compile(r"\s*(?:,|\band\b)?\s*")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_EVERY: Final = "write how long, such as 30 min, 2h or 1 day"
_AT: Final = "write a day and a time, such as 2026-12-24 18:00, or a time alone, such as 18:00"


def trigger_of(
    *, cron: str | None, every: str | None, at: str | None, zone: tzinfo, now: datetime
) -> Trigger:
    """The one of these that was said. Raises `Invalid`, at the word's own name, for what cannot be read, and where not
    just one of them was said; what can be read but never happens is found by who makes a schedule of it."""
    said = [name for name, text in {"cron": cron, "every": every, "at": at}.items() if text is not None]
    if len(said) > 1:
        raise _refused(
            said[1], "one_of", f"Say when by one of cron, every and at, not by {' and '.join(said)}."
        )
    if cron is not None:
        return CronTrigger(expression=cron.strip())
    if every is not None:
        return IntervalTrigger(every_seconds=seconds_of(every))
    if at is not None:
        return OnceTrigger(run_at=moment_of(at, zone, now))
    raise _refused("at", "one_of", "Say when: by cron, every or at.")


def seconds_of(text: str, name: str = "every") -> int:
    """A number may be left out where it is one: "day". Raises `Invalid`, at that name."""
    left, seconds = text.strip().lower().removeprefix("every "), 0
    while left:
        part = _PART.match(left)
        unit = None if part is None else _SECONDS.get(part[2])
        if part is None or unit is None:
            raise _refused(name, "length", f"{text!r} is no length of time: {_EVERY}.")
        seconds += int(part[1] or 1) * unit
        left = left[part.end() :]
        left = left[_between(left) :]
    if not 1 <= seconds <= LONGEST_SECONDS:
        days = LONGEST_SECONDS // 86_400
        raise _refused(name, "length", f"{text!r} is not between a second and {days} days: {_EVERY}.")
    return seconds


def moment_of(text: str, zone: tzinfo, now: datetime) -> datetime:
    """By the clocks of the zone, unless the text names an offset; a time alone is the next one. Raises `Invalid`."""
    wanted = text.strip()
    alone, whole = _time(wanted), _whole(wanted)
    if alone is not None:
        today = now.astimezone(zone).date()
        candidates = (
            instant(datetime.combine(today + timedelta(days=days), alone), zone) for days in range(3)
        )
        return next(each for each in candidates if each > now)
    if whole is None:
        raise _refused("at", "moment", f"{text!r} is no time: {_AT}.")
    return whole if whole.tzinfo is not None else instant(whole, zone)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text, re.ASCII) else None
    except ValueError:
        return None


def _whole(text: str) -> datetime | None:
    if re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", text, re.ASCII) is None:
        return None
    try:
        found = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return None
    # At the ends of the calendar no zone can say what moment it is.
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _between(text: str) -> int:
    found = _BETWEEN.match(text)
    return 0 if found is None else found.end()


def _refused(name: str, code: str, message: str) -> Invalid:
    return Invalid(message, problems=(Problem(pointer=f"/{name}", code=code, message=message),))
