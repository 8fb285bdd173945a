"""A guild's state taken over into the version that it is measured by."""

from typing import Any

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.discord.types import Snapshot
from core.templates.capture import document_of
from core.templates.documents.document import Document
from core.templates.documents.parse import document_from, read_draft, resolved
from core.templates.documents.revision import written
from core.templates.documents.text import to_yaml
from core.templates.imagined import imagined
from core.templates.takeover import TakenOver, taken_over
from tests.builders.documents import documents, snapshots
from tests.builders.variables import plain, with_variables
from tests.fixtures.size import sized

SOURCE = """\
guildwright: 1

variables:
  - {name: community, example: Harbour}
  - name: accent   # of all roles
    default: "#112233"

roles:
  # They keep order.
  - key: staff
    name: ${community} staff   # not Moderators
    color: ${accent}
  - {key: member, name: "Member of ${community}"}

channels:
  # Everybody is here.
  - key: hall
    type: text
    name: hall
    topic: "Welcome to ${community}! We write $${x} literally."
    overwrites:
      - {role: member, allow: [send_messages, view_channel]}
      - role: everyone   # outside
        deny: [view_channel]

  - key: back
    type: category
    name: Back
    channels:
      # What was done.
      - key: log
        type: text
        name: ${community}-log
"""
VALUES = {"n": "x", "community": "attic", "accent": "#ABCDEF"}


class Applied:
    """A guild that is exactly as the source says with our values."""

    def __init__(self, source: str = SOURCE) -> None:
        self.draft, self.source = read_draft(source, media="yaml"), source
        self.values = {v.name: VALUES[v.name] for v in self.draft.variables}
        made = imagined(resolved(self.draft, self.values))
        self.guild, self.ids = made.snapshot, made.bindings

    def role(self, key: str, **fields: Any) -> None:
        roles = tuple(replace(r, **fields) if r.id == self.ids[key] else r for r in self.guild.roles)
        self.guild = replace(self.guild, roles=roles)

    def channel(self, key: str, **fields: Any) -> None:
        channels = tuple(replace(c, **fields) if c.id == self.ids[key] else c for c in self.guild.channels)
        self.guild = replace(self.guild, channels=channels)

    def taken(self) -> TakenOver:
        return taken_over(self.draft, self.source, self.values, self.guild, self.ids)

    def text(self) -> str:
        """That of the draft, which says what the draft says, and leads to the guild as it is."""
        revision = self.taken().revision
        assert revision.source is not None
        assert read_draft(revision.source, media="yaml") == revision.draft
        plain = taken_over(self.draft, None, self.values, self.guild, self.ids).revision
        assert plain.draft == revision.draft
        return revision.source


def replaced(*pairs: tuple[str, str], source: str = SOURCE) -> str:
    for old, new in pairs:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def test_a_guild_that_is_as_its_version_says_gives_the_very_text_of_the_version() -> None:
    assert Applied().text() == SOURCE


def test_what_was_changed_is_literal_and_all_else_stays_as_it_was_written() -> None:
    applied = Applied()
    applied.channel("hall", topic="Costs ${price}")
    applied.role("staff", name="Crew")
    assert applied.text() == replaced(
        ('"Welcome to ${community}! We write $${x} literally."', "Costs $${price}"),
        ("name: ${community} staff ", "name: Crew "),
    )


def test_of_overwrites_only_those_change_that_are_others_now() -> None:
    applied = Applied()
    [hall] = [c for c in applied.guild.channels if c.id == applied.ids["hall"]]
    outside, member = sorted(hall.overwrites, key=lambda o: o.id != applied.guild.guild_id)
    applied.channel("hall", overwrites=(replace(outside, deny=outside.deny | 1 << 11), member))
    assert applied.text() == replaced(("deny: [view_channel]", "deny: [view_channel, send_messages]"))


def test_a_moved_node_goes_with_its_comment_and_one_that_is_gone_takes_it_along() -> None:
    applied = Applied()
    applied.channel("hall", parent_id=applied.ids["back"], position=99)
    moved = applied.text()
    assert moved.index("key: log") < moved.index("# Everybody is here.") < moved.index("key: hall")
    assert 'topic: "Welcome to ${community}! We write $${x} literally."' in moved
    applied = Applied()
    applied.guild = replace(applied.guild, channels=applied.guild.channels[:1])
    gone = applied.text()
    assert "What was done" not in gone
    assert gone.startswith(SOURCE[: SOURCE.index("  - key: back")].rstrip())


def test_new_nodes_stand_where_they_stand_in_the_guild() -> None:
    applied = Applied()
    [log] = [c for c in applied.guild.channels if c.id == applied.ids["log"]]
    new = replace(log, id="9001", name="${new}", position=log.position + 1)
    applied.guild = replace(applied.guild, channels=(*applied.guild.channels, new))
    text = applied.text()
    assert text.startswith(SOURCE)
    assert 'name: "$${new}"' in text


def test_roles_of_integrations_that_nothing_names_are_no_part_of_the_draft() -> None:
    applied = Applied()
    bot = replace(applied.guild.roles[0], id="9001", name="Bot", managed=True, position=9)
    applied.guild = replace(applied.guild, roles=(bot, *applied.guild.roles))
    assert applied.text() == SOURCE
    [hall] = [c for c in applied.guild.channels if c.id == applied.ids["hall"]]
    applied.channel("hall", overwrites=(*hall.overwrites, replace(hall.overwrites[0], id="9001")))
    assert "name: Bot" in applied.text()


def test_variables_that_stand_nowhere_any_more_are_declared_no_more() -> None:
    applied = Applied()
    applied.role("staff", color=0)
    taken = applied.taken()
    assert taken.dropped == ("accent",)
    assert applied.text() == replaced(
        ('  - name: accent   # of all roles\n    default: "#112233"\n', ""),
        ("color: ${accent}", 'color: "#000000"'),
    )


def test_without_the_last_variable_a_text_is_written_without_escapes() -> None:
    roles = 'roles:\n  - key: a\n    name: ${n}\n  - key: b # b\n    name: "$${n}"\n'
    source = f"guildwright: 1\nvariables:\n  - {{name: n, default: x}}\n{roles}"
    applied = Applied(source)
    applied.role("a", name="other")
    taken = applied.taken()
    assert taken.dropped == ("n",)
    assert taken.revision.source == (
        'guildwright: 1\nroles:\n  - key: a\n    name: other\n  - key: b # b\n    name: "${n}"\n'
    )


def test_texts_that_clash_with_a_default_are_taken_over_without_variables() -> None:
    tag = '{name: "${community}"}'
    source = replaced(("type: text\n    name: hall", f"type: forum\n    name: hall\n    tags: [{tag}]"))
    applied = Applied(source)
    [hall] = [c for c in applied.guild.channels if c.id == applied.ids["hall"]]
    applied.channel("hall", tags=(*hall.tags, replace(hall.tags[0], name="Harbour")))
    taken = applied.taken()
    assert taken.dropped == ("community", "accent")
    assert taken.revision.draft.document == document_of(applied.guild, known=applied.ids).document


@settings(max_examples=sized(small=12, soak=2000))
@given(documents(), st.data())
def test_a_draft_of_a_guild_exactly_as_applied_is_the_versions_own_document(
    document: Document, data: st.DataObject
) -> None:
    draft, values = with_variables(document, data.draw)
    made = imagined(resolved(draft, values))
    source = to_yaml(draft.value or draft.document)
    taken = taken_over(draft, source, values, made.snapshot, made.bindings)
    assert (taken.revision.draft, taken.revision.source, taken.dropped) == (draft, source, ())


@settings(max_examples=sized(small=12, soak=2000))
@given(documents(), st.data())
def test_a_draft_differs_in_the_one_field_that_was_changed(document: Document, data: st.DataObject) -> None:
    draft, values = with_variables(document, data.draw)
    made = imagined(resolved(draft, values))
    nodes = [("roles", place, role.id) for place, role in enumerate(made.snapshot.roles[:-1])]
    nodes += [("channels", place, channel.id) for place, channel in enumerate(made.snapshot.channels)]
    if not nodes:
        return
    kind, place, node = data.draw(st.sampled_from(nodes))
    [key] = [key for key, id_ in made.bindings.items() if id_ == node]
    before = getattr(made.snapshot, kind)
    renamed = replace(before[place], name=f"{before[place].name[:90]}-2")
    guild = replace(made.snapshot, **{kind: (*before[:place], renamed, *before[place + 1 :])})
    taken = taken_over(draft, None, values, guild, made.bindings)
    was, now = (_leaves(written(each, None)) for each in (draft, taken.revision.draft))
    changed = {path for path in was.keys() | now.keys() if was.get(path) != now.get(path)}
    if len(taken.dropped) == len(draft.variables) > 0:
        return  # another test's: then escapes are gone, too
    [path] = [path for path in changed if path[0] != "variables"]
    assert (path[-1], was[(*path[:-1], "key")]) == ("name", key)


@settings(max_examples=sized(small=15, soak=3000))
@given(snapshots(), snapshots(), st.data())
def test_a_draft_filled_with_the_guilds_values_is_the_guild(
    before: Snapshot, now: Snapshot, data: st.DataObject
) -> None:
    """Any guild into any other; what has the same id is the same thing, and no channel becomes a category."""
    were = {channel.id: channel.type == "category" for channel in before.channels}
    assume(all(were.get(c.id, c.type == "category") == (c.type == "category") for c in now.channels))
    first = document_of(before)
    draft, values = with_variables(first.document, data.draw)
    taken = taken_over(draft, None, values, now, first.bindings)
    revision = taken.revision
    own = resolved(revision.draft, {name: values[name] for name in values if name not in taken.dropped})
    wanted = plain(document_of(now, known=first.bindings).document)
    ours = {role.key for role in first.document.roles}
    others = msgspec.json.encode(wanted.get("channels", [])).decode()
    wanted["roles"] = [
        role
        for role in wanted.get("roles", [])
        if role["key"] in ours or not role.get("managed") or f'"role":"{role["key"]}"' in others
    ]
    assert _sorted(plain(own)) == _sorted(plain(document_from(wanted)))


@settings(max_examples=sized(small=12, soak=2000))
@given(documents(), documents(), st.data())
def test_the_text_of_a_draft_reads_as_the_draft(
    document: Document, other: Document, data: st.DataObject
) -> None:
    draft, values = with_variables(document, data.draw)
    source = to_yaml(draft.value or draft.document)
    made = imagined(other)
    taken = taken_over(draft, source, values, made.snapshot, made.bindings)
    assert taken.revision.source is None or read_draft(taken.revision.source, media="yaml") == (
        taken.revision.draft
    )
    assert (
        taken.revision.draft == taken_over(draft, None, values, made.snapshot, made.bindings).revision.draft
    )


def _leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict):
        return {p: leaf for name, item in value.items() for p, leaf in _leaves(item, (*path, name)).items()}
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return {p: leaf for n, item in enumerate(value) for p, leaf in _leaves(item, (*path, str(n))).items()}
    return {path: value}


def _sorted(value: Any, name: str = "") -> Any:
    """What means the same in any order, in one."""
    if isinstance(value, dict):
        return {n: _sorted(item, n) for n, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item) for item in value]
        unordered = name in ("permissions", "allow", "deny", "suppress", "overwrites")
        return sorted(items, key=str) if unordered else items
    return value
