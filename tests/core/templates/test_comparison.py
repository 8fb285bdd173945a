from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.capture import document_of
from core.templates.comparison import Comparison, Seen, compare
from core.templates.documents.channels import Category, DocumentOverwrite, TextChannel
from core.templates.documents.document import Document
from core.templates.documents.parse import document_from
from core.templates.documents.roles import DocumentRole
from core.templates.imagined import imagined
from core.templates.plan import PlanNode
from tests.builders.documents import documents, snapshots
from tests.fixtures.size import sized


def changed(nodes: Iterable[PlanNode]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Names, what happens to them, and in which fields."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for node in nodes:
        if node.action != "keep":
            found.append((node.name, node.action, tuple(change.field for change in node.changes)))
        found += changed(node.children)
    return found


def picture(digit: str) -> str:
    """What a document says of some picture."""
    return f"sha256:{digit * 64}"


def reread(document: Document) -> Document:
    return msgspec.json.decode(msgspec.json.encode(document), type=Document)


@settings(max_examples=sized(small=25, soak=1000))
@given(documents())
def test_a_document_is_equal_to_itself(document: Document) -> None:
    assert compare(document, reread(document)).is_equal


@settings(max_examples=sized(small=25, soak=1000))
@given(snapshots())
def test_a_guild_is_equal_to_itself_and_to_the_document_that_was_made_of_it(snapshot: Snapshot) -> None:
    captured = document_of(snapshot)
    for right in (Seen(snapshot=snapshot), captured.document):
        assert compare(Seen(snapshot=snapshot), right).is_equal


@settings(max_examples=sized(small=25, soak=1000))
@given(snapshots())
def test_the_guild_imagined_from_a_capture_reads_back_as_that_capture(snapshot: Snapshot) -> None:
    document = document_of(snapshot).document
    made = imagined(document)
    again = document_of(made.snapshot, known=made.bindings).document
    assert compare(document, again).is_equal
    assert [role.key for role in again.roles] == [role.key for role in document.roles]


BEFORE = Document(
    guildwright=1,
    roles=(
        DocumentRole(key="staff", name="Staff", color="#112233"),
        DocumentRole(key="member", name="Member"),
    ),
    channels=(
        TextChannel(key="hall", name="hall"),
        Category(
            key="back", name="Back", channels=(TextChannel(key="log", name="log", overwrites="synced"),)
        ),
    ),
)
AFTER = Document(
    guildwright=1,
    roles=(DocumentRole(key="staff", name="Team", color="#112233"),),
    channels=(
        TextChannel(key="hall", name="hall", topic="Say hello"),
        TextChannel(key="log", name="log"),
        Category(
            key="back",
            name="Back",
            overwrites=(DocumentOverwrite(role="staff", allow=("view_channel",)),),
        ),
    ),
)


def test_versions_are_compared_by_their_keys_and_have_no_ids() -> None:
    found = compare(BEFORE, AFTER)
    assert sorted(changed(found.tree)) == [
        ("Back", "edit", ("overwrites of @Team",)),
        ("Member", "delete", ()),
        ("Team", "edit", ("name",)),
        ("hall", "edit", ("topic",)),
        ("log", "move", ("category",)),
    ]
    assert _ids(found) == {None}


def test_a_snapshot_is_compared_with_a_later_one_by_ids() -> None:
    before = imagined(BEFORE).snapshot
    later = replace(
        before,
        channels=tuple(replace(c, name="lobby") if c.name == "hall" else c for c in before.channels),
    )
    assert changed(compare(Seen(snapshot=before), Seen(snapshot=later)).tree) == [
        ("lobby", "edit", ("name",))
    ]


def test_guilds_of_different_servers_are_compared_by_names() -> None:
    one, other = imagined(BEFORE).snapshot, imagined(BEFORE).snapshot
    renumbered = msgspec.json.decode(msgspec.json.encode(other).replace(b'"1"', b'"900"'), type=Snapshot)
    assert compare(Seen(snapshot=one), Seen(snapshot=renumbered)).is_equal


def _ids(found: Comparison) -> set[str | None]:
    def below(nodes: Iterable[PlanNode]) -> Iterable[str | None]:
        for node in nodes:
            yield node.id
            yield from below(node.children)

    return set(below(found.tree))


WHOLE: dict[str, Any] = {
    "guildwright": 1,
    "guild": {"icon": picture("1"), "community": True, "rules_channel": "hall", "updates_channel": "hall"},
    "roles": [{"key": "staff", "name": "Staff", "icon": picture("2")}],
    "channels": [
        {"key": "hall", "type": "text", "name": "hall"},
        {"key": "ideas", "type": "forum", "name": "ideas", "default_reaction": ":wave:"},
        {"key": "talk", "type": "voice", "name": "Talk"},
    ],
    "emojis": [{"key": "wave", "name": "wave", "image": picture("3"), "roles": ["staff"]}],
    "stickers": [{"key": "cat", "name": "cat", "tags": "cat"}],
    "webhooks": [{"key": "news", "name": "News", "channel": "hall", "avatar": picture("4")}],
    "automod": [
        {
            "key": "spam",
            "name": "Spam",
            "trigger": {"type": "spam"},
            "actions": [{"type": "send_alert", "channel": "hall"}],
            "enabled": True,
        }
    ],
    "events": [
        {
            "key": "quiz",
            "type": "voice",
            "name": "Quiz",
            "channel": "talk",
            "starts_at": "2030-01-31T20:00:00Z",
            "image": picture("5"),
        }
    ],
    "welcome_screen": {
        "enabled": True,
        "channels": [{"channel": "hall", "description": "Say hello", "emoji": ":wave:"}],
    },
}


def test_a_whole_document_is_equal_to_itself() -> None:
    assert changed(compare(document_from(WHOLE), document_from(WHOLE)).tree) == []


@pytest.mark.parametrize(
    ("section", "field", "value", "name"),
    [
        ("emojis", "name", "bye", "bye"),
        ("stickers", "description", "A cat", "cat"),
        ("webhooks", "avatar", None, "News"),
        ("automod", "enabled", False, "Spam"),
        ("events", "image", None, "Quiz"),
        ("roles", "icon", None, "Staff"),
    ],
)
def test_of_every_kind_a_difference_is_found(section: str, field: str, value: Any, name: str) -> None:
    other = {**WHOLE, section: [{**WHOLE[section][0], field: value}]}
    assert [what[0] for what in changed(compare(document_from(WHOLE), document_from(other)).tree)] == [name]
