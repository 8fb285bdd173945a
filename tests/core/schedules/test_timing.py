"""What is run when somebody looks, against a list of everything that should have happened."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.schedules.timing import (
    MOST_COUNTED,
    Misfire,
    Occurrence,
    Timing,
    decide,
    first_after,
    is_late,
    preview,
    upcoming,
)
from core.schedules.triggers import CronTrigger, IntervalTrigger, OnceTrigger, Trigger, occurrences
from tests.fixtures.size import sized

SEED = uuid.UUID(int=7)
BEGIN = datetime(2026, 10, 24, 12, tzinfo=UTC)  # a day before clocks go back in Berlin
MINUTELY = Timing(trigger=IntervalTrigger(every_seconds=60, anchor=BEGIN), time_zone="UTC", grace_seconds=60)


def after(**passed: float) -> datetime:
    return BEGIN + timedelta(**passed)


def first(timing: Timing) -> Occurrence:
    found = first_after(timing, SEED, BEGIN)
    assert found is not None
    return found


triggers: st.SearchStrategy[Trigger] = (
    st.integers(60, 20_000).map(lambda every: IntervalTrigger(every_seconds=every, anchor=BEGIN))
    | st.sampled_from(["*/15 * * * *", "0 9,17 * * *", "*/7 2 * * *", "30 2 * * SUN"]).map(
        lambda expression: CronTrigger(expression=expression)
    )
    | st.integers(1, 300_000).map(lambda seconds: OnceTrigger(run_at=after(seconds=seconds)))
)
timings = st.builds(
    Timing,
    trigger=triggers,
    time_zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    starts_at=st.none() | st.integers(0, 100_000).map(lambda seconds: after(seconds=seconds)),
    ends_at=st.none() | st.integers(100_000, 400_000).map(lambda seconds: after(seconds=seconds)),
    jitter_seconds=st.sampled_from([0, 0, 30]),
    misfire=st.sampled_from(["skip", "run_once", "run_all"]),
    misfire_limit=st.integers(1, 4),
    grace_seconds=st.sampled_from([1, 60, 600]),
)
looks = st.lists(st.integers(1, 90_000), min_size=1, max_size=30)


def all_of(timing: Timing, until: datetime) -> list[Occurrence]:
    """From the trigger alone."""
    start, end = timing.starts_at or BEGIN, timing.ends_at
    found = takewhile(lambda at: at <= until, occurrences(timing.trigger, ZoneInfo(timing.time_zone), BEGIN))
    known = {
        each.at: each for each in takewhile(lambda each: each.at <= until, upcoming(timing, SEED, BEGIN))
    }
    wanted = [at for at in found if at >= start and (end is None or at <= end)]
    assert sorted(known) == wanted
    return [known[at] for at in wanted]


def chosen_of(due: Sequence[Occurrence], timing: Timing, now: datetime) -> list[Occurrence]:
    patience = timedelta(seconds=timing.grace_seconds + timing.jitter_seconds)
    in_time = [each for each in due if each.due_at + patience >= now]
    if len(in_time) == len(due) or timing.misfire == "skip":
        return in_time
    return list(due[-1:] if timing.misfire == "run_once" else due[-timing.misfire_limit :])


@given(timing=timings, steps=looks, most=st.none() | st.integers(1, 6))
@settings(max_examples=sized(small=60, soak=3_000), deadline=None)
def test_every_occurrence_is_run_once_or_as_its_misfire_says(
    timing: Timing, steps: list[int], most: int | None
) -> None:
    now, pending, run, done = BEGIN, first_after(timing, SEED, BEGIN), list[Occurrence](), 0
    every = all_of(timing, BEGIN + timedelta(seconds=sum(steps)))
    for step in steps:
        now += timedelta(seconds=step)
        due = list(takewhile(lambda each: each.due_at <= now, every[done:]))  # noqa: B023
        wanted = chosen_of(due, timing, now)[: None if most is None else max(most - len(run), 0)]
        if pending is None or pending.due_at > now:
            assert not wanted
            continue
        decision = decide(timing, SEED, pending, now, runs_left=None if most is None else most - len(run))
        if len(due) < MOST_COUNTED:
            assert list(decision.run) == wanted
            assert decision.missed == len(due) - len(wanted)
        run += decision.run
        done += len(due)
        pending = decision.next
    assert len(set(run)) == len(run)
    assert run == sorted(run)


@pytest.mark.parametrize(
    ("misfire", "run"),
    [("skip", []), ("run_once", [180]), ("run_all", [178, 179, 180])],
)
def test_after_an_outage_of_three_hours(misfire: Misfire, run: list[int]) -> None:
    timing = replace(MINUTELY, misfire=misfire, misfire_limit=3, grace_seconds=20)
    decision = decide(timing, SEED, first(timing), after(minutes=180, seconds=30))
    assert [each.at for each in decision.run] == [after(minutes=minute) for minute in run]
    assert decision.missed == 180 - len(run)
    assert decision.missed_from == after(minutes=1)
    assert decision.next == Occurrence(after(minutes=181), after(minutes=181))


@pytest.mark.parametrize("misfire", ["skip", "run_once", "run_all"])
def test_after_more_than_anybody_counts_the_last_are_found_all_the_same(misfire: Misfire) -> None:
    """30 days of minutes are 43,200."""
    timing = replace(MINUTELY, misfire=misfire, misfire_limit=3, grace_seconds=90)
    now = after(days=30, seconds=10)
    decision = decide(timing, SEED, first(timing), now)
    expected = {"skip": [1, 0], "run_once": [0], "run_all": [2, 1, 0]}[misfire]
    assert [each.at for each in decision.run] == [after(days=30) - timedelta(minutes=ago) for ago in expected]
    assert decision.missed == MOST_COUNTED
    assert decision.next is not None
    assert decision.next.at == after(days=30, minutes=1)


def test_what_comes_in_time_is_run_though_another_was_due_with_it() -> None:
    decision = decide(MINUTELY, SEED, first(MINUTELY), after(minutes=2))
    assert [each.at for each in decision.run] == [after(minutes=1), after(minutes=2)]


def test_the_last_run_of_a_number_has_none_after_it() -> None:
    decision = decide(MINUTELY, SEED, first(MINUTELY), after(minutes=1), runs_left=1)
    assert len(decision.run) == 1
    assert decision.next is None


def test_the_end_itself_belongs_to_it() -> None:
    timing = replace(MINUTELY, ends_at=after(minutes=2))
    assert [each.at for each in preview(timing, SEED, BEGIN, 10)] == [after(minutes=1), after(minutes=2)]


def test_the_start_itself_belongs_to_it() -> None:
    timing = replace(MINUTELY, starts_at=after(minutes=5))
    assert first(timing).at == after(minutes=5)


def test_a_delay_is_its_occurrences_own_and_within_the_jitter() -> None:
    timing = replace(MINUTELY, jitter_seconds=30)
    seen = list(islice(upcoming(timing, SEED, BEGIN), 500))
    assert seen == list(islice(upcoming(timing, SEED, BEGIN), 500))
    delays = [(each.due_at - each.at).total_seconds() for each in seen]
    assert 0 <= min(delays) < 3
    assert 27 < max(delays) <= 30
    others = islice(upcoming(timing, uuid.UUID(int=8), BEGIN), 500)
    assert [each.due_at for each in others] != [each.due_at for each in seen]


def test_what_its_jitter_delays_is_not_late() -> None:
    timing = replace(MINUTELY, jitter_seconds=30, grace_seconds=1)
    assert not is_late(timing, first(timing), first(timing).due_at + timedelta(seconds=31))
    assert is_late(timing, first(timing), first(timing).due_at + timedelta(seconds=32))
