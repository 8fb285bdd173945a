"""One route as an OpenAPI operation."""

import inspect
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.types import Empty
from litestar.typing import FieldDefinition

from api import events, idempotency
from api.examples import YAML_EXAMPLE, example_of
from api.guards import guards_of, signed_in
from api.media import YAML
from api.openapi.components import Schema, ref_to
from api.openapi.errors import name_of, statuses_of
from api.operations import Operation
from api.schemas.jobs import JobProgressed
from core.templates.document import Document

_REASONS = {
    200: "Here it is.",
    201: "It was made.",
    202: "It was accepted, and will be done.",
    204: "Nothing to say.",
    503: "Not ready.",
}
_CONSTRAINTS = {"ge": "minimum", "le": "maximum", "min_length": "minLength", "max_length": "maxLength"}
_NATIVE: Schema = {
    "type": "object",
    "description": "Discord's own server template, or its `serialized_source_guild`.",
    "required": ["serialized_source_guild"],
}


def answer_type(handler: HTTPRouteHandler) -> Any:
    """The struct that the handler answers with; None for an empty answer."""
    said = handler.parsed_fn_signature.return_type.annotation
    if get_origin(said) is Response:
        said = get_args(said)[0]
    return None if said in (NoneType, None) else said


def path_item(handler: HTTPRouteHandler, operation: Operation, method: str) -> Schema:
    guarded = signed_in in guards_of(handler)
    summary, _, description = (inspect.getdoc(handler.fn) or "").partition("\n")
    parameters = [*_parameters(handler), *_headers(operation)]
    item: Schema = {
        "operationId": handler.operation_id,
        "tags": sorted(_tags(handler)),
        "summary": summary.removesuffix("."),
        "parameters": parameters,
        "responses": {
            **_successes(handler, operation),
            **{
                str(int(status)): {"$ref": f"#/components/responses/{name_of(status)}"}
                for status in statuses_of(
                    operation,
                    method=method,
                    guarded=guarded,
                    parameters=any(p.get("in") != "path" for p in parameters),
                )
            },
        },
    }
    if description.strip():
        item["description"] = " ".join(description.split())
    if operation.body is not None:
        item["requestBody"] = {"required": operation.body_required, "content": _bodies(operation)}
    if not guarded:
        item["security"] = []
    return item


def _tags(handler: HTTPRouteHandler) -> set[str]:
    return {tag for layer in handler.ownership_layers for tag in layer.tags or ()}


def _parameters(handler: HTTPRouteHandler) -> list[Schema]:
    return [
        _parameter(name, field)
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, PathParameter | QueryParameter)
    ]


def _parameter(name: str, field: FieldDefinition) -> Schema:
    said = field.kwarg_definition
    assert isinstance(said, PathParameter | QueryParameter)
    schema: Schema = msgspec.json.schema(_without_none(field.annotation))
    schema |= {word: value for key, word in _CONSTRAINTS.items() if (value := getattr(said, key)) is not None}
    if field.default not in (Empty, None):
        schema["default"] = field.default
    if isinstance(schema.get("enum"), list):
        schema["type"] = "string"
    is_path = isinstance(said, PathParameter)
    return {
        "name": said.name or name,
        "in": "path" if is_path else "query",
        "required": is_path,
        "description": said.description,
        "schema": schema,
    }


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    kept = tuple(choice for choice in get_args(annotation) if choice is not NoneType)
    return Union[kept]  # noqa: UP007 - made at run time


def _headers(operation: Operation) -> list[Schema]:
    wanted = [
        (operation.once, "IdempotencyKey"),
        (operation.waits, "PreferWait"),
        (operation.conditional, "IfMatch"),
        (events.MEDIA_TYPE in operation.gives, "LastEventId"),
    ]
    return [{"$ref": f"#/components/parameters/{name}"} for is_wanted, name in wanted if is_wanted]


def parameter_components() -> dict[str, Schema]:
    """Headers that several operations take."""
    said = {
        "IdempotencyKey": (
            idempotency.HEADER,
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
            "Any text of your own. The first answer to it is stored with what was done, and given again to you on this "
            "path; with another body it is refused.",
        ),
        "PreferWait": (
            "Prefer",
            {"type": "string", "examples": ["wait=10"]},
            "RFC 7240: `wait=N` answers as soon as the job has settled, or as it is after N seconds (30 at most).",
        ),
        "IfMatch": (
            "If-Match",
            {"type": "string"},
            "The ETag that you saw: where the present one differs, nothing is done and the answer is 412.",
        ),
        "LastEventId": (
            events.HEADER,
            {"type": "string", "pattern": "^[0-9]+$"},
            "The `id` of the last event that you have: the stream goes on behind it.",
        ),
    }
    return {
        key: {"name": name, "in": "header", "required": False, "description": meaning, "schema": schema}
        for key, (name, schema, meaning) in said.items()
    }


def header_components() -> dict[str, Schema]:
    said = {
        "X-Request-Id": "The request's id: yours, if you sent one, or a new one.",
        "Location": "Where it is.",
        "ETag": "Names this state of the resource, for If-Match.",
        "Preference-Applied": "The seconds that were waited for at most.",
    }
    return {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in said.items()}


def _successes(handler: HTTPRouteHandler, operation: Operation) -> dict[str, Schema]:
    statuses = operation.statuses or (handler.status_code,)
    answer = answer_type(handler)
    return {
        str(status): _success(status, operation, None if status == HTTPStatus.NO_CONTENT else answer)
        for status in statuses
    }


def _success(status: int, operation: Operation, answer: Any) -> Schema:
    names = ["X-Request-Id"]
    if status in {201, 202} and operation.once:
        names.append("Location")
    if operation.tagged:
        names.append("ETag")
    if operation.waits:
        names.append("Preference-Applied")
    said: Schema = {
        "description": _REASONS[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }
    if answer is not None:
        said["content"] = {media: _content(media, answer) for media in operation.gives}
    return said


def _content(media: str, answer: Any) -> Schema:
    if media == events.MEDIA_TYPE:
        return {"schema": {"type": "string", "description": "Each `data` is a JobEvent."}, "example": _EVENT}
    if media in YAML:
        return {"schema": {"type": "string", "description": "The document as text."}, "example": YAML_EXAMPLE}
    if get_origin(answer) is dict:
        return {"schema": {"type": "object", "additionalProperties": True}}
    return {"schema": ref_to(answer.__name__), **_example(answer)}


def _bodies(operation: Operation) -> dict[str, Schema]:
    return {media: _body(media, operation.body) for media in operation.takes}


def _body(media: str, body: Any) -> Schema:
    if media in YAML:
        return {"schema": {"type": "string", "description": "The document as text."}, "example": YAML_EXAMPLE}
    schema = ref_to(body.__name__)
    if body is Document:
        schema = {"anyOf": [schema, _NATIVE]}
    return {"schema": schema, **_example(body)}


def _example(type_: Any) -> Schema:
    example = example_of(type_)
    return {} if example is None else {"example": example}


_EVENT = f"id: 3\nevent: job.progress\ndata: {msgspec.json.encode(example_of(JobProgressed)).decode()}\n\n"
