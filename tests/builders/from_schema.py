"""JSON that a schema of our OpenAPI document allows, and JSON that somebody has spoilt."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
Schema: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str | int, ...]
_ENDLESS = 3  # items in a list that the schema does not bound
_TIMES = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
JUNK: tuple[Json, ...] = (
    *(None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**30, -(10**40), 1e300),
    *("", " ", "\n", "a\x00b", "\ud800", "\U0010ffff", "x" * 5000, "1" * 19, "1" * 20, "1\n", "１"),
    *(
        "2030-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2030-13-01T00:00:00Z",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        {"": 0},
        {"\x00": 0},
        ["1"] * 1001,
        {"kind": "guild.sync"},
        {"a": {"b": {"c": []}}},
    ),
)


def valid(schema: Schema, components: dict[str, Schema]) -> st.SearchStrategy[Json]:
    """Every constraint that the schema states is kept; what it states in prose is not."""
    if "$ref" in schema:
        return st.deferred(lambda: valid(components[schema["$ref"].rpartition("/")[2]], components))
    for choices in ("oneOf", "anyOf"):
        if choices in schema:
            return st.one_of(*(valid(choice, components) for choice in schema[choices]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _OF_TYPE[schema["type"]](schema, components)


@st.composite
def spoilt(draw: st.DrawFn, values: st.SearchStrategy[Json], most: int = 3) -> Json:
    """With up to so many of its places replaced, left out or added to; none is a valid value."""
    value = copy.deepcopy(draw(values))
    for _ in range(draw(st.integers(0, most))):
        place = draw(st.sampled_from(sorted(_places(value), key=str)))
        value = _changed(value, place, draw(st.sampled_from(("replace", "leave out", "add"))), draw)
    return value


def _object(schema: Schema, components: dict[str, Schema]) -> st.SearchStrategy[Json]:
    fields = {name: valid(said, components) for name, said in schema.get("properties", {}).items()}
    needed = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(needed, optional=fields)


def _array(schema: Schema, components: dict[str, Schema]) -> st.SearchStrategy[Json]:
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", _ENDLESS), least + _ENDLESS)
    return st.lists(valid(schema["items"], components), min_size=least, max_size=most)


def _string(schema: Schema, components: dict[str, Schema]) -> st.SearchStrategy[Json]:
    if schema.get("format") == "date-time":
        return _TIMES
    least, most = schema.get("minLength", 0), schema.get("maxLength", 50)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).filter(lambda text: least <= len(text) <= most)
    characters = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
    return st.text(characters, min_size=least, max_size=min(most, least + 50))


def _integer(schema: Schema, components: dict[str, Schema]) -> st.SearchStrategy[Json]:
    return st.integers(schema.get("minimum"), schema.get("maximum"))


_OF_TYPE: dict[str, Callable[[Schema, dict[str, Schema]], st.SearchStrategy[Json]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "boolean": lambda schema, components: st.booleans(),
    "null": lambda schema, components: st.none(),
}


def _places(value: Json, place: Place = ()) -> Iterator[Place]:
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from _places(item, (*place, name))


def _changed(value: Json, place: Place, how: str, draw: st.DrawFn) -> Json:
    junk = copy.deepcopy(draw(st.sampled_from(JUNK)))
    if not place:
        return junk if how == "replace" else value
    around = value
    for token in place[:-1]:
        around = around[token]
    match how, around:
        case "leave out", _:
            del around[place[-1]]
        case "add", dict():
            around[draw(st.sampled_from(("", "kind", "x", "a/b~c", "\x00", "member_ids", "\ud800")))] = junk
        case "add", list():
            around.append(junk)
        case _:
            around[place[-1]] = junk
    return value
