"""The few ways in which a document's plain value is changed: what an operation comes down to.

A path leads from the root: names of members, places in lists.
"""

import copy
from typing import Any, TypeAlias

import msgspec

Path: TypeAlias = tuple[str | int, ...]


class Put(msgspec.Struct, frozen=True):
    """A member of a mapping gets this value, whether it was there or not."""

    path: Path
    value: Any


class Drop(msgspec.Struct, frozen=True):
    """A member of a mapping is there no more."""

    path: Path


class Insert(msgspec.Struct, frozen=True):
    """A list, which is made where there is none, gets an item at this place."""

    path: Path
    place: int
    value: Any


class Take(msgspec.Struct, frozen=True):
    """A list loses the item at this place."""

    path: Path
    place: int


class Move(msgspec.Struct, frozen=True):
    """An item goes from one list into another or the same; both paths, and the place to go to, are those once it has
    been taken."""

    path: Path
    place: int
    to: Path
    to_place: int


Edit: TypeAlias = Put | Drop | Insert | Take | Move


def apply(root: dict[str, Any], edit: Edit) -> None:
    """Changes the value in place."""
    match edit:
        case Put(path=path, value=value):
            value_at(root, path[:-1])[path[-1]] = copy.deepcopy(value)
        case Drop(path=path):
            del value_at(root, path[:-1])[path[-1]]
        case Insert(path=path, place=place, value=value):
            _list_at(root, path).insert(place, copy.deepcopy(value))
        case Take(path=path, place=place):
            del value_at(root, path)[place]
        case Move(path=path, place=place, to=to, to_place=to_place):
            item = value_at(root, path).pop(place)
            _list_at(root, to).insert(to_place, item)


def value_at(root: Any, path: Path) -> Any:
    """What the path leads to, which must be there."""
    for token in path:
        root = root[token]
    return root


def _list_at(root: Any, path: Path) -> list[Any]:
    return value_at(root, path[:-1]).setdefault(path[-1], [])
