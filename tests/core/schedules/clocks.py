"""An oracle that knows neither cron nor our arithmetic: it walks through every minute that passes, and looks at what
the clocks of the zone show."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",
    "America/Sao_Paulo",  # clocks went forward at midnight, until 2019
    "Pacific/Apia",  # a day that never was: 30 December 2011
    "Africa/Casablanca",  # back for Ramadan
)
TURNINGS = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2018, 2, 18, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC),
    datetime(2026, 2, 15, tzinfo=UTC),
    datetime(2026, 3, 22, tzinfo=UTC),
)
"""About when some of those zones turn their clocks."""


class Times(msgspec.Struct, frozen=True):
    """What a cron expression says, as plain sets; `weekdays` count from Sunday, and None is a star."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None

    def expression(self) -> str:
        fields = (self.minutes, self.hours, self.days, self.months, self.weekdays)
        return " ".join("*" if field is None else ",".join(map(str, sorted(field))) for field in fields)

    def names(self, local: datetime) -> bool:
        if local.minute not in self.minutes or local.hour not in self.hours or local.month not in self.months:
            return False
        by_day = self.days is not None and local.day in self.days
        by_weekday = self.weekdays is not None and local.isoweekday() % 7 in self.weekdays
        if self.days is None or self.weekdays is None:
            return (self.days is None or by_day) and (self.weekdays is None or by_weekday)
        return by_day or by_weekday


def some(values: range, most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.sampled_from(values), min_size=1, max_size=most)


def all_of(values: range) -> st.SearchStrategy[frozenset[int]]:
    return st.just(frozenset(values))


times: st.SearchStrategy[Times] = st.builds(
    Times,
    minutes=some(range(60), 4),
    hours=some(range(24), 5) | some(range(4), 3) | all_of(range(24)),
    days=st.none() | some(range(1, 29), 6),
    months=all_of(range(1, 13)),
    weekdays=st.none() | some(range(7), 3),
)
Moments: TypeAlias = list[datetime]


def expected(wanted: Times, zone: ZoneInfo, after: datetime, until: datetime) -> Moments:
    """What happens later than `after` and not later than `until`: for each local time the first minute that shows it,
    or, where none does, the first that shows a later one."""
    begin = after.replace(second=0, microsecond=0) - timedelta(days=3)
    shown: datetime | None = None
    found: set[datetime] = set()
    for at in minutes(begin, until):
        local = at.astimezone(zone).replace(tzinfo=None)
        reached = local if shown is None else shown + MINUTE
        while reached <= local:
            if wanted.names(reached):
                found.add(at)
            reached += MINUTE
        shown = local if shown is None else max(shown, local)
    return sorted(at for at in found if at > after)


def minutes(begin: datetime, until: datetime) -> Iterator[datetime]:
    while begin <= until:
        yield begin
        begin += MINUTE
