"""Which occurrences of a schedule are run at a moment, and which comes next.

Every occurrence has a moment that its trigger names, and falls due up to `jitter_seconds` later. One that falls due
while nobody looks (an outage, a clock that was put forward) is missed once it is later than the grace; what becomes
of what was missed is the schedule's `misfire`.
"""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import islice, takewhile
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from core.schedules.triggers import OnceTrigger, Trigger, occurrences, occurrences_back

Misfire: TypeAlias = Literal["skip", "run_once", "run_all"]
MOST_COUNTED = 1_000
"""Of the missed ones: after a long outage it is enough to know that there were many."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """`misfire` says what becomes of missed occurrences: none of them is run, the latest is, or the latest
    `misfire_limit` are. Times are in UTC; `ends_at` itself belongs to it."""

    trigger: Trigger
    time_zone: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    jitter_seconds: int = 0
    misfire: Misfire = "run_once"
    misfire_limit: int = 10
    grace_seconds: int = 60

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)


class Occurrence(msgspec.Struct, frozen=True, order=True):
    """`at` is what the trigger names, and what tells it from every other of its schedule."""

    at: datetime
    due_at: datetime


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`run` is in order. `missed` counts what is not run, up to `MOST_COUNTED`, from `missed_from` on."""

    run: tuple[Occurrence, ...]
    next: Occurrence | None
    missed: int = 0
    missed_from: datetime | None = None


def upcoming(timing: Timing, seed: uuid.UUID, after: datetime) -> Iterator[Occurrence]:
    """Those later than `after`, within the schedule's start and end; `seed` is the schedule's id, from which each
    occurrence's own delay comes, the same whoever asks."""
    if timing.starts_at is not None:
        after = max(after, timing.starts_at - timedelta(microseconds=1))
    for at in occurrences(timing.trigger, timing.zone, after):
        if timing.ends_at is not None and at > timing.ends_at:
            return
        yield _occurrence(timing, seed, at)


def first_after(timing: Timing, seed: uuid.UUID, after: datetime) -> Occurrence | None:
    return next(upcoming(timing, seed, after), None)


def decide(
    timing: Timing, seed: uuid.UUID, pending: Occurrence, now: datetime, *, runs_left: int | None = None
) -> Decision:
    """What to do with `pending`, which is due, and with all that have become due after it. `runs_left` is how many
    more the schedule may have at all, None for any number."""
    due, later = _due(timing, seed, pending, now)
    run = due
    if is_late(timing, pending, now):
        newest = _newest(timing, seed, due, later, now)
        match timing.misfire:
            case "skip":
                run = list(takewhile(lambda each: not is_late(timing, each, now), newest))[::-1]
            case "run_once":
                run = list(islice(newest, 1))
            case "run_all":
                run = list(islice(newest, timing.misfire_limit))[::-1]
    chosen = tuple(run if runs_left is None else run[: max(runs_left, 0)])
    is_over = runs_left is not None and len(chosen) >= runs_left
    left_out = [each for each in due if each not in chosen]
    return Decision(
        run=chosen,
        next=None if is_over else _next(timing, seed, later, now),
        missed=len(left_out),
        missed_from=left_out[0].at if left_out else None,
    )


def is_late(timing: Timing, occurrence: Occurrence, now: datetime) -> bool:
    """Beyond the grace, to which the jitter is added: an occurrence may have had to wait for the one before it."""
    grace = timedelta(seconds=timing.grace_seconds + timing.jitter_seconds)
    return now - occurrence.due_at > grace


def _due(
    timing: Timing, seed: uuid.UUID, pending: Occurrence, now: datetime
) -> tuple[list[Occurrence], Occurrence | None]:
    """Those due by now, `MOST_COUNTED` at most, and the one after them."""
    due = [pending]
    for each in upcoming(timing, seed, pending.at):
        if each.due_at > now or len(due) == MOST_COUNTED:
            return due, each
        due.append(each)
    return due, None


def _newest(
    timing: Timing, seed: uuid.UUID, due: list[Occurrence], later: Occurrence | None, now: datetime
) -> Iterator[Occurrence]:
    """Those due, the last first; where not all were counted, found from now backwards."""
    if later is None or later.due_at > now:
        yield from reversed(due)
        return
    for at in occurrences_back(timing.trigger, timing.zone, min(now, timing.ends_at or now)):
        each = _occurrence(timing, seed, at)
        if each.due_at <= now:
            yield each


def _next(timing: Timing, seed: uuid.UUID, later: Occurrence | None, now: datetime) -> Occurrence | None:
    """The one after those due: `later`, or, where not all were counted, the first that is not due yet."""
    if later is None or later.due_at > now:
        return later
    since = now - timedelta(seconds=timing.jitter_seconds)
    return next((each for each in upcoming(timing, seed, since) if each.due_at > now), None)


def _occurrence(timing: Timing, seed: uuid.UUID, at: datetime) -> Occurrence:
    return Occurrence(at=at, due_at=at + _delay(timing, seed, at))


def _delay(timing: Timing, seed: uuid.UUID, at: datetime) -> timedelta:
    """Between nothing and the jitter, in milliseconds; drawn from id and moment, so that it needs no memory."""
    if not timing.jitter_seconds or isinstance(timing.trigger, OnceTrigger):
        return timedelta()
    drawn = hashlib.blake2b(seed.bytes + at.isoformat().encode(), digest_size=8).digest()
    return timedelta(milliseconds=int.from_bytes(drawn) % (timing.jitter_seconds * 1_000 + 1))


def preview(timing: Timing, seed: uuid.UUID, after: datetime, count: int) -> tuple[Occurrence, ...]:
    return tuple(islice(upcoming(timing, seed, after), count))
