import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.templates.documents.changes import (
    AddNode,
    MoveNode,
    Operation,
    RemoveNode,
    RenameKey,
    SetFields,
    SetGuild,
)
from core.templates.documents.channels import Category
from core.templates.documents.document import Document
from core.templates.documents.operations import operated
from core.templates.documents.parse import Draft, read_draft
from core.templates.documents.revision import revised
from core.templates.documents.text import to_yaml
from core.templates.documents.validate import channels_of
from tests.builders.documents import documents
from tests.fixtures.size import sized

SOURCE = """\
# Our server.
guildwright: 1

roles:
  # They keep order.
  - key: staff
    name: Staff   # not Moderators
    color: "#112233"

  # Everyone who said hello.
  - {key: member, name: Member}

channels:
  - key: hall
    type: text
    name: hall
    topic: |
      Say hello.
      Twice.

  # Behind the curtain.
  - key: back
    type: category
    name: Back   # office
    overwrites:
      - {role: everyone, deny: [view_channel]}
      - role: staff
        allow: [view_channel]
    channels:
      # What was done, and by whom.
      - key: log
        type: text
        name: log
        overwrites: synced
# The end.
"""


def change(*operations: Operation, source: str = SOURCE) -> str:
    """The text after the operations, which reads as they say."""
    before = read_draft(source, media="yaml")
    after, text = revised(before, source, operations)
    assert text is not None
    assert after == revised(before, None, operations).draft
    assert read_draft(text, media="yaml") == after
    return text


def replaced(*pairs: tuple[str, str], source: str = SOURCE) -> str:
    for old, new in pairs:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def test_a_field_is_set_where_it_stands_and_its_comment_stays() -> None:
    assert change(SetFields(key="staff", fields={"name": "Team"})) == replaced(
        ("name: Staff ", "name: Team ")
    )
    assert change(SetFields(key="back", fields={"name": "Office"})) == replaced(
        ("name: Back ", "name: Office ")
    )


def test_a_new_field_stands_below_the_others_and_above_the_channels() -> None:
    assert change(SetFields(key="staff", fields={"hoist": True})) == replaced(
        ('"#112233"\n', '"#112233"\n    hoist: true\n')
    )
    assert change(SetFields(key="log", fields={"topic": None})) == replaced(
        ("overwrites: synced\n", "overwrites: synced\n        topic: null\n")
    )
    assert change(SetGuild(fields={"name": "Home"})).endswith("\n\nguild:\n  name: Home\n# The end.\n")


def test_what_is_unset_is_gone_and_nothing_else() -> None:
    assert change(SetFields(key="staff", unset=("color",))) == replaced(('    color: "#112233"\n', ""))
    assert change(SetFields(key="hall", unset=("topic",))) == replaced(
        ("    topic: |\n      Say hello.\n      Twice.\n", "")
    )


def test_a_node_on_one_line_stays_on_one_line() -> None:
    changed = change(SetFields(key="member", fields={"hoist": True}))
    assert changed == replaced(("{key: member, name: Member}", "{key: member, name: Member, hoist: true}"))


def test_nodes_are_added_beside_others_and_into_categories() -> None:
    rules = {"key": "rules", "type": "text", "name": "rules"}
    assert change(AddNode(section="channels", node=rules, before="hall")) == replaced(
        ("  - key: hall\n", "  - key: rules\n    type: text\n    name: rules\n  - key: hall\n")
    )
    inside = "        overwrites: synced\n      - key: rules\n        type: text\n        name: rules\n"
    assert change(AddNode(section="channels", node=rules, into="back")) == replaced(
        ("        overwrites: synced\n", inside)
    )
    assert "\n\n  - key: bots\n    name: Bots\n\nchannels:" in change(
        AddNode(section="roles", node={"key": "bots", "name": "Bots"})
    )


def test_a_node_moves_and_goes_with_its_comment() -> None:
    moved = change(SetFields(key="log", unset=("overwrites",)), MoveNode(key="log", after="hall"))
    assert "\n  # What was done, and by whom.\n  - key: log\n    type: text\n    name: log\n" in moved
    assert "    channels: []\n" in moved
    first = change(MoveNode(key="member", before="staff"))
    assert first.index("# Everyone who said hello.") < first.index("key: member") < first.index("# They keep")
    removed = change(RemoveNode(key="log"))
    assert "What was done" not in removed
    assert removed.endswith("    channels: []\n# The end.\n")


def test_a_key_is_renamed_everywhere() -> None:
    assert change(RenameKey(key="staff", to="team")) == replaced(
        ("- key: staff", "- key: team"), ("- role: staff", "- role: team")
    )
    pointed = replaced(("\nroles:", "\nguild:\n  system_channel: hall   # greets\n\nroles:"))
    assert "  system_channel: lobby   # greets\n" in change(RenameKey(key="hall", to="lobby"), source=pointed)


def test_aliases_keep_their_meaning_when_one_of_them_is_changed() -> None:
    source = replaced(
        ("    color:", "    permissions: &all [kick_members, ban_members]\n    color:"),
        ("name: Member}", "name: Member, permissions: *all}"),
    )
    before = read_draft(source, media="yaml")
    after, text = revised(before, source, [SetFields(key="staff", fields={"permissions": []})])
    staff, member = after.document.roles
    assert staff.permissions == ()
    assert member.permissions == ("kick_members", "ban_members")
    assert text is None or read_draft(text, media="yaml") == after


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (SetFields(key="nobody", fields={"name": "x"}), "unknown_key"),
        (SetFields(key="staff", fields={"key": "x"}), "not_settable"),
        (SetFields(key="staff", unset=("hoist",)), "not_set"),
        (SetFields(key="staff", fields={"name": "x"}, unset=("name",)), "contradiction"),
        (AddNode(section="roles", node={"key": "staff", "name": "x"}), "duplicate_key"),
        (AddNode(section="roles", node={"key": "x", "name": "x"}, before="hall"), "other_section"),
        (AddNode(section="channels", node={"key": "x"}, into="hall"), "not_a_category"),
        (MoveNode(key="hall", before="back", into="back"), "two_places"),
        (MoveNode(key="hall", after="hall"), "own_place"),
        (RemoveNode(key="back"), "not_empty"),
        (RenameKey(key="staff", to="member"), "duplicate_key"),
        (SetFields(key="staff", fields={"colour": "x"}), "unknown_field"),
        (SetFields(key="staff", fields={"color": "red"}), "pattern"),
        (RemoveNode(key="staff"), "unknown_role"),
        (MoveNode(key="back", into="back"), "own_place"),
        (RenameKey(key="staff", to="No Key"), "pattern"),
    ],
)
def test_a_bad_operation_is_pointed_at_and_nothing_is_done(operation: Operation, code: str) -> None:
    before = read_draft(SOURCE, media="yaml")
    good = SetFields(key="hall", fields={"topic": None})
    with pytest.raises(Invalid) as refused:
        revised(before, SOURCE, [good, operation, good])
    assert {(problem.pointer, problem.code) for problem in refused.value.problems} == {
        ("/operations/1", code)
    }
    assert before == read_draft(SOURCE, media="yaml")


def keys_of(document: Document) -> dict[str, list[str]]:
    channels = [channel for _, channel in channels_of(document)]
    return {
        "roles": [role.key for role in document.roles],
        "channels": [channel.key for channel in channels],
        "categories": [channel.key for channel in channels if isinstance(channel, Category)],
    }


@st.composite
def operations_on(draw: Callable[[Any], Any], document: Document) -> list[Operation]:
    """Each good by itself on the document; together they may clash."""
    keys = keys_of(document)
    nodes = [*keys["roles"], *keys["channels"]]
    made: list[Operation] = [SetGuild(fields={"name": draw(st.sampled_from(["Home", "a: b", "# c"]))})]
    for number in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(["plain", "with: colon", "# hash", " lines\n two", "ünï"]))
        choices: list[Operation] = [
            AddNode(section="roles", node={"key": f"new-{number}", "name": name, "permissions": []}),
            AddNode(section="channels", node={"key": f"new-{number}", "type": "category", "name": name}),
        ]
        if nodes:
            key = draw(st.sampled_from(nodes))
            section = "roles" if key in keys["roles"] else "channels"
            beside = draw(st.sampled_from(keys[section]))
            choices += [SetFields(key=key, fields={"name": name}), RenameKey(key=key, to=f"new-{number}")]
            if beside != key and key not in keys["categories"]:
                choices += [MoveNode(key=key, before=beside), MoveNode(key=key), RemoveNode(key=key)]
        made.append(draw(st.sampled_from(choices)))
    return made


@settings(max_examples=sized(small=25, soak=2000))
@given(st.data())
def test_the_text_says_what_the_operations_say_and_comments_stay_with_their_nodes(
    data: st.DataObject,
) -> None:
    document = data.draw(documents(max_roles=3, max_channels=6))
    operations = data.draw(operations_on(document))
    plain = to_yaml(document)
    source = re.sub(r"(?m)^( *)- key: (.*)$", r"\1# about \2\n\1- key: \2", plain)
    try:
        expected, _ = operated(msgspec.to_builtins(document), operations)
    except Invalid:
        with pytest.raises(Invalid):
            revised(Draft(document=document), source, operations)
        return
    after, text = revised(Draft(document=document), source, operations)
    assert after == expected
    assert text is not None
    renamed = {o.key: o.to for o in operations if isinstance(o, RenameKey)}
    made = {o.node["key"] for o in operations if isinstance(o, AddNode)}
    lines = [line.strip() for line in text.splitlines()]
    for kind in ("roles", "channels"):
        for key in keys_of(after.document)[kind]:
            if key not in made and key not in renamed.values():
                assert (
                    lines[lines.index(f"- key: {_quoted(key, plain)}") - 1]
                    == f"# about {_quoted(key, plain)}"
                )


def _quoted(key: str, plain: str) -> str:
    return f'"{key}"' if f'- key: "{key}"' in plain else key


def test_an_emojis_key_is_renamed_wherever_the_emoji_is_shown() -> None:
    source = replaced(
        ("\nchannels:\n", "\nemojis:\n  - {key: wave, name: wave}   # hello\n\nchannels:\n"),
        (
            "# The end.\n",
            "\nwelcome_screen:\n  channels:\n    - {channel: hall, description: Hello, emoji: ':wave:'}\n",
        ),
    )
    changed = change(
        RenameKey(key="wave", to="hi"),
        AddNode(section="emojis", node={"key": "bye", "name": "bye"}),
        source=source,
    )
    assert "  - {key: hi, name: wave}   # hello\n  - key: bye\n    name: bye\n" in changed
    [shown] = [line for line in changed.splitlines() if "description: Hello" in line]
    assert ":hi:" in shown
