"""What must become of a schedule, said once more and differently: from a list of all its occurrences, and the words
in which misfire and overlap are documented."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.schedules.states import Overlap
from core.schedules.timing import Timing, first_after
from core.schedules.triggers import CronTrigger, IntervalTrigger, OnceTrigger, Trigger
from tests.core.schedules.clocks import ZONES, Times

_SECOND = timedelta(seconds=1)
_MOST_QUEUED = 100


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`times` is what a cron expression says, in a form that can be looked up."""

    timing: Timing
    times: Times | None
    overlap: Overlap
    max_runs: int | None


class Due(msgspec.Struct, frozen=True):
    at: datetime
    due_at: datetime


class Line(msgspec.Struct):
    """Of the history of a schedule."""

    occurrence: datetime
    state: str
    missed: int = 0
    code: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in {"waiting", "asked"}


class Expectation:
    """One schedule as it must be. `running` are the occurrences whose jobs somebody has in hands."""

    def __init__(self, wanted: Wanted, schedule_id: uuid.UUID, begin: datetime, until: datetime) -> None:
        self.wanted = wanted
        self.lines: list[Line] = []
        self.running: set[datetime] = set()
        self._to_come = list(_all_of(wanted, schedule_id, begin, until))
        self._left = wanted.max_runs

    @property
    def next_due(self) -> datetime | None:
        return self._to_come[0].due_at if self._to_come else None

    def look(self, now: datetime) -> None:
        self._begin()
        if self._to_come and self._to_come[0].due_at <= now:
            self._claim(now)
        self._begin()

    def end(self, occurrence: datetime, state: str) -> None:
        self._line(occurrence).state = state
        self.running.discard(occurrence)

    def asked(self) -> list[datetime]:
        return [line.occurrence for line in self.lines if line.state == "asked"]

    def _claim(self, now: datetime) -> None:
        due: list[Due] = []
        while self._to_come and self._to_come[0].due_at <= now:
            due.append(self._to_come.pop(0))
        chosen = self._chosen(due, now)[: self._left]
        if self._left is not None:
            self._left -= len(chosen)
            if not self._left:
                self._to_come.clear()
        missed = len(due) - len(chosen)
        if not chosen:
            self.lines.append(Line(due[0].at, "skipped", missed - 1, "missed"))
            return
        before = [line for line in self.lines if line.is_open]
        is_skipped = bool(before) and (self.wanted.overlap == "skip" or len(before) >= _MOST_QUEUED)
        if self.wanted.overlap == "cancel_previous" and not is_skipped:
            for line in before:
                line.state = line.state if line.occurrence in self.running else "cancelled"
        for each in chosen:
            line = Line(each.at, "waiting") if not is_skipped else Line(each.at, "skipped", code="overlap")
            self.lines.append(line)
        self.lines[-len(chosen)].missed = missed

    def _chosen(self, due: list[Due], now: datetime) -> list[Due]:
        timing = self.wanted.timing
        patience = (timing.grace_seconds + timing.jitter_seconds) * _SECOND
        in_time = [each for each in due if each.due_at + patience >= now]
        if due[0] in in_time or timing.misfire == "skip":
            return in_time
        return due[-1:] if timing.misfire == "run_once" else due[-timing.misfire_limit :]

    def _begin(self) -> None:
        """One at a time, in the order in which they came."""
        if not self.asked():
            first = next((line for line in self.lines if line.state == "waiting"), None)
            if first is not None:
                first.state = "asked"

    def _line(self, occurrence: datetime) -> Line:
        [line] = [line for line in self.lines if line.occurrence == occurrence]
        return line


def _all_of(wanted: Wanted, schedule_id: uuid.UUID, begin: datetime, until: datetime) -> Iterator[Due]:
    timing = wanted.timing
    for at in _moments(timing.trigger, wanted.times, timing.time_zone, begin, until, start=timing.starts_at):
        if at < (timing.starts_at or begin) or at > (timing.ends_at or until):
            continue
        due_at = at
        if timing.jitter_seconds and not isinstance(timing.trigger, OnceTrigger):
            # Any delay will do, if it is always the same: so the product is asked which one it is.
            found = first_after(timing, schedule_id, at - timedelta(microseconds=1))
            assert found is not None
            assert at <= found.due_at <= at + timing.jitter_seconds * _SECOND
            due_at = found.due_at
        yield Due(at, due_at)


def _moments(
    trigger: Trigger,
    times: Times | None,
    zone: str,
    begin: datetime,
    until: datetime,
    *,
    start: datetime | None,
) -> Iterator[datetime]:
    match trigger:
        case CronTrigger():
            assert times is not None
            yield from _by_the_clock(times, zone, begin, until)
        case IntervalTrigger(every_seconds=seconds):
            at = start or begin + seconds * _SECOND
            while at <= until:
                yield at
                at += seconds * _SECOND
        case OnceTrigger(run_at=run_at):
            yield run_at


def _by_the_clock(times: Times, zone: str, begin: datetime, until: datetime) -> Iterator[datetime]:
    """Every local time that is named: the first moment that shows it, or the end of the gap in which it lies."""
    stretches = _stretches(zone, begin - timedelta(days=3), until + timedelta(days=3))
    day = begin.replace(hour=0, minute=0, tzinfo=None) - timedelta(days=2)
    last: datetime | None = None
    while day.replace(tzinfo=UTC) < until:
        for hour, minute in product(sorted(times.hours), sorted(times.minutes)):
            local = day.replace(hour=hour, minute=minute)
            if not times.names(local):
                continue
            at = next(_shown_at(local, stretches))
            if begin < at <= until and at != last:
                last = at
                yield at
        day += timedelta(days=1)


def _shown_at(local: datetime, stretches: tuple["Stretch", ...]) -> Iterator[datetime]:
    for stretch in stretches:
        at = local.replace(tzinfo=UTC) - stretch.offset
        if at < stretch.end:
            yield max(at, stretch.begin)


class Stretch(msgspec.Struct, frozen=True):
    """In which the clocks of a zone are not turned."""

    begin: datetime
    end: datetime
    offset: timedelta


@cache
def _stretches(zone: str, begin: datetime, until: datetime) -> tuple[Stretch, ...]:
    """Found by looking at its clocks every quarter of an hour."""
    found: list[Stretch] = []
    at, since = begin, begin
    while at < until:
        later = at + timedelta(minutes=15)
        if _offset(later, zone) != _offset(at, zone) or later >= until:
            found.append(Stretch(since, later, _offset(at, zone)))
            since = later
        at = later
    return tuple(found)


def _offset(at: datetime, zone: str) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def draw(dice: random.Random, begin: datetime, until: datetime) -> Wanted:
    """None happens much more often than a few times a day."""
    zone, times = dice.choice(ZONES), None
    match dice.choice(("cron", "cron", "interval", "interval", "once")):
        case "cron":
            times = _draw_times(dice)
            trigger: Trigger = CronTrigger(expression=times.expression())
        case "interval":
            trigger = IntervalTrigger(every_seconds=dice.randint(12 * 3600, 200 * 3600))
        case _:
            trigger = OnceTrigger(run_at=begin + dice.random() * (until - begin))
    timing: dict[str, Any] = {
        "misfire": dice.choice(("skip", "run_once", "run_all")),
        "misfire_limit": dice.randint(1, 4),
        "grace_seconds": dice.choice((1, 60, 3600)),
        "jitter_seconds": dice.choice((0, 0, 45)),
    }
    if not isinstance(trigger, OnceTrigger):
        timing["starts_at"] = dice.choice((None, begin + timedelta(days=dice.randint(1, 90))))
        timing["ends_at"] = dice.choice((None, until - timedelta(days=dice.randint(1, 90))))
    return Wanted(
        timing=Timing(trigger=trigger, time_zone=zone, **timing),
        times=times,
        overlap=dice.choice(("skip", "queue", "cancel_previous")),
        max_runs=dice.choice((None, None, dice.randint(1, 60))),
    )


def _draw_times(dice: random.Random) -> Times:
    """Most of them at night, when clocks are turned."""
    hours = dice.choice((range(4), range(24)))
    days = dice.choice((None, None, dice.sample(range(1, 29), 9)))
    weekdays = dice.choice((None, dice.sample(range(7), 3), [0, dice.randint(1, 6)]))
    return Times(
        minutes=frozenset(dice.sample(range(60), 1)),
        hours=frozenset(dice.sample(hours, 2)),
        days=None if days is None else frozenset(days),
        months=frozenset(range(1, 13)),
        weekdays=None if weekdays is None else frozenset(weekdays),
    )
