"""One route as an OpenAPI operation."""

import inspect
from http import HTTPStatus
from types import NoneType
from typing import Any, get_args, get_origin

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from api import events
from api.document_examples import YAML_EXAMPLE
from api.examples import example_of
from api.guards import is_guarded, needed_by
from api.media import IMAGES, NDJSON, YAML
from api.openapi.components import Schema, ref_to
from api.openapi.errors import name_of, statuses_of
from api.openapi.parameters import headers_of, parameters_of
from api.openapi.security import scope_shown, security_of
from api.operations import Operation
from api.schemas.jobs import JobProgressed
from core.templates.documents.document import Document

_REASONS = {
    200: "Here it is.",
    201: "It was made.",
    202: "It was accepted, and will be done.",
    302: "Go on there.",
    204: "Nothing to say.",
    304: "It is what you have.",
    503: "Not ready.",
}
_EMPTY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED, HTTPStatus.FOUND})
_NATIVE: Schema = {
    "type": "object",
    "description": "Discord's own server template, or its `serialized_source_guild`.",
    "required": ["serialized_source_guild"],
}


_BYTES: Schema = {
    "schema": {"type": "string", "format": "binary", "description": "The picture's bytes."},
    "example": "\\x89PNG\\r\\n…",
}
_LOTTIE: Schema = {
    "schema": {"type": "object", "additionalProperties": True, "description": "A Lottie animation."},
    "example": {"v": "5.7.0", "fr": 60, "ip": 0, "op": 60, "w": 320, "h": 320, "layers": []},
}


def answer_type(handler: HTTPRouteHandler) -> Any:
    """The struct that the handler answers with; None for an empty answer."""
    said = handler.parsed_fn_signature.return_type.annotation
    if get_origin(said) is Response:
        said = get_args(said)[0]
    return None if said in (NoneType, None) else said


def path_item(handler: HTTPRouteHandler, operation: Operation, method: str) -> Schema:
    guarded, needed = is_guarded(handler), needed_by(handler)
    summary, _, description = (inspect.getdoc(handler.fn) or "").partition("\n")
    parameters = [*parameters_of(handler), *headers_of(operation)]
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
                    scoped=needed is not None,
                    limited="health" not in _tags(handler),
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
    item["security"] = security_of(needed, is_safe=method in {"get", "head"})
    if needed is not None:
        item["x-required-scope"] = scope_shown(needed)
    return item


def _tags(handler: HTTPRouteHandler) -> set[str]:
    return {tag for layer in handler.ownership_layers for tag in layer.tags or ()}


def _successes(handler: HTTPRouteHandler, operation: Operation) -> dict[str, Schema]:
    statuses = operation.statuses or (handler.status_code,)
    answer = answer_type(handler)
    return {
        str(status): _success(status, operation, None if status in _EMPTY else answer) for status in statuses
    }


def _success(status: int, operation: Operation, answer: Any) -> Schema:
    names = ["X-Request-Id"]
    if status == HTTPStatus.FOUND or (status in {201, 202} and operation.once):
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
        said["content"] = {
            media: _streamed(media, operation) or _content(media, answer) for media in operation.gives
        }
    return said


def _streamed(media: str, operation: Operation) -> Schema | None:
    if media == events.MEDIA_TYPE:
        told = f"Each `data` is a {operation.tells}."
        return {"schema": {"type": "string", "description": told}, "example": _EVENT}
    if media == NDJSON:
        told = f"Each line is a {operation.lines.__name__}."
        example = msgspec.json.encode(example_of(operation.lines)).decode() + "\n"
        return {"schema": {"type": "string", "description": told}, "example": example}
    return None


def _content(media: str, answer: Any) -> Schema:
    if media in YAML:
        return {"schema": {"type": "string", "description": "The document as text."}, "example": YAML_EXAMPLE}
    if answer is bytes:
        return _BYTES if media in IMAGES else _LOTTIE
    if get_origin(answer) is dict:
        return {"schema": {"type": "object", "additionalProperties": True}}
    return {"schema": ref_to(answer.__name__), **_example(answer)}


def _bodies(operation: Operation) -> dict[str, Schema]:
    return {media: _body(media, operation.body) for media in operation.takes}


def _body(media: str, body: Any) -> Schema:
    if media in YAML:
        return {"schema": {"type": "string", "description": "The document as text."}, "example": YAML_EXAMPLE}
    if body is bytes:
        return _BYTES
    schema = ref_to(body.__name__)
    if body is Document:
        schema = {"anyOf": [schema, _NATIVE]}
    return {"schema": schema, **_example(body)}


def _example(type_: Any) -> Schema:
    example = example_of(type_)
    return {} if example is None else {"example": example}


_SHOWN = example_of(JobProgressed)
_EVENT = (
    f"id: {_SHOWN['job_id']}:{_SHOWN['sequence']}\n"
    f"event: {_SHOWN['type']}\ndata: {msgspec.json.encode(_SHOWN).decode()}\n\n"
)
