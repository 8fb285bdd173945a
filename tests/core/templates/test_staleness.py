"""A plan that is stale says what has changed: which objects, which of their fields, and what they are now."""

from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.documents.channels import TextChannel
from core.templates.documents.document import Document
from core.templates.documents.roles import DocumentRole
from core.templates.staleness import changes_since, told
from tests.builders.scenes import EXACT, channel, guild, plan_for, role, wanted

SAID = wanted(
    DocumentRole(key="mod", name="mod", hoist=True),
    TextChannel(key="a", name="a", topic="wanted"),
    TextChannel(key="b", name="b", topic="wanted"),
)
THERE = guild(
    role(1101, "mod"), channel(2001, "a", topic="old"), channel(2002, "b", position=1, topic="wanted")
)


def changes(after: Snapshot, said: Document = SAID) -> list[tuple[str, str, str]]:
    found = changes_since(plan_for(said, THERE, options=EXACT), plan_for(said, after, options=EXACT))
    return [(problem.code, problem.pointer, problem.message) for problem in found]


def with_topic(number: str, topic: str | None) -> Snapshot:
    edited = (replace(c, topic=topic) if c.id == number else c for c in THERE.channels)
    return replace(THERE, channels=tuple(edited))


def test_a_field_that_was_to_be_written_has_the_value_of_then_and_of_now() -> None:
    ((code, pointer, message),) = changes(with_topic("2001", "other"))
    assert (code, message) == ("changed", "topic of the text channel “a” was “old” and is “other”.")
    assert pointer.startswith("/tree/")


def test_a_field_that_was_as_wanted_and_is_no_more_is_told() -> None:
    ((_, _, message),) = changes(with_topic("2002", None))
    assert message == "topic of the text channel “b” was “wanted” and is nothing."


def test_what_somebody_has_done_already_is_told() -> None:
    ((_, _, message),) = changes(with_topic("2001", "wanted"))
    assert message == "topic of the text channel “a” was “old” and is “wanted”."


def test_what_is_gone_and_what_is_new_are_named() -> None:
    channels = tuple(c for c in THERE.channels if c.id != "2002")
    after = replace(THERE, channels=(*channels, channel(2005, "extra", position=2)))
    found = changes(after)
    assert ("gone", "The text channel “b” is gone.") in [(code, message) for code, _, message in found]
    assert ("new", "/tree", "The text channel “extra” is new.") in found


def test_pointers_lead_to_the_object_in_the_stale_plan() -> None:
    plan = plan_for(SAID, THERE, options=EXACT)
    ((_, pointer, _),) = changes(with_topic("2001", "other"))
    assert plan.tree[int(pointer.removeprefix("/tree/"))].id == "2001"


def test_equal_guilds_have_no_changes() -> None:
    assert changes(THERE) == []


def test_the_sentence_names_three_and_counts_the_rest() -> None:
    there = guild(*(channel(2001 + n, f"c{n}", position=n) for n in range(5)))
    planned, now = plan_for(wanted(), there, options=EXACT), plan_for(wanted(), guild(), options=EXACT)
    sentence = told(changes_since(planned, now))
    assert sentence.count("is gone.") == 3
    assert "And 2 more." in sentence
