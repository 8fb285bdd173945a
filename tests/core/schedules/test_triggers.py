"""Cron, intervals and single moments against an oracle that only looks at clocks."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.schedules.triggers import (
    CronTrigger,
    IntervalTrigger,
    OnceTrigger,
    Trigger,
    check_trigger,
    occurrences,
    occurrences_back,
    shortest_gap,
)
from core.schedules.zones import nearest_zones, zone_names, zone_of
from tests.core.schedules.clocks import TURNINGS, ZONES, Times, expected, times
from tests.fixtures.size import sized

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
dates = st.integers(0, 315_000_000).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local_days(expression: str, since: str, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    found = islice(occurrences(CronTrigger(expression=expression), zone, at(since)), count)
    return [each.astimezone(zone).isoformat() for each in found]


@given(
    wanted=times,
    zone=st.sampled_from(ZONES),
    turning=st.sampled_from(TURNINGS),
    minutes_before=st.integers(0, 2 * 1440),
    seconds=st.integers(0, 59),
)
@settings(max_examples=sized(small=40, soak=2_000), deadline=None)
def test_cron_happens_when_the_clocks_say_so(
    wanted: Times, zone: str, turning: datetime, minutes_before: int, seconds: int
) -> None:
    after = turning - timedelta(minutes=minutes_before, seconds=seconds)
    until = after + timedelta(days=4)
    trigger, where = CronTrigger(expression=wanted.expression()), ZoneInfo(zone)
    oracle = expected(wanted, where, after, until)
    assert list(takewhile(lambda each: each <= until, occurrences(trigger, where, after))) == oracle
    back = takewhile(lambda each: each > after, occurrences_back(trigger, where, until))
    assert list(back) == oracle[::-1]


@given(
    every=st.integers(10, 200_000),
    anchor=dates,
    after=dates,
)
def test_an_interval_counts_from_its_anchor_and_knows_no_clocks(
    every: int, anchor: datetime, after: datetime
) -> None:
    trigger = IntervalTrigger(every_seconds=every, anchor=anchor)
    found = list(islice(occurrences(trigger, BERLIN, after), 5))
    assert found[0] >= anchor
    assert found[0] > after
    assert found[0] - max(after, anchor - timedelta(seconds=1)) <= timedelta(seconds=every)
    assert all((each - anchor) % timedelta(seconds=every) == timedelta() for each in found)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(seconds=every)}
    back = list(islice(occurrences_back(trigger, BERLIN, found[-1]), 5))
    assert back == found[::-1]


class TestClocksGoForward:
    def test_a_time_that_does_not_exist_is_the_first_moment_after_the_gap(self) -> None:
        assert local_days("30 2 * * *", "2026-03-28T00:00:00Z", 3) == [
            "2026-03-28T02:30:00+01:00",
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:30:00+02:00",
        ]

    def test_all_times_in_the_gap_are_one_occurrence(self) -> None:
        assert local_days("*/20 2,3 29 3 *", "2026-03-28T12:00:00Z", 3) == [
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T03:20:00+02:00",
            "2026-03-29T03:40:00+02:00",
        ]

    def test_where_midnight_is_left_out_the_day_begins_with_its_first_hour(self) -> None:
        brazil = ZoneInfo("America/Sao_Paulo")
        assert local_days("@daily", "2018-11-03T12:00:00Z", 1, brazil) == ["2018-11-04T01:00:00-02:00"]

    def test_where_a_whole_day_is_left_out_its_times_come_with_the_next(self) -> None:
        samoa = ZoneInfo("Pacific/Apia")
        assert local_days("0 9 * * *", "2011-12-29T12:00:00Z", 3, samoa) == [
            "2011-12-29T09:00:00-10:00",
            "2011-12-31T00:00:00+14:00",
            "2011-12-31T09:00:00+14:00",
        ]


class TestClocksGoBack:
    def test_a_time_that_comes_twice_happens_once_the_first_time(self) -> None:
        assert local_days("30 2 * * *", "2026-10-24T12:00:00Z", 2) == [
            "2026-10-25T02:30:00+02:00",
            "2026-10-26T02:30:00+01:00",
        ]

    def test_asked_in_the_second_coming_it_is_over(self) -> None:
        assert local_days("30 2 * * *", "2026-10-25T01:10:00Z", 1) == ["2026-10-26T02:30:00+01:00"]


def problem_of(trigger: Trigger) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as refused:
        check_trigger(trigger, BERLIN, NOW)
    (problem,) = refused.value.problems
    return problem.code, problem.pointer, problem.message


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("expression", "code", "named"),
        [
            ("0 0 31 2 *", "bad_cron", "day-of-month"),
            ("61 * * * *", "bad_cron", "minute"),
            ("0 25 * * *", "bad_cron", "hour"),
            ("0 0 * FOO *", "bad_cron", "month"),
            ("0 0 * * MON#6", "bad_cron", "day-of-week"),
            ("@fortnightly", "bad_cron", "@daily"),
            ("* * *", "bad_cron", "five fields"),
            ("* * * * * *", "too_often", "10 s is the least"),
            ("0-1 0 9 * * *", "too_often", "after 1 s"),
        ],
    )
    def test_an_expression_that_cannot_be(self, expression: str, code: str, named: str) -> None:
        said = problem_of(CronTrigger(expression=expression))
        assert said[:2] == (code, "/trigger/expression")
        assert named in said[2]

    def test_an_interval_under_the_floor(self) -> None:
        assert problem_of(IntervalTrigger(every_seconds=9))[:2] == ("too_often", "/trigger/every_seconds")

    def test_a_single_moment_that_is_over(self) -> None:
        said = problem_of(OnceTrigger(run_at=NOW))
        assert said[:2] == ("in_the_past", "/trigger/run_at")

    @pytest.mark.parametrize(
        "expression",
        [
            "*/10 * * * * *",
            "0 9 * * mon-fri",
            "@daily",
            " @Weekly ",
            "0 0 29 2 *",
            "0 0 L * *",
            "0 9 1 JAN,JUL *",
        ],
    )
    def test_and_what_is_not(self, expression: str) -> None:
        check_trigger(CronTrigger(expression=expression), BERLIN, NOW)


@given(
    st.text(max_size=30) | st.from_regex(r"(?:[\d*/,L#\-A-Z]{1,6} ){4,5}[\d*/,L#\-A-Z]{1,6}", fullmatch=True)
)
@settings(max_examples=sized(small=300, soak=5_000), deadline=None)
def test_any_text_is_taken_or_refused_with_a_sentence(text: str) -> None:
    trigger = CronTrigger(expression=text)
    try:
        check_trigger(trigger, BERLIN, NOW)
    except Invalid as refused:
        assert refused.problems[0].pointer == "/trigger/expression"  # noqa: PT017 - most of them are refused
    else:
        assert next(occurrences(trigger, BERLIN, NOW)) > NOW


def test_the_shortest_time_between_two_is_found_where_they_come_in_clusters() -> None:
    assert shortest_gap(CronTrigger(expression="0,25 9 1 1 *"), BERLIN, NOW) == timedelta(minutes=25)
    assert shortest_gap(OnceTrigger(run_at=NOW), BERLIN, NOW) is None


class TestZones:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("berlin", "Europe/Berlin"),
            ("Europe/Berln", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("tokio", "Asia/Tokyo"),
            ("europe/london", "Europe/London"),
        ],
    )
    def test_an_unknown_name_is_told_the_nearest(self, typed: str, meant: str) -> None:
        with pytest.raises(Invalid, match=meant) as refused:
            zone_of(typed)
        assert refused.value.problems[0].pointer == "/time_zone"

    @pytest.mark.parametrize("typed", ["", "../etc/passwd", "Mars/Olympus", "\0", "x" * 5_000, "localtime"])
    def test_nonsense_is_refused_too(self, typed: str) -> None:
        with pytest.raises(Invalid):
            zone_of(typed)

    def test_every_name_that_is_listed_is_one(self) -> None:
        assert all(zone_of(name) for name in zone_names())
        assert "Europe/Berlin" in nearest_zones("Ber")
