"""Narrowing of decoded JSON: a value from outside is ``object`` until one of these has looked at it."""

from typing import TypeAlias, cast

JsonObject: TypeAlias = dict[str, object]


def as_object(value: object) -> JsonObject | None:
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def as_int(value: object) -> int | None:
    """An integer, or the decimal text of one; never a boolean."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.lstrip("-").isascii() and value.lstrip("-").isdigit():
        return int(value)
    return None


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def words(text: str) -> tuple[str, ...]:
    """A table of names, written as prose."""
    return tuple(text.split())
