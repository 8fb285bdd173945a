"""What people read of a trigger."""

from datetime import UTC, datetime

import pytest

from core.schedules.sentences import lasting, moments, sentence
from core.schedules.timing import Timing
from core.schedules.triggers import CronTrigger, IntervalTrigger, OnceTrigger, Trigger


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0 9 * * MON-FRI", "every weekday at 09:00"),
        ("0 9 * * 1-5", "every weekday at 09:00"),
        ("@daily", "every day at 00:00"),
        ("0 9,17 * * *", "every day at 09:00 and 17:00"),
        ("0 12 * * 1", "every Monday at 12:00"),
        ("0 12 * * SAT,SUN", "every Saturday and Sunday at 12:00"),
        ("30 8 1 * *", "on the first day of every month at 08:30"),
        ("0 0 L * *", "on the last day of every month at 00:00"),
        ("0 0 * * 5#2", "on the second Friday of the month at 00:00"),
        ("0 0 29 2 *", "every year on February 29 at 00:00"),
        ("15 30 9 * * *", "every day at 09:30:15"),
        ("@hourly", "at the start of every hour"),
        ("*/10 * * * *", "every 10th minute of every hour"),
    ],
)
def test_cron(expression: str, said: str) -> None:
    timing = Timing(trigger=CronTrigger(expression=expression), time_zone="Europe/Berlin")
    assert sentence(timing) == f"{said}, Europe/Berlin"


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (IntervalTrigger(every_seconds=60), "every minute"),
        (IntervalTrigger(every_seconds=7_200), "every 2 hours"),
        (IntervalTrigger(every_seconds=90), "every 1 minute and 30 seconds"),
        (IntervalTrigger(every_seconds=90_061), "every 1 day, 1 hour, 1 minute and 1 second"),
        (
            OnceTrigger(run_at=datetime(2026, 11, 26, 8, tzinfo=UTC)),
            "once, on Thursday 26 November 2026 at 09:00, Europe/Berlin",
        ),
    ],
)
def test_intervals_and_single_moments(trigger: Trigger, said: str) -> None:
    assert sentence(Timing(trigger=trigger, time_zone="Europe/Berlin")) == said


def test_a_length_is_told_with_its_number() -> None:
    assert [lasting(each) for each in (3_600, 28_800, 90_000)] == ["1 hour", "8 hours", "1 day and 1 hour"]


def test_a_moment_is_told_in_its_zone_and_in_utc() -> None:
    timing = Timing(trigger=CronTrigger(expression="@daily"), time_zone="Europe/Berlin")
    seen = moments(datetime(2026, 7, 1, 8, tzinfo=UTC), timing)
    assert seen == ("2026-07-01T10:00:00+02:00", "2026-07-01T08:00:00Z")
