import copy
import json
from typing import Any

import pytest
import ruamel.yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.discord.permissions import BY_NAME
from core.templates.documents.document import Document
from core.templates.documents.jsonschema import PERMISSION_DESCRIPTIONS, document_schema
from core.templates.documents.parse import document_from, read_document
from core.templates.documents.text import to_json
from core.templates.errors import InvalidDocument
from core.templates.example import EXAMPLE
from tests.builders.documents import documents

SCHEMA = Draft202012Validator(document_schema())


def example() -> dict[str, Any]:
    return json.loads(to_json(read_document(EXAMPLE.read_bytes(), media="yaml")))


def test_the_schema_is_a_schema_and_can_be_published() -> None:
    schema = document_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$id"].startswith("urn:guildwright:")
    schema["$defs"].clear()
    assert document_schema()["$defs"], "nobody's change is anybody else's"


def test_the_example_is_valid_as_any_yaml_library_reads_it() -> None:
    value = ruamel.yaml.YAML(typ="safe", pure=True).load(EXAMPLE.read_text(encoding="utf-8"))
    SCHEMA.validate(value)
    assert value == example()


@given(documents())
def test_documents_without_a_problem_are_valid(document: Document) -> None:
    SCHEMA.validate(json.loads(to_json(document)))


def test_every_permission_is_explained() -> None:
    assert set(PERMISSION_DESCRIPTIONS) == set(BY_NAME)
    named = document_schema()["$defs"]["PermissionName"]["oneOf"]
    assert [option["const"] for option in named] == list(BY_NAME)


def test_every_field_is_explained() -> None:
    for name, definition in document_schema()["$defs"].items():
        assert definition["description"], name
        for field, schema in definition.get("properties", {}).items():
            explained = [schema, *schema.get("anyOf", [])]
            assert field == "type" or any("description" in one for one in explained), f"{name}.{field}"


def mutations() -> list[tuple[str, Any]]:
    return [
        ("guildwright", 2),
        ("guildwright", None),
        ("guild.name", "x"),
        ("guild.name", 5),
        ("guild.verification_level", "extreme"),
        ("guild.afk_timeout", 61),
        ("guild.rules_channel", "No Key"),
        ("guild.suppress", ["everything"]),
        ("guild.nme", "x"),
        ("everyone.permissions", ["view_chanel"]),
        ("everyone.permissions", "view_channel"),
        ("roles.0.key", "everyone"),
        ("roles.0.key", "-a"),
        ("roles.0.key", None),
        ("roles.0.name", "x" * 101),
        ("roles.0.color", "red"),
        ("roles.0.color", None),
        ("roles.0.hoist", "yes"),
        ("roles.0.position", 5),
        ("roles.0.permissions", ["ADMINISTRATOR"]),
        ("roles", {}),
        ("channels.0.type", "directory"),
        ("channels.0.type", "text"),
        ("channels.0.overwrites", "sync"),
        ("channels.0.overwrites.0.role", None),
        ("channels.0.overwrites.0.member", "123456789012345678"),
        ("channels.0.overwrites.0.member", "me"),
        ("channels.0.overwrites.0.deny", ["no_such_thing"]),
        ("channels.0.channels.0.type", "category"),
        ("channels.0.channels.0.topic", "x" * 1025),
        ("channels.0.channels.0.slowmode", 21601),
        ("channels.0.channels.0.slowmode", -1),
        ("channels.0.channels.0.bitrate", 64000),
        ("channels.0.channels.0.auto_archive", 61),
        ("channels.2.channels.0.tags", [{"name": str(n)} for n in range(21)]),
        ("channels.2.channels.0.tags", [{"name": ""}]),
        ("channels.2.channels.0.layout", "grid"),
    ]


@pytest.mark.parametrize(("path", "value"), mutations())
def test_what_the_schema_refuses_the_parser_refuses(path: str, value: Any) -> None:
    changed: Any = copy.deepcopy(example())
    *above, last = path.split(".")
    node = changed
    for step in above:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(last) if isinstance(node, list) else last] = value
    assert not SCHEMA.is_valid(changed), "the mutation is one that the schema sees"
    with pytest.raises(InvalidDocument):
        document_from(changed)


@given(st.data())
def test_whatever_the_schema_refuses_the_parser_refuses(data: st.DataObject) -> None:
    value: Any = json.loads(to_json(data.draw(documents())))
    node: Any = value
    while isinstance(node, dict | list) and node:
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[step], dict | list) or data.draw(st.booleans()):
            node[step] = data.draw(st.sampled_from([None, True, 7, 1.5, "", "x", [], [7], {}, {"key": "a"}]))
            break
        node = node[step]
    if not SCHEMA.is_valid(value):
        with pytest.raises(InvalidDocument):
            document_from(value)
