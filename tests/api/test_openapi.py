"""The OpenAPI document: what it promises, what is made of it, and the two browsers for it."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.examples import EXAMPLES, example_of
from api.openapi.document import as_json
from tests.api.conformity import Conformity

SNAPSHOT = Path(__file__).parent / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


def operations(openapi: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method])
        for path, item in openapi["paths"].items()
        for method in sorted(METHODS & item.keys())
    ]


def test_the_document_is_the_committed_one(openapi: dict[str, Any]) -> None:
    """Renew it with `python -m api.openapi > tests/api/openapi.json`, and look at the difference."""
    assert SNAPSHOT.read_bytes() == as_json(openapi)
    assert len(SNAPSHOT.read_bytes()) <= 1 << 20


def test_every_operation_has_an_id_a_tag_a_summary_and_its_errors(openapi: dict[str, Any]) -> None:
    found = operations(openapi)
    ids = [operation["operationId"] for *_, operation in found]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in openapi["tags"]}
    for path, method, operation in found:
        assert re.fullmatch(r"[a-z]+[a-zA-Z]*", operation["operationId"])
        assert operation["tags"]
        assert set(operation["tags"]) <= tags
        assert operation["summary"]
        assert "500" in operation["responses"], path
        open_to_all = operation.get("security") == []
        assert ("401" in operation["responses"]) != open_to_all, path
        if "{" in path:
            assert "404" in operation["responses"], path
        if method == "post" and path not in {
            "/api/v1/me/tokens",
            "/api/v1/auth/logout",
            "/api/v1/auth/token",
        }:
            assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], path


def test_every_body_and_every_answer_has_an_example_that_fits(openapi: dict[str, Any]) -> None:
    conformity = Conformity(openapi)
    for path, _, operation in operations(openapi):
        said = [*operation.get("requestBody", {}).get("content", {}).items()]
        for answer in operation["responses"].values():
            said += [*conformity.resolved(answer).get("content", {}).items()]
        for media, content in said:
            if media != "application/schema+json":
                assert "example" in content, (path, media)
                conformity.require(content["example"], content["schema"])


def test_every_example_is_of_a_component(openapi: dict[str, Any]) -> None:
    for type_ in EXAMPLES:
        component = openapi["components"]["schemas"][type_.__name__]
        assert component["examples"] == [example_of(type_)]


def test_components_are_valid_schemas_with_short_names(openapi: dict[str, Any]) -> None:
    for name, schema in openapi["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Z][A-Za-z]{1,29}", name)
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("union", "field"),
    [
        ("JobPayload", "kind"),
        ("JobResult", "kind"),
        ("JobEvent", "type"),
        ("CallbackEvent", "type"),
        ("PlanStep", "do"),
        ("SchedulePayload", "kind"),
        ("ScheduleWork", "kind"),
        ("ScheduleTrigger", "type"),
        ("ProcessDetails", "kind"),
        ("DocumentChannel", "type"),
        ("DocumentChildChannel", "type"),
    ],
)
def test_unions_are_told_apart_by_a_field(openapi: dict[str, Any], union: str, field: str) -> None:
    schemas = openapi["components"]["schemas"]
    said = schemas[union]
    assert said["discriminator"]["propertyName"] == field
    assert set(said["discriminator"]["mapping"].values()) == {choice["$ref"] for choice in said["oneOf"]}
    for tag, reference in said["discriminator"]["mapping"].items():
        component = schemas[reference.rpartition("/")[2]]
        assert component["properties"][field] == {"const": tag, "type": "string"}
        assert field in component["required"]


def test_enums_of_answers_are_open_and_those_of_requests_are_not(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    assert "running" in schemas["Job"]["properties"]["state"]["x-extensible-enum"]
    assert schemas["CreatePlan"]["properties"]["mode"]["enum"] == ["exact", "merge"]
