"""When what is done for a time ends, and which ends are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.actions.ends import LONGEST, end_of, end_problems, is_timed
from core.actions.payloads import ChannelLock, MemberBan, MemberKick

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def found(**said: Any) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in end_problems(MemberBan(member_ids=("1",), **said), NOW)]


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({}, []),
        ({"expires_in": 60}, []),
        ({"expires_in": 59}, [("/expires_in", "range")]),
        ({"expires_in": 0}, [("/expires_in", "range")]),
        ({"expires_in": -60}, [("/expires_in", "range")]),
        ({"expires_in": int(LONGEST.total_seconds())}, []),
        ({"expires_in": int(LONGEST.total_seconds()) + 1}, [("/expires_in", "range")]),
        ({"until": NOW + MINUTE}, []),
        ({"until": NOW + MINUTE - SECOND}, [("/until", "too_early")]),
        ({"until": NOW - MINUTE}, [("/until", "too_early")]),
        ({"until": NOW + LONGEST}, []),
        ({"until": NOW + LONGEST + SECOND}, [("/until", "too_far")]),
        ({"until": datetime.max.replace(tzinfo=UTC)}, [("/until", "too_far")]),
        ({"until": NOW + MINUTE, "expires_in": 60}, [("/until", "both"), ("/expires_in", "both")]),
    ],
)
def test_an_end_is_a_minute_to_five_years_ahead_and_said_in_one_way(
    said: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    assert found(**said) == problems


def test_a_moment_without_a_number_in_utc_is_out_of_range() -> None:
    late = datetime.max.replace(tzinfo=datetime.now().astimezone(UTC).tzinfo)
    west = datetime.fromisoformat("9999-12-31T23:59:59-12:00")
    assert found(until=west) == [("/until", "range")]
    assert found(until=late) == [("/until", "too_far")]


def test_a_length_counts_from_when_it_was_done_and_a_moment_is_one() -> None:
    lock = ChannelLock(channel_id="1", expires_in=90)
    assert end_of(lock, NOW) == NOW + timedelta(seconds=90)
    assert end_of(ChannelLock(channel_id="1", until=NOW + MINUTE), NOW + timedelta(hours=1)) == NOW + MINUTE
    assert end_of(ChannelLock(channel_id="1"), NOW) is None


def test_only_what_can_end_is_timed() -> None:
    assert is_timed(ChannelLock(channel_id="1", expires_in=90))
    assert not is_timed(ChannelLock(channel_id="1"))
    assert not is_timed(MemberKick(member_ids=("1",)))
    assert list(end_problems(MemberKick(member_ids=("1",)), NOW)) == []
