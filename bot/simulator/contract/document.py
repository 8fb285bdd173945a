"""The document's operations, each with a compiled validator for its request and for each of its answers."""

from functools import lru_cache
from pathlib import Path
from typing import cast

import jsonschema_rs
import msgspec
from jsonschema_rs import Draft202012Validator, Registry

from bot.simulator.contract.amendments import amended
from bot.simulator.contract.requests import lenient, request_schema
from bot.simulator.contract.wording import as_form_errors
from bot.simulator.shapes import JsonObject, as_object

ANSWERS, REQUESTS = "urn:answers", "urn:requests"
_METHODS = ("get", "put", "post", "patch", "delete")
_REFUSED, _LIMITED = 400, 429

# The document has integers for the codes of nested errors; Discord's prose (Reference > Error Messages) and Discord
# itself have words. The prose is followed.
_NESTED: JsonObject = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "_errors": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                        "required": ["code", "message"],
                        "additionalProperties": False,
                    },
                }
            },
            "required": ["_errors"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"not": {"const": "_errors"}},
            "additionalProperties": {"$ref": f"{ANSWERS}#/components/schemas/ErrorDetails"},
        },
    ]
}


class Contract:
    """Operations are named by method and path template, as the routes here are."""

    def __init__(self, document: JsonObject) -> None:
        paths = cast("dict[str, JsonObject]", document["paths"])
        self._operations = {
            (method.upper(), template): cast("JsonObject", item[method])
            for template, item in paths.items()
            for method in _METHODS
            if method in item
        }
        components = cast("dict[str, JsonObject]", amended(cast("JsonObject", document["components"])))
        schemas = components["schemas"] | {"ErrorDetails": _NESTED}
        answers = cast("JsonObject", _relocated(components | {"schemas": schemas}, ANSWERS))
        requests = cast("JsonObject", _relocated(lenient(components), REQUESTS))
        self._registry = Registry([(ANSWERS, {"components": answers}), (REQUESTS, {"components": requests})])
        self._responses = cast("dict[str, JsonObject]", answers["responses"])
        self._for_answers: dict[tuple[str, str, str], Draft202012Validator | None] = {}
        self._for_requests: dict[tuple[str, str], Draft202012Validator | None] = {}

    @property
    def operations(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._operations)

    def request_errors(self, method: str, template: str, body: object) -> JsonObject:
        """What the document has against a body, as Discord's nested ``errors`` object; empty if nothing.

        An operation that is not in the document, or takes no body, has no opinion. No body is an empty object.
        """
        key = (method, template)
        if key not in self._for_requests:
            schema = request_schema(key, self._operations.get(key))
            self._for_requests[key] = None if schema is None else self._compiled(_relocated(schema, REQUESTS))
        validator = self._for_requests[key]
        sent = _without_files({} if body is None else body)
        if validator is None or validator.is_valid(sent):
            return {}
        return as_form_errors(validator.iter_errors(sent))

    def answer_errors(self, method: str, template: str, status: int, body: object) -> list[str]:
        """What is not as the document has it about an answer, in sentences; nothing for an undocumented operation."""
        operation = self._operations.get((method, template))
        if operation is None:
            return []
        where = _response_key(status)
        if where not in cast("JsonObject", operation["responses"]):
            return [f"{method} {template} does not answer {status}"]
        validator = self._validator_for_answer(method, template, where, operation)
        if validator is None:
            return [] if body is None else [f"{method} {template} {status} has no body"]
        return [
            f"{method} {template} {status}: /{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in validator.iter_errors(body)
        ]

    def answer_statuses(self, method: str, template: str) -> list[str]:
        """The documented statuses of an operation, ``429`` and ``4XX`` among them."""
        return list(cast("JsonObject", self._operations[method, template]["responses"]))

    def _validator_for_answer(
        self, method: str, template: str, where: str, operation: JsonObject
    ) -> Draft202012Validator | None:
        key = (method, template, where)
        if key not in self._for_answers:
            response = cast("dict[str, JsonObject]", operation["responses"])[where]
            reference = response.get("$ref")
            if isinstance(reference, str):
                response = self._responses[reference.rpartition("/")[2]]
            schema = _json_schema(response)
            self._for_answers[key] = None if schema is None else self._compiled(_relocated(schema, ANSWERS))
        return self._for_answers[key]

    def _compiled(self, schema: object) -> Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(cast("JsonObject", schema), registry=self._registry)


@lru_cache(maxsize=4)
def read_contract(path: Path) -> Contract:
    """The document in a file; read once a process, since it is large and never changes."""
    return Contract(msgspec.json.decode(path.read_bytes(), type=dict[str, object]))


def _response_key(status: int) -> str:
    return str(status) if status < _REFUSED or status == _LIMITED else f"{status // 100}XX"


def _json_schema(holder: JsonObject) -> JsonObject | None:
    content = as_object(holder.get("content")) or {}
    media = as_object(content.get("application/json"))
    return None if media is None else as_object(media.get("schema"))


def _relocated(node: object, base: str) -> object:
    """References within the document, made absolute."""
    if isinstance(node, dict):
        found = cast("JsonObject", node)
        return {
            key: f"{base}{value}"
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _relocated(value, base)
            for key, value in found.items()
        }
    if isinstance(node, list):
        return [_relocated(each, base) for each in cast("list[object]", node)]
    return node


def _without_files(body: object) -> object:
    """A multipart body's JSON part alone."""
    found = as_object(body)
    if found is None:
        return body
    data = as_object(found.get("data"))
    plain = {key: value for key, value in found.items() if key != "_files"}
    return plain if data is None else plain | {"data": _without_files(data)}
