from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import Invalid
from core.templates.documents.changes import (
    AddVariable,
    Operation,
    RemoveVariable,
    RenameKey,
    RenameVariable,
    SetFields,
    SetVariable,
)
from core.templates.documents.document import Document
from core.templates.documents.jsonschema import document_schema
from core.templates.documents.parse import document_from, draft_from, read_draft, resolved
from core.templates.documents.revision import revised
from core.templates.documents.text import to_json, to_yaml
from core.templates.documents.variables import filled, values_for
from core.templates.errors import InvalidDocument
from tests.builders.documents import documents
from tests.fixtures.size import sized

SOURCE = """\
guildwright: 1

variables:
  - name: community
    description: What the server is called
    example: Harbour
  - name: accent
    default: "#112233"
  - name: helper
    default: "100000000000000000"
  - {name: locale, choices: [en-US, de]}

guild:
  name: ${community}   # everywhere
  locale: ${locale}

roles:
  - key: staff
    name: ${community} staff
    color: ${accent}

channels:
  - key: hall
    type: text
    name: hall
    topic: "Welcome to ${community}! We write $${community} literally."
    overwrites:
      - {member: "${helper}", allow: [view_channel]}
"""


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_a_document_reads_with_defaults_choices_and_examples() -> None:
    read = read_draft(SOURCE, media="yaml").document
    assert (read.guild.name, read.guild.locale, read.variables) == ("Harbour", "en-US", ())
    assert (read.roles[0].name, read.roles[0].color) == ("Harbour staff", "#112233")
    assert msgspec.to_builtins(read.channels[0])["topic"] == (
        "Welcome to Harbour! We write ${community} literally."
    )


def test_each_guild_gets_its_own_document() -> None:
    draft = read_draft(SOURCE, media="yaml")
    values = values_for(draft.variables, {"community": "Attic", "locale": "de"}, {"accent": "#abcdef"})
    assert values == {
        "community": "Attic",
        "accent": "#abcdef",
        "helper": "100000000000000000",
        "locale": "de",
    }
    own = resolved(draft, values)
    assert (own.guild.name, own.roles[0].color, own.guild.locale) == ("Attic", "#abcdef", "de")
    assert own == document_from(plain(own)), "it is a document like any other"


def test_unknown_missing_and_impossible_values_are_pointed_at() -> None:
    draft = read_draft(SOURCE, media="yaml")
    with pytest.raises(Invalid) as refused:
        values_for(draft.variables, {"comunity": "Attic", "locale": "fr"}, {})
    assert {(problem.pointer, problem.code) for problem in refused.value.problems} == {
        ("/values/comunity", "unknown_variable"),
        ("/values/community", "missing_value"),
        ("/values/locale", "unknown_value"),
    }
    with pytest.raises(Invalid) as unfit:
        resolved(draft, {"community": "Attic", "accent": "red", "helper": "1" * 18, "locale": "de"})
    assert [(problem.pointer, problem.code) for problem in unfit.value.problems] == [("/values", "pattern")]
    assert "/roles/0/color" in unfit.value.problems[0].message


@pytest.mark.parametrize(
    ("old", "new", "pointer", "code"),
    [
        ("${accent}", "${acent}", "/roles/0/color", "unknown_variable"),
        ("${accent}", '"#000000"', "/variables/1", "unused_variable"),
        ("${accent}", "${accent", "/roles/0/color", "unknown_variable"),
        ("key: hall", 'key: "${locale}"', "/channels/0/key", "fixed"),
        ("    example: Harbour\n", "", "/variables/0", "missing_field"),
        ("choices: [en-US, de]", "choices: [de], default: fr", "/variables/3/default", "unknown_value"),
        ("name: accent", "name: community", "/variables/1/name", "duplicate_variable"),
        ("name: accent", "name: Accent", "/variables/1/name", "pattern"),
        ('default: "#112233"', "default: red", "/roles/0/color", "pattern"),
        ('default: "#112233"', "default: 5", "/variables/1/default", "type"),
    ],
)
def test_what_is_wrong_with_variables_is_told_with_its_place(
    old: str, new: str, pointer: str, code: str
) -> None:
    assert SOURCE.count(old) == 1
    with pytest.raises(InvalidDocument) as refused:
        read_draft(SOURCE.replace(old, new), media="yaml")
    assert (pointer, code) in {(problem.pointer, problem.code) for problem in refused.value.problems}
    assert all(problem.line for problem in refused.value.problems)


def test_a_document_without_variables_means_what_it_says() -> None:
    text = "Costs ${price}, or $${price}"
    read = document_from({"guildwright": 1, "roles": [{"key": "a", "name": text}]})
    assert read.roles[0].name == text


def test_changes_by_key_keep_variables_and_comments() -> None:
    draft = read_draft(SOURCE, media="yaml")
    operations = [
        SetFields(key="staff", fields={"name": "The ${community} team"}),
        RenameKey(key="hall", to="lobby"),
    ]
    after, text = revised(draft, SOURCE, operations)
    assert text == SOURCE.replace("${community} staff", "The ${community} team").replace(
        "hall\n    type", "lobby\n    type"
    )
    assert after == revised(draft, None, operations).draft
    assert after.document.roles[0].name == "The Harbour team"


def change(*operations: Operation, source: str = SOURCE) -> str:
    """The text after the operations, which reads as they say."""
    before = read_draft(source, media="yaml")
    after, text = revised(before, source, operations)
    assert text is not None
    assert after == revised(before, None, operations).draft == read_draft(text, media="yaml")
    return text


def replaced(*pairs: tuple[str, str], source: str = SOURCE) -> str:
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


def test_a_variable_is_declared_below_the_others_and_used_at_once() -> None:
    added = {"name": "motto", "default": "Ahoy"}
    assert change(
        SetFields(key="hall", fields={"topic": "${motto}"}), AddVariable(variable=added)
    ) == replaced(
        ('"Welcome to ${community}! We write $${community} literally."', '"${motto}"'),
        ("choices: [en-US, de]}\n", "choices: [en-US, de]}\n  - name: motto\n    default: Ahoy\n"),
    )


def test_what_stood_in_a_document_before_its_first_variable_goes_on_meaning_itself() -> None:
    roles = 'roles:\n  - key: a\n    name: "${price} or $${price}"   # literal\n  - {key: b, name: B}\n'
    source = f"guildwright: 1\n\n{roles}"
    changed = change(
        AddVariable(variable={"name": "who", "default": "Crew"}),
        SetFields(key="b", fields={"name": "${who}"}),
        source=source,
    )
    assert read_draft(changed, media="yaml").document.roles[0].name == "${price} or $${price}"
    assert changed.startswith("guildwright: 1\n\nvariables:\n  - name: who\n    default: Crew\n\nroles:")
    assert "# literal" in changed
    assert (
        change(SetFields(key="b", fields={"name": "B"}), RemoveVariable(name="who"), source=changed) == source
    )


def test_a_variables_declaration_is_changed_where_it_stands() -> None:
    assert change(
        SetVariable(name="accent", fields={"default": "#000000", "description": "Of the team"}),
        SetVariable(name="community", fields={"default": "Port"}, unset=("example",)),
    ) == replaced(
        ('default: "#112233"\n', 'default: "#000000"\n    description: Of the team\n'),
        ("example: Harbour", "default: Port"),
    )


def test_a_variable_is_renamed_wherever_it_stands_and_escapes_are_not() -> None:
    assert change(RenameVariable(name="community", to="home")) == replaced(
        ("name: community", "name: home"),
        ("name: ${community}  ", 'name: "${home}"  '),
        ("name: ${community} staff", 'name: "${home} staff"'),
        (
            '"Welcome to ${community}! We write $${community} literally."',
            "Welcome to ${home}! We write $${community} literally.",
        ),
    )


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (AddVariable(variable={"name": "accent", "default": "x"}), "duplicate_variable"),
        (AddVariable(variable={"name": "No", "default": "x"}), "pattern"),
        (AddVariable(variable={"default": "x"}), "missing_field"),
        (AddVariable(variable={"name": "more", "default": "x"}), "unused_variable"),
        (SetVariable(name="acent", fields={"default": "x"}), "unknown_variable"),
        (SetVariable(name="accent", fields={"name": "x"}), "not_settable"),
        (SetVariable(name="accent", fields={"default": "x"}, unset=("default",)), "contradiction"),
        (SetVariable(name="accent", unset=("example",)), "not_set"),
        (SetVariable(name="accent", fields={"default": "red"}), "pattern"),
        (SetVariable(name="accent", unset=("default",)), "missing_field"),
        (RenameVariable(name="accent", to="locale"), "duplicate_variable"),
        (RenameVariable(name="accent", to="No"), "pattern"),
        (RenameVariable(name="nothing", to="else"), "unknown_variable"),
        (RemoveVariable(name="accent"), "in_use"),
        (RemoveVariable(name="nothing"), "unknown_variable"),
    ],
)
def test_a_bad_operation_on_variables_is_pointed_at(operation: Operation, code: str) -> None:
    before = read_draft(SOURCE, media="yaml")
    with pytest.raises(Invalid) as refused:
        revised(before, SOURCE, [SetFields(key="hall", fields={"nsfw": True}), operation])
    assert {(problem.pointer, problem.code) for problem in refused.value.problems} == {
        ("/operations/1", code)
    }
    assert before == read_draft(SOURCE, media="yaml")


def test_where_a_variable_still_stands_is_told_when_it_is_to_be_removed() -> None:
    before = read_draft(SOURCE, media="yaml")
    with pytest.raises(Invalid) as refused:
        revised(before, SOURCE, [RemoveVariable(name="community")])
    assert str(refused.value) == "`community` stands in `guild`, `staff`, `hall`: change that first."


def test_editors_complete_documents_with_variables() -> None:
    schema = Draft202012Validator(document_schema())
    value = read_draft(SOURCE, media="yaml").value
    schema.validate(value)
    assert not schema.is_valid({**plain(value), "variables": [{"name": "No"}]})
    for path in ("color", "hoist"):
        wrong = plain(value)
        wrong["roles"][0][path] = "nothing"
        assert not schema.is_valid(wrong)


@settings(max_examples=sized(small=20, soak=2000))
@given(documents(), st.data())
def test_texts_that_become_variables_come_back_when_they_are_filled_in(
    document: Document, data: st.DataObject
) -> None:
    value = plain(document)
    texts = sorted({text for text in _texts(value) if len(text) <= 1000})
    chosen = data.draw(st.lists(st.sampled_from(texts), unique=True, max_size=5)) if texts else []
    names = {text: f"v{number}" for number, text in enumerate(chosen)}
    held = _with_places(value, names)
    if chosen:
        held["variables"] = [{"name": name, "example": text} for text, name in names.items()]
    draft = draft_from(held)
    assert draft.document == document
    assert resolved(draft, {name: text for text, name in names.items()}) == document
    for text, media in (
        (to_yaml(draft.value or document), "yaml"),
        (to_json(draft.value or document), "json"),
    ):
        assert read_draft(text, media=media) == draft  # pyright: ignore[reportArgumentType]


@given(st.text(alphabet="${}ab", max_size=30))
def test_an_escaped_text_is_itself(text: str) -> None:
    assert filled(text.replace("${", "$${"), {}) == text


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, item in value.items() if name not in ("key", "type") for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []


def _with_places(value: Any, names: dict[str, str]) -> Any:
    """Texts as `${name}` where they have a name, everything else escaped if there are any."""
    if isinstance(value, str):
        escaped = value.replace("${", "$${") if names else value
        return f"${{{names[value]}}}" if value in names else escaped
    if isinstance(value, dict):
        return {n: i if n in ("key", "type") else _with_places(i, names) for n, i in value.items()}
    return [_with_places(item, names) for item in value] if isinstance(value, list) else value
