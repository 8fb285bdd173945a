"""What an operation takes beside its body."""

from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.types import Empty
from litestar.typing import FieldDefinition

from api import events, idempotency
from api.arguments import arguments_of
from api.openapi.components import Schema
from api.operations import Operation

_CONSTRAINTS = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "max_items": "maxItems",
    "pattern": "pattern",
}


def parameters_of(handler: HTTPRouteHandler) -> list[Schema]:
    """Of path and query."""
    return [
        _parameter(name, field)
        for name, field in arguments_of(handler).items()
        if isinstance(field.kwarg_definition, PathParameter | QueryParameter)
    ]


def _parameter(name: str, field: FieldDefinition) -> Schema:
    said = field.kwarg_definition
    assert isinstance(said, PathParameter | QueryParameter)
    kind = _without_none(field.annotation)
    schema: Schema = msgspec.json.schema(kind)
    if kind is datetime:
        # msgspec says so only of what must have a time zone by its type; ours is asked for it by `in_utc`.
        schema["format"] = "date-time"
    schema |= {word: value for key, word in _CONSTRAINTS.items() if (value := getattr(said, key)) is not None}
    if said.schema_extra is not None:
        schema |= said.schema_extra
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


def headers_of(operation: Operation) -> list[Schema]:
    """Those of the request, as references."""
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
            {"type": "string", "pattern": events.ID_PATTERN},
            "The `id` of the last event that you have: the stream goes on behind it. Of one job's stream the event's "
            "sequence alone will do.",
        ),
    }
    return {
        key: {"name": name, "in": "header", "required": False, "description": meaning, "schema": schema}
        for key, (name, schema, meaning) in said.items()
    }


def header_components() -> dict[str, Schema]:
    """Headers that several operations answer with."""
    said = {
        "X-Request-Id": "The request's id: yours, if you sent one, or a new one.",
        "Location": "Where it is.",
        "ETag": "Names this state of the resource, for If-Match.",
        "Preference-Applied": "The seconds that were waited for at most.",
    }
    return {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in said.items()}
