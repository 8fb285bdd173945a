"""Narrowing of decoded JSON: a value from outside is ``object`` until one of these has looked at it."""

import re
from typing import TypeAlias, cast

JsonObject: TypeAlias = dict[str, object]

_LIMIT = 1 << 63
_DECIMAL = re.compile(r"-?[0-9]{1,19}")


def as_object(value: object) -> JsonObject | None:
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def as_int(value: object) -> int | None:
    """An integer of at most 64 bits, or the decimal text of one; never a boolean."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    return value if isinstance(value, int) and -_LIMIT <= value < _LIMIT else None


def too_wide(value: object) -> bool:
    """Whether an integer that no JSON answer could carry is somewhere inside."""
    if isinstance(value, int):
        return not -_LIMIT <= value < _LIMIT
    found = as_object(value)
    inner = as_list(value) or () if found is None else found.values()
    return any(too_wide(each) for each in inner)


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def words(text: str) -> tuple[str, ...]:
    """A table of names, written as prose."""
    return tuple(text.split())
