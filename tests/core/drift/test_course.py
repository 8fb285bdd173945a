"""What may be put back, and for how long."""

from datetime import UTC, datetime, timedelta

from core.drift.concession import LeftField
from core.drift.course import MAX_REVERTS, Candidate, left_alone, recent, revertible

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def candidate(
    identity: str,
    *,
    field: str | None = None,
    reverts: int = 0,
    key: str | None = "log",
    kind: str = "channel",
) -> Candidate:
    return Candidate(identity=identity, what="changed", kind=kind, key=key, field=field, reverts=reverts)


def test_what_was_added_is_never_put_back_because_that_would_delete_it() -> None:
    added = Candidate(identity="x", what="added", kind="role", key=None)
    assert revertible([added]) == ()


def test_a_field_that_is_given_up_is_left_and_the_others_of_its_node_are_put_back() -> None:
    topic, name = candidate("topic", field="topic", reverts=MAX_REVERTS), candidate("name", field="name")
    given_up = candidate("news topic", key="news", field="topic", reverts=MAX_REVERTS)
    level = candidate("level", key=None, kind="guild", field="verification level", reverts=MAX_REVERTS)
    guild = candidate("guild", key=None, kind="guild", field="name")
    chosen = revertible([topic, name, given_up, level, guild])
    assert chosen == (name, guild)
    assert left_alone([topic, name, given_up, level, guild], chosen) == (
        LeftField(key="log", field="topic"),
        LeftField(key=None, field="verification level"),
    )


def test_a_node_whose_place_or_being_is_given_up_is_left_alone_and_others_are_not() -> None:
    for field in ("position", "category", "type", None):
        place, name = candidate("place", field=field, reverts=MAX_REVERTS), candidate("name", field="name")
        other, guild = candidate("other", key="news"), candidate("guild", key=None, kind="guild")
        assert revertible([place, name, other, guild]) == (other, guild)


def test_reverts_count_for_an_hour() -> None:
    old, new = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
    assert recent([old, new], NOW) == (new,)
