"""What may be put back, and for how long."""

from datetime import UTC, datetime, timedelta

from core.drift.course import MAX_REVERTS, Candidate, recent, revertible

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def candidate(
    identity: str, *, reverts: int = 0, key: str | None = "log", kind: str = "channel"
) -> Candidate:
    return Candidate(identity=identity, what="changed", kind=kind, key=key, reverts=reverts)


def test_what_was_added_is_never_put_back_because_that_would_delete_it() -> None:
    added = Candidate(identity="x", what="added", kind="role", key=None)
    assert revertible([added]) == ()


def test_a_node_of_which_one_field_is_given_up_is_left_alone_and_others_are_not() -> None:
    topic, name = candidate("topic", reverts=MAX_REVERTS), candidate("name")
    other, guild = candidate("other", key="news"), candidate("guild", key=None, kind="guild")
    assert revertible([topic, name, other, guild]) == (other, guild)


def test_reverts_count_for_an_hour() -> None:
    old, new = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
    assert recent([old, new], NOW) == (new,)
