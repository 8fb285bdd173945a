"""A trigger as people say it: "every weekday at 09:00, Europe/Berlin"."""

import re
from datetime import UTC, datetime

from cronsim import CronSim

from core.schedules.timing import Timing
from core.schedules.triggers import CronTrigger, IntervalTrigger, OnceTrigger, fields_of

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_AT_ON = re.compile(r"At (?P<at>[\d:, and]+?) (?:on (?P<day>.+)|(?P<every>every day))")
_DAYS = {"Monday through Friday": "weekday", "Saturday and Sunday": "Saturday and Sunday"}


def sentence(timing: Timing) -> str:
    """Without a full stop, so that it can be used within another."""
    match timing.trigger:
        case CronTrigger(expression=expression):
            return f"{_of_cron(fields_of(expression))}, {timing.time_zone}"
        case IntervalTrigger(every_seconds=seconds):
            return f"every {_of_seconds(seconds)}"
        case OnceTrigger(run_at=run_at):
            local = run_at.astimezone(timing.zone)
            return (
                f"once, on {local:%A} {local.day} {local:%B %Y at %H:%M}{_seconds(local)}, {timing.time_zone}"
            )


def moments(at: datetime, timing: Timing) -> tuple[str, str]:
    """In the schedule's own zone, with the offset that holds then, and in UTC; RFC 3339."""
    local = at.astimezone(timing.zone).isoformat()
    return local, at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _of_cron(fields: str) -> str:
    said = CronSim(fields, datetime(2000, 1, 1)).explain()  # noqa: DTZ001 - read for its fields alone
    found = _AT_ON.fullmatch(said)
    if found is None:
        return said[:1].lower() + said[1:]
    at, day = found["at"], found["day"]
    if day is None:
        return f"every day at {at}"
    if day in _DAYS:
        return f"every {_DAYS[day]} at {at}"
    if re.fullmatch(r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:, and |, | and )?)+", day):
        return f"every {day} at {at}"
    if re.fullmatch(r"[A-Z][a-z]+ \d+", day):
        return f"every year on {day} at {at}"
    return f"on {day} at {at}"


def lasting(seconds: int) -> str:
    """How long that is: "1 hour", "2 days and 6 hours"."""
    said = _of_seconds(seconds)
    return f"1 {said}" if said in dict(_UNITS) else said


def _of_seconds(seconds: int) -> str:
    parts: list[str] = []
    for name, length in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(name if count == 1 else f"{count} {name}s")
    if len(parts) > 1:
        parts = [f"1 {part}" if part in dict(_UNITS) else part for part in parts]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _seconds(local: datetime) -> str:
    return f":{local.second:02}" if local.second else ""
