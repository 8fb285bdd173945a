"""When, as people write it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import Invalid
from core.schedules.triggers import CronTrigger, IntervalTrigger, OnceTrigger
from core.schedules.wording import moment_of, seconds_of, trigger_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 28, 17, tzinfo=UTC)  # six in the evening there, the day before clocks go forward


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", 7_200),
        ("1 day", 86_400),
        ("day", 86_400),
        ("every week", 604_800),
        ("30 min", 1_800),
        ("1 day and 6 hours", 108_000),
        ("1h, 30m", 5_400),
        ("1h30m", 5_400),
        (" 90 Seconds ", 90),
    ],
)
def test_lengths_of_time_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "2", "2 h ours", "h2", "-1 h", "0 s", "367 days", "1.5 h", "²h"]
)
def test_what_is_no_length_of_time_is_refused_at_every(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        seconds_of(text)
    assert [each.pointer for each in refused.value.problems] == ["/every"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-24 18:00", datetime(2026, 12, 24, 17, tzinfo=UTC)),
        ("2026-12-24T18:00:30", datetime(2026, 12, 24, 17, 0, 30, tzinfo=UTC)),
        ("2026-12-24 18:00Z", datetime(2026, 12, 24, 18, tzinfo=UTC)),
        ("2026-12-24 18:00-05:00", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("19:00", datetime(2026, 3, 28, 18, tzinfo=UTC)),
        # The very moment is over; tomorrow's clocks have gone forward by then.
        ("18:00", datetime(2026, 3, 29, 16, tzinfo=UTC)),
        # A time that does not exist is the first one after it.
        ("02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_those_of_the_zones_clocks_unless_an_offset_says_otherwise(
    text: str, moment: datetime
) -> None:
    assert moment_of(text, BERLIN, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "25:00", "18", "2026-02-30 10:00", "2026-12-24", "9999-12-31 23:59", "٠٩:٠٠"]
)
def test_what_is_no_moment_is_refused_at_at(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        moment_of(text, BERLIN, NOW)
    assert [each.pointer for each in refused.value.problems] == ["/at"]


def test_one_of_the_three_ways_is_taken() -> None:
    ways = {"cron": None, "every": None, "at": None}
    cron = trigger_of(**ways | {"cron": " 0 9 * * * "}, zone=BERLIN, now=NOW)
    assert cron == CronTrigger(expression="0 9 * * *")
    assert trigger_of(**ways | {"every": "2h"}, zone=BERLIN, now=NOW) == IntervalTrigger(every_seconds=7_200)
    once = trigger_of(**ways | {"at": "19:00"}, zone=BERLIN, now=NOW)
    assert once == OnceTrigger(run_at=datetime(2026, 3, 28, 18, tzinfo=UTC))


def test_none_or_two_of_the_three_ways_are_refused() -> None:
    with pytest.raises(Invalid, match="Say when: by cron, every or at"):
        trigger_of(cron=None, every=None, at=None, zone=BERLIN, now=NOW)
    with pytest.raises(Invalid, match="not by cron and at"):
        trigger_of(cron="@daily", every=None, at="18:00", zone=BERLIN, now=NOW)
