"""JSON Schemas of the structs that HTTP shows, under short and stable names."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

import msgspec

from api.examples import EXAMPLES, example_of
from api.schemas.callback_events import CallbackEvent
from api.schemas.guild_events import GuildEvent
from api.schemas.jobs import JobEvent, JobPayload, JobResult
from api.schemas.schedule_payloads import SchedulePayload, ScheduleWork
from api.schemas.schedules import ScheduleTrigger
from api.schemas.steps import PlanStep
from api.schemas.system import ProcessDetails
from core.templates.documents.channels import ChildChannel, DocumentChannel
from core.templates.documents.document import Document
from core.templates.documents.jsonschema import with_places

Schema: TypeAlias = dict[str, Any]
REF = "#/components/schemas/"
NAMED_UNIONS: dict[str, Any] = {
    "JobPayload": JobPayload,
    "JobResult": JobResult,
    "JobEvent": JobEvent,
    "GuildEvent": GuildEvent,
    "CallbackEvent": CallbackEvent,
    "PlanStep": PlanStep,
    "SchedulePayload": SchedulePayload,
    "ScheduleWork": ScheduleWork,
    "ScheduleTrigger": ScheduleTrigger,
    "ProcessDetails": ProcessDetails,
    "DocumentChannel": DocumentChannel,
    "DocumentChildChannel": ChildChannel,
}
"""Unions of tagged structs are components too, told apart by their discriminator."""


def ref_to(name: str) -> Schema:
    return {"$ref": REF + name}


def components_of(shown: Iterable[Any]) -> dict[str, Schema]:
    """Everything that the types lead to. Raises `ValueError` where two structs would have one name."""
    unions, structs = msgspec.json.schema_components(
        [*NAMED_UNIONS.values(), *shown, Document], ref_template=REF + "{name}"
    )
    named = dict(zip(NAMED_UNIONS, rewritten(list(unions), _plain), strict=False))
    plain: dict[str, Schema] = {name: rewritten(schema, _plain) for name, schema in structs.items()}
    if long := [name for name in plain if not name.isidentifier()]:
        raise ValueError(f"Two structs share a name: {', '.join(long)}.")
    schemas = {name: rewritten(schema, _with_unions(named)) for name, schema in plain.items()} | named
    for name in reachable(schemas, [ref_to(Document.__name__)]):
        schemas[name] = with_places(name, schemas[name])
    for type_ in EXAMPLES:
        if type_.__name__ in schemas:
            schemas[type_.__name__]["examples"] = [example_of(type_)]
    return schemas


def settle_directions(schemas: dict[str, Schema], taken: Iterable[Schema]) -> None:
    """What we only answer with always has all its fields, and its enums are open: further words may come.

    `taken` are the schemas of request bodies: what they lead to stays as it is.
    """
    requests = reachable(schemas, taken)
    for name, schema in schemas.items():
        if name in requests:
            continue
        properties = schema.get("properties", {})
        always = [
            key
            for key, value in properties.items()
            if value.pop("default", msgspec.UNSET) is not msgspec.UNSET
        ]
        if properties:
            schema["required"] = sorted({*schema.get("required", ()), *always})
        schemas[name] = rewritten(schema, _opened)


def reachable(schemas: dict[str, Schema], start: Iterable[Schema]) -> set[str]:
    """Names of the components that these schemas lead to."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for name in set(_references(waiting.pop())) - found:
            found.add(name)
            waiting.append(schemas[name])
    return found


def _references(value: Any) -> Iterable[str]:
    found: list[str] = []

    def look(schema: Schema) -> Schema:
        if str(schema.get("$ref", "")).startswith(REF):
            found.append(schema["$ref"].removeprefix(REF))
        return schema

    rewritten(value, look)
    return found


def rewritten(value: Any, change: Callable[[Schema], Any]) -> Any:
    """JSON with each of its objects changed, the inner ones first."""
    if isinstance(value, list):
        return [rewritten(item, change) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return change({key: rewritten(item, change) for key, item in cast("Schema", value).items()})
    return value


def _plain(schema: Schema) -> Schema:
    """msgspec's schemas in the words that generators of clients understand best."""
    plain = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    words = _words(plain)
    if words:
        plain["type"] = "string" if all(isinstance(word, str) for word in words) else "integer"
    if len(words) == 1:
        plain["const"] = plain.pop("enum")[0]
    if "discriminator" in plain:
        plain["oneOf"] = plain.pop("anyOf")
    return plain


def _with_unions(named: dict[str, Schema]) -> Callable[[Schema], Schema]:
    """References where a named union was written out."""

    def change(schema: Schema) -> Schema:
        said = {key: schema[key] for key in ("oneOf", "discriminator") if key in schema}
        name = next((name for name, union in named.items() if union == said), None)
        if name is None:
            return schema
        return {**{key: value for key, value in schema.items() if key not in said}, **ref_to(name)}

    return change


def _opened(schema: Schema) -> Schema:
    if not _words(schema) or schema.get("type") != "string":
        return schema
    return {("x-extensible-enum" if key == "enum" else key): value for key, value in schema.items()}


def _words(schema: Schema) -> list[Any]:
    """The values of an enum; a property may be called `enum`, too."""
    words = schema.get("enum")
    return cast("list[Any]", words) if isinstance(words, list) else []
