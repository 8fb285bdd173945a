"""How long a job still takes, as clients and callbacks are told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from api.schemas.jobs import event_of
from core.callbacks.events import body_of
from core.jobs.schemas import JobEvent, JobProgress

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)


def event(expected_at: datetime | None) -> JobEvent:
    data: dict[str, Any] = {
        "kind": "template.apply",
        "state": "running",
        "waiting_for": None,
        "resume_at": None,
        "attempts": 1,
        "progress": JobProgress(1, 4, "Create #log", expected_at),
        "cancel_requested": False,
    }
    plain = msgspec.to_builtins(data)
    return JobEvent(job_id=uuid4(), sequence=3, type="job.progress", at=AT, data=plain)


@pytest.mark.parametrize(
    ("expected_at", "left"),
    [(AT + timedelta(seconds=90), 90.0), (AT - timedelta(seconds=1), 0.0), (None, None)],
)
def test_it_is_counted_from_when_the_event_happened(expected_at: datetime | None, left: float | None) -> None:
    shown = event_of(event(expected_at)).progress
    assert (shown.expected_at, shown.seconds_left) == (expected_at, left)
    told = msgspec.json.decode(body_of(event(expected_at), kind="template.apply", guild_id="1"))
    assert told["data"]["progress"]["seconds_left"] == left


def test_what_should_have_been_done_a_moment_ago_takes_no_less_than_nothing() -> None:
    left = event_of(event(AT - timedelta(milliseconds=20))).progress.seconds_left
    assert str(left) == "0.0"


def test_an_event_from_before_this_was_told_tells_nothing_of_it() -> None:
    old = event(None)
    del old.data["progress"]["expected_at"]
    assert event_of(old).progress.seconds_left is None
