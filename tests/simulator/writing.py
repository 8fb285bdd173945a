"""Values that fit a schema of Discord's published document.

The choices come from a ``random.Random``. Handed hypothesis' own, what fails is made small; handed an ordinary one
with a seed, thousands of bodies a second are written. A keyword that is not understood is an error and never passed
over.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

from bot.simulator.permissions import ALL, BITS
from bot.simulator.shapes import JsonObject, words
from tests.simulator.pictures import gif, png, uri

Path = tuple[str, ...]
Ids = Callable[[Path], Sequence[int]]
"""Ids that live in the world and that a property of this name may name; empty where none does."""

_UNDERSTOOD = set(
    words(
        "type oneOf anyOf allOf enum const minimum maximum minLength maxLength minItems maxItems uniqueItems items "
        "properties required additionalProperties minProperties maxProperties format pattern contentEncoding title "
        "description x-discord-union discriminator default $ref"
    )
)
_NULL: JsonObject = {"type": "null"}
# They name a file of the same request, and a request of JSON alone has none.
_NEED_FILES = {"#/components/schemas/FileComponentForMessageRequest"}
_WORDS = words(
    "harbour deck log crew rule tide keel mast bow stern buoy anchor cabin galley hull oar rope sail winch kraken"
)
_LOCALES = words("de fr en-GB es-ES ja pt-BR")
# Keys without which a body seldom means anything, and how often they are there at least.
_USUAL = {"scheduled_end_time": 80, "content": 70, "actions": 90, "trigger_metadata": 80}
_PERMISSION_KEYS = {"permissions", "allow", "deny", "default_member_permissions"}
# Lists get shorter and unions plainer the deeper they lie.
_DEEP = 4
_LONGEST = 4100
_INT_RANGES = {"int32": (-(1 << 31), (1 << 31) - 1), "int64": (-(1 << 53), 1 << 53)}


class Writer:
    """Writes what a schema allows. ``density`` is the percentage of optional keys that are there."""

    def __init__(self, document: JsonObject, chance: Random, ids: Ids) -> None:
        self._schemas = cast("dict[str, dict[str, JsonObject]]", document["components"])["schemas"]
        self._chance = chance
        self._ids = ids
        self.density = 50

    def value(self, schema: JsonObject, path: Path = (), depth: int = 0) -> Any:
        """Anything the schema allows."""
        if strange := schema.keys() - _UNDERSTOOD:
            raise NotImplementedError(f"{'/'.join(path)}: no idea what {', '.join(sorted(strange))} means")
        if "$ref" in schema:
            return self.value(self._schemas[str(schema["$ref"]).rpartition("/")[2]], path, depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._chance.choice(cast("list[Any]", schema["enum"]))
        for union in ("oneOf", "anyOf"):
            if union in schema:
                return self.value(self._branch(cast("list[JsonObject]", schema[union])), path, depth)
        if "allOf" in schema:
            return self._all_of(cast("list[JsonObject]", schema["allOf"]), path, depth)
        return self._typed(schema, path, depth)

    def named(self, name: str) -> JsonObject:
        return self._schemas[name]

    def often(self, percent: int) -> bool:
        return self._chance.randint(0, 99) < percent

    def _branch(self, union: list[JsonObject]) -> JsonObject:
        real = [each for each in union if each != _NULL and each.get("$ref") not in _NEED_FILES]
        return _NULL if _NULL in union and self.often(12) else self._chance.choice(real)

    def _all_of(self, parts: list[JsonObject], path: Path, depth: int) -> Any:
        found = [self.value(each, path, depth) for each in parts]
        if len(found) == 1:
            return found[0]
        merged: JsonObject = {}
        for each in found:
            merged |= each
        return merged

    def _typed(self, schema: JsonObject, path: Path, depth: int) -> Any:
        kinds = cast(
            "list[str]", schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
        )
        real = [each for each in kinds if each != "null"]
        if not real or (path and len(real) < len(kinds) and self.often(12)):
            return None  # a whole body is never null: that would be none at all
        kind = self._chance.choice(real)
        if kind in ("object", "array"):
            write = self._object if kind == "object" else self._array
            return write(schema, path, depth)
        if kind == "string":
            return self._string(schema, path)
        if kind in ("integer", "number"):
            return self._number(schema, path, kind)
        return self.often(50)

    def _object(self, schema: JsonObject, path: Path, depth: int) -> JsonObject:
        properties = cast("dict[str, JsonObject]", schema.get("properties", {}))
        required = cast("list[str]", schema.get("required", []))
        found = {
            key: self.value(each, (*path, key), depth + 1)
            for key, each in properties.items()
            if key in required or self.often(max(self.density, _USUAL.get(key, 0)))
        }
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            names = ("0", "1") if path and path[-1].startswith("integration_types") else _LOCALES
            least, most = (
                schema.get("minProperties", 0),
                min(cast("int", schema.get("maxProperties", 2)), len(names)),
            )
            count = self._chance.randint(cast("int", least), most)
            for name in names[:count]:
                found[name] = self.value(cast("JsonObject", extra), (*path, name), depth + 1)
        return found

    def _array(self, schema: JsonObject, path: Path, depth: int) -> list[Any]:
        least, most = cast("int", schema.get("minItems", 0)), cast("int", schema.get("maxItems", 8))
        usual = max(least, 1 if depth >= _DEEP else 4)
        length = self._chance.randint(least, min(most, usual))
        found: list[Any] = []
        for _ in range(3 * length):
            if len(found) == length:
                break
            each = self.value(cast("JsonObject", schema["items"]), path, depth + 1)
            if not schema.get("uniqueItems") or each not in found:
                found.append(each)
        return found

    def _number(self, schema: JsonObject, path: Path, kind: str) -> Any:
        low, high = _INT_RANGES.get(str(schema.get("format")), _INT_RANGES["int32"])
        least, most = cast("int", schema.get("minimum", low)), cast("int", schema.get("maximum", high))
        name = path[-1] if path else ""
        if name in _PERMISSION_KEYS:
            value = sum(self._chance.sample(list(BITS.values()), self._chance.randint(0, 5)))
            return self._chance.choice((value, str(value), str(ALL)))
        if name == "flags":
            return min(most, self._chance.choice((0, 1 << 15, 1 << self._chance.randint(0, 17))))
        near = [each for each in (0, 1, 2, 5, 60, 300, 3600, 64_000) if least <= each <= most]
        value = self._chance.choice([least, most, self._chance.randint(least, most), *near])
        if kind == "number" and self.often(50):
            return min(most, value + 0.5)
        return str(value) if kind == "integer" and self.often(3) else value

    def _string(self, schema: JsonObject, path: Path) -> Any:
        form = str(schema.get("format"))
        if form == "snowflake":
            return self._snowflake(path)
        if form == "date-time":
            away = self._chance.choice((-86_400, 60, 3600, 27 * 86_400, 40 * 86_400))
            return (datetime.now(UTC) + timedelta(seconds=away)).isoformat()
        if form == "uri":
            return f"https://example.org/{self._chance.choice(_WORDS)}.png"
        if "contentEncoding" in schema:
            return self._image(str(schema["contentEncoding"]))
        if "pattern" in schema:
            return self._patterned(str(schema["pattern"]))
        return self._text(cast("int", schema.get("minLength", 0)), cast("int", schema.get("maxLength", 40)))

    def _snowflake(self, path: Path) -> Any:
        living = self._ids(path)
        if not living or self.often(5):
            return str(self._chance.randint(1, 1 << 40))
        found = living[-1] if self.often(25) else self._chance.choice(list(living))
        return found if self.often(5) else str(found)

    def _image(self, encoding: str) -> str | bytes:
        if encoding == "binary":
            return self._chance.choice((png(self._chance.randint(0, 255)), gif(self._chance.randint(0, 255))))
        if encoding != "base64":
            raise NotImplementedError(f"no idea how {encoding} stands in JSON")
        shade = self._chance.randint(0, 255)
        return self._chance.choice((uri(png(shade)), uri(gif(shade), "image/gif")))

    def _patterned(self, pattern: str) -> str:
        if not pattern.startswith("^#"):
            raise NotImplementedError(f"no idea what fits {pattern}")
        return f"#{self._chance.randint(0, (1 << 24) - 1):06x}"

    def _text(self, least: int, most: int) -> str:
        style = self._chance.randint(0, 19)
        if style == 0:
            return "x" * least
        if style == 1:
            return "y" * min(most, _LONGEST)
        if style == 2:
            return self._fitting(
                self._chance.choice(("Two Words", "ÄÖ ⚓", "@everyone", "a\n  b", "__x__")), least, most
            )
        chosen = "-".join(self._chance.choice(_WORDS) for _ in range(self._chance.randint(1, 3)))
        return self._fitting(chosen, least, most)

    @staticmethod
    def _fitting(text: str, least: int, most: int) -> str:
        return (text[:most]).ljust(least, "z")
