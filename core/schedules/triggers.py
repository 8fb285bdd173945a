"""When something happens, again and again or once: as people write it, and as moments.

Cron speaks of local time, so it follows the clocks of its zone: a local time that does not exist (clocks go forward)
is the first moment after the gap, and one that comes twice (clocks go back) is its first coming alone. An interval
speaks of time that passes, and no clock changes it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice, pairwise, takewhile
from typing import Annotated, TypeAlias

from cronsim import CronSim, CronSimError
from msgspec import Meta, Struct

from core.errors import Invalid, Problem

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
FLOOR_SECONDS = 10
"""No schedule runs more often: below it a guild's own limits at Discord would be all that it does."""
LONGEST_SECONDS = 366 * 86_400
_LOOKED_AT = 400
_LOOKED_AHEAD = timedelta(days=800)
"""How many occurrences are looked at, and how far, for the shortest time between two."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS = "five fields (minute hour day month weekday), six with the second first, or one of " + ", ".join(
    MACROS
)


Moment = Annotated[datetime, Meta(tz=True)]


class CronTrigger(Struct, frozen=True, kw_only=True, tag_field="type", tag="cron"):
    """`expression` has five fields or, with seconds first, six; names of months and weekdays, `@daily` and its like.
    Where a day of the month and a weekday are both given, either is enough."""

    expression: Annotated[str, Meta(min_length=1, max_length=200)]


class IntervalTrigger(Struct, frozen=True, kw_only=True, tag_field="type", tag="interval"):
    """Every so many seconds, counted from `anchor`; without it from when the schedule was made."""

    every_seconds: Annotated[int, Meta(ge=1, le=LONGEST_SECONDS)]
    anchor: Moment | None = None


class OnceTrigger(Struct, frozen=True, kw_only=True, tag_field="type", tag="once"):
    run_at: Moment


Trigger: TypeAlias = CronTrigger | IntervalTrigger | OnceTrigger


def check_trigger(trigger: Trigger, zone: tzinfo, now: datetime, *, pointer: str = "/trigger") -> None:
    """Raises `Invalid` for what never happens, happens too often, or is no expression at all."""
    match trigger:
        case CronTrigger(expression=expression):
            at = f"{pointer}/expression"
            _parsed(expression, now.replace(tzinfo=None), at)
            if next(occurrences(trigger, zone, now), None) is None:
                raise _refused(at, "never", f"{expression!r} never happens.")
            shortest = shortest_gap(trigger, zone, now)
            if shortest is not None and shortest < timedelta(seconds=FLOOR_SECONDS):
                seconds = shortest.total_seconds()
                message = f"{expression!r} comes again after {seconds:g} s; {FLOOR_SECONDS} s is the least."
                raise _refused(at, "too_often", message)
        case IntervalTrigger(every_seconds=seconds):
            if seconds < FLOOR_SECONDS:
                message = f"Every {seconds} s is too often; {FLOOR_SECONDS} s is the least."
                raise _refused(f"{pointer}/every_seconds", "too_often", message)
        case OnceTrigger(run_at=run_at):
            if run_at <= now:
                raise _refused(
                    f"{pointer}/run_at", "in_the_past", f"{run_at.isoformat()} is over: name a time to come."
                )


def occurrences(trigger: Trigger, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """In UTC, each later than the one before, all later than `after`; without end where the trigger has none."""
    match trigger:
        case CronTrigger(expression=expression):
            local = after.astimezone(zone).replace(tzinfo=None, microsecond=0)
            yield from _distinct(_walk(expression, local, zone, back=False), lambda at: at > after)
        case IntervalTrigger(every_seconds=seconds, anchor=anchor):
            every, start = timedelta(seconds=seconds), (anchor or _BEGINNING).astimezone(UTC)
            count = max((after - start) // every + 1, 0)
            while (at := _moment(start, every, count)) is not None:
                yield at
                count += 1
        case OnceTrigger(run_at=run_at):
            if run_at > after:
                yield run_at.astimezone(UTC)


def occurrences_back(trigger: Trigger, zone: tzinfo, until: datetime) -> Iterator[datetime]:
    """Those not later than `until`, the latest first."""
    match trigger:
        case CronTrigger(expression=expression):
            # From a second later, because the walk leaves out the moment at which it begins; and from the later
            # reading of a clock that was turned back, whose hour before has the same name.
            seen = until.astimezone(zone)
            local = max(seen.replace(tzinfo=None), _before_turning(seen)).replace(microsecond=0)
            walk = _walk(expression, local + timedelta(seconds=1), zone, back=True)
            yield from _distinct(walk, lambda at: at <= until)
        case IntervalTrigger(every_seconds=seconds, anchor=anchor):
            every, start = timedelta(seconds=seconds), (anchor or _BEGINNING).astimezone(UTC)
            for count in range((until - start) // every, -1, -1):
                yield start + every * count
        case OnceTrigger(run_at=run_at):
            if run_at <= until:
                yield run_at.astimezone(UTC)


def shortest_gap(trigger: Trigger, zone: tzinfo, after: datetime) -> timedelta | None:
    """Between two of the next occurrences, as far as one looks; None where there are not two."""
    if isinstance(trigger, IntervalTrigger):
        return timedelta(seconds=trigger.every_seconds)
    horizon = after + _LOOKED_AHEAD
    near = takewhile(lambda at: at <= horizon, occurrences(trigger, zone, after))
    seen = list(islice(near, _LOOKED_AT))
    return min((later - earlier for earlier, later in pairwise(seen)), default=None)


def fields_of(expression: str) -> str:
    """With what a macro stands for."""
    return MACROS.get(expression.strip().lower(), expression.strip())


def _parsed(expression: str, at: datetime, pointer: str) -> CronSim:
    try:
        return CronSim(fields_of(expression), at)
    except CronSimError as error:
        what = str(error).removeprefix("Bad ")
        said = (
            f"{expression!r} has no good {what}, or names a day that never comes."
            if what != str(error)
            else f"{expression!r} is no cron expression: write {_FORMS}."
        )
        raise _refused(pointer, "bad_cron", said) from error


def _walk(expression: str, local: datetime, zone: tzinfo, *, back: bool) -> Iterator[datetime]:
    """Local times as moments, each in its order; the same moment may come again."""
    cron = CronSim(fields_of(expression), local, reverse=back)
    while True:
        try:
            yield instant(next(cron), zone)
        except (StopIteration, OverflowError):  # fifty years without one; the end of the calendar
            return


def instant(local: datetime, zone: tzinfo) -> datetime:
    """The first moment that the clocks of the zone show this, or the end of the gap in which it lies."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    return _end_of_gap(moment - timedelta(days=2), moment + timedelta(days=2), local, zone)


def _end_of_gap(before: datetime, after: datetime, local: datetime, zone: tzinfo) -> datetime:
    """The first second at which the clocks show a later time than one that they leave out."""
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        shown = datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        low, high = (low, middle) if shown > local else (middle, high)
    return datetime.fromtimestamp(high, UTC)


def _before_turning(seen: datetime) -> datetime:
    """The latest local time that the clocks had shown by then, where they were turned back within two days."""
    earlier = (seen.astimezone(UTC) - timedelta(hours=26)).astimezone(seen.tzinfo)
    turned = (earlier.utcoffset() or timedelta()) - (seen.utcoffset() or timedelta())
    return seen.replace(tzinfo=None) + max(turned, timedelta())


def _distinct(walk: Iterator[datetime], wanted: Callable[[datetime], bool]) -> Iterator[datetime]:
    last: datetime | None = None
    for at in walk:
        if at != last and wanted(at):
            last = at
            yield at


def _moment(start: datetime, every: timedelta, count: int) -> datetime | None:
    try:
        return start + every * count
    except OverflowError:
        return None


def _refused(pointer: str, code: str, message: str) -> Invalid:
    return Invalid(message, problems=(Problem(pointer=pointer, code=code, message=message),))
