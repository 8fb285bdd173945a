from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import Invalid
from core.templates.documents.document import Document
from core.templates.documents.jsonschema import document_schema
from core.templates.documents.operations import RenameKey, SetFields
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


def test_editors_complete_documents_with_variables() -> None:
    schema = Draft202012Validator(document_schema())
    value = read_draft(SOURCE, media="yaml").value
    schema.validate(value)
    assert not schema.is_valid({**plain(value), "variables": [{"name": "No"}]})
    for path in ("color", "hoist"):
        wrong = plain(value)
        wrong["roles"][0][path] = "nothing"
        assert not schema.is_valid(wrong)


@settings(max_examples=sized(small=40, soak=2000))
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
