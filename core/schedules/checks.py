"""What is wrong with a schedule by itself, each with the field it is at. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from core.errors import Invalid, Problem
from core.schedules.schemas import ScheduleDraft
from core.schedules.timing import Timing
from core.schedules.triggers import OnceTrigger, check_trigger, occurrences, shortest_gap
from core.schedules.zones import zone_of

NAME_LIMIT = 100
JITTER_LIMIT = 3_600
GRACE_LIMIT = 3_600
MISFIRE_LIMIT = 100
FAILURES_LIMIT = 100
RUNS_LIMIT = 1_000_000
HORIZON = timedelta(days=366 * 50)
"""Nothing is planned further ahead: the rules of time zones are not known either."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def require_sound(draft: ScheduleDraft, now: datetime, *, when: bool = True) -> None:
    """Raises `Invalid` with every problem; `when` looks also at its times, of which some are only good beforehand."""
    _require_none(tuple(problems_of(draft, now, when=when)))


def require_sound_timing(timing: Timing, now: datetime) -> None:
    """As `require_sound`, for what is only to be looked at."""
    _require_none((*_bounded(timing), *_when_problems(timing, now)))


def problems_of(draft: ScheduleDraft, now: datetime, *, when: bool = True) -> Iterator[Problem]:
    timing = draft.timing
    if not 1 <= len(draft.name.strip()) <= NAME_LIMIT:
        yield _problem("/name", "length", f"A name has 1 to {NAME_LIMIT} characters.")
    yield from _bounded(timing)
    yield from _between("/pause_after", draft.pause_after, 1, FAILURES_LIMIT)
    if draft.max_runs is not None:
        yield from _between("/max_runs", draft.max_runs, 1, RUNS_LIMIT)
    if when:
        yield from _when_problems(timing, now)


def _require_none(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Invalid(problems[0].message, problems=problems)


def _bounded(timing: Timing) -> Iterator[Problem]:
    yield from _between("/jitter_seconds", timing.jitter_seconds, 0, JITTER_LIMIT)
    yield from _between("/grace_seconds", timing.grace_seconds, 1, GRACE_LIMIT)
    yield from _between("/misfire_limit", timing.misfire_limit, 1, MISFIRE_LIMIT)


def _when_problems(timing: Timing, now: datetime) -> Iterator[Problem]:
    away = tuple(_out_of_range(timing, now))
    yield from away
    begun = () if away else _checked(timing, now)
    yield from begun
    if away or begun:
        return
    if timing.starts_at is not None and timing.ends_at is not None and timing.ends_at < timing.starts_at:
        yield _problem("/ends_at", "order", "It ends before it starts.")
    elif next(_within(timing, now), None) is None:
        yield _problem("/ends_at", "never", "Between its start and its end there is not one run.")
    gap = shortest_gap(timing.trigger, timing.zone, max(now, timing.starts_at or now))
    if gap is not None and gap <= timedelta(seconds=timing.jitter_seconds):
        message = f"Runs come as close as {gap.total_seconds():g} s: the jitter must be shorter than that."
        yield _problem("/jitter_seconds", "too_long", message)


def _out_of_range(timing: Timing, now: datetime) -> Iterator[Problem]:
    for name, moment in _moments(timing).items():
        if moment - now > HORIZON:
            message = f"Nothing is planned after the year {(now + HORIZON).year}."
            yield _problem(f"/{name}", "too_far", message)
        elif moment < EARLIEST:
            yield _problem(f"/{name}", "too_early", f"Give a time after {EARLIEST.year}.")


def _within(timing: Timing, now: datetime) -> Iterator[datetime]:
    begin = max(now, (timing.starts_at or now) - timedelta(microseconds=1))
    for at in occurrences(timing.trigger, timing.zone, begin):
        if timing.ends_at is not None and at > timing.ends_at:
            return
        yield at


def _checked(timing: Timing, now: datetime) -> tuple[Problem, ...]:
    """Where the zone is none, the trigger is looked at in UTC, so that both are told."""
    problems: tuple[Problem, ...] = ()
    zone: tzinfo = UTC
    try:
        zone = zone_of(timing.time_zone)
    except Invalid as refused:
        problems = refused.problems
    try:
        check_trigger(timing.trigger, zone, now)
    except Invalid as refused:
        problems += refused.problems
    return problems


def _moments(timing: Timing) -> dict[str, datetime]:
    run_at = timing.trigger.run_at if isinstance(timing.trigger, OnceTrigger) else None
    anchor = getattr(timing.trigger, "anchor", None)
    said = {
        "starts_at": timing.starts_at,
        "ends_at": timing.ends_at,
        "trigger/run_at": run_at,
        "trigger/anchor": anchor,
    }
    return {name: moment for name, moment in said.items() if moment is not None}


def _between(pointer: str, value: int, least: int, most: int) -> Iterator[Problem]:
    if not least <= value <= most:
        yield _problem(pointer, "range", f"From {least} to {most}, not {value}.")


def _problem(pointer: str, code: str, message: str) -> Problem:
    return Problem(pointer=pointer, code=code, message=message)
