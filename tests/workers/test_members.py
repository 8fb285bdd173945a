"""What tells that something was done to a member, when the answer was lost."""

from datetime import UTC, datetime, timedelta

from core.discord.types import Member
from workers.jobs.members import has_gone

INTENDED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_who_was_put_out_and_came_back_is_not_put_out_again() -> None:
    stayed = Member(user_id="1", joined_at=INTENDED - timedelta(days=3))
    returned = Member(user_id="1", joined_at=INTENDED + timedelta(seconds=3))
    assert has_gone(None, INTENDED)
    assert has_gone(returned, INTENDED)
    assert not has_gone(stayed, INTENDED)
    assert not has_gone(Member(user_id="1"), INTENDED)
