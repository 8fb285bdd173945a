"""Places in a body about which its schema says something that can be broken: required keys, types, choices, ids."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.simulator.shapes import JsonObject

Kind = Literal["required", "typed", "chosen", "snowflake"]
_NULL = {"type": "null"}


@dataclass(slots=True, frozen=True)
class Place:
    """Keys and indices from the top of the body."""

    kind: Kind
    path: tuple[str | int, ...]

    def broken_in(self, body: Any) -> Any:
        """A copy of the body that is wrong in this place alone."""
        if not self.path:
            return 5 if isinstance(body, dict | list) else {}
        made = copy.deepcopy(body)
        *way, last = self.path
        holder = made
        for part in way:
            holder = holder[part]
        if self.kind == "required":
            del holder[last]
        elif self.kind == "typed":
            holder[last] = 5 if isinstance(holder[last], dict | list) else {}
        elif self.kind == "chosen":
            holder[last] = 987_654 if isinstance(holder[last], int) else "none of them"
        else:
            holder[last] = "1x"
        return made


class Places:
    """Reads the document by itself. Unions of several things are left out: what is wrong for one may be another."""

    def __init__(self, document: JsonObject) -> None:
        self._schemas = cast("dict[str, dict[str, JsonObject]]", document["components"])["schemas"]
        self._paths = cast("dict[str, dict[str, Any]]", document["paths"])

    def in_answer(self, method: str, template: str, status: int, body: Any) -> list[Place]:
        response = self._paths[template][method.lower()]["responses"][str(status)]
        return list(self._within(response["content"]["application/json"]["schema"], body, ()))

    def in_request(self, method: str, template: str, body: Any) -> list[Place]:
        content = self._paths[template][method.lower()]["requestBody"]["content"]
        return list(self._within(content["application/json"]["schema"], body, ()))

    def _within(self, schema: JsonObject, value: Any, path: tuple[str | int, ...]) -> Iterator[Place]:
        found = self._plain(schema)
        if value is None or found is None:
            return
        if "type" in found:
            yield Place("typed", path)
        if found.get("enum") or _is_choice(found):
            yield Place("chosen", path)
        if found.get("format") == "snowflake":
            yield Place("snowflake", path)
        if isinstance(value, dict):
            yield from self._in_object(found, cast("JsonObject", value), path)
        elif isinstance(value, list) and isinstance(found.get("items"), dict):
            for index, each in enumerate(cast("list[Any]", value)):
                yield from self._within(cast("JsonObject", found["items"]), each, (*path, index))

    def _in_object(
        self, schema: JsonObject, value: JsonObject, path: tuple[str | int, ...]
    ) -> Iterator[Place]:
        required = cast("list[str]", schema.get("required", []))
        yield from (Place("required", (*path, key)) for key in required if key in value)
        for key, each in cast("dict[str, JsonObject]", schema.get("properties", {})).items():
            if key in value:
                yield from self._within(each, value[key], (*path, key))

    def _plain(self, schema: JsonObject) -> JsonObject | None:
        """The schema that is meant; None for a union of several."""
        while True:
            if "$ref" in schema:
                schema = self._schemas[str(schema["$ref"]).rpartition("/")[2]]
                continue
            union = cast("list[JsonObject]", schema.get("oneOf") or schema.get("anyOf") or [])
            if not union or _is_choice(schema):
                return schema
            real = [each for each in union if each != _NULL]
            if len(real) != 1:
                return None
            schema = real[0]


def _is_choice(schema: JsonObject) -> bool:
    union = cast("list[JsonObject]", schema.get("oneOf", []))
    return bool(union) and all("const" in each for each in union)
