"""Where in a document's plain value an operation is to be done."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from core.templates.documents.edits import Path
from core.templates.documents.findings import did_you_mean
from core.templates.documents.shape import is_list, is_mapping


class BadOperation(Exception):
    """One operation cannot be done where it stands."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Found(NamedTuple):
    """A node, and where it stands."""

    path: Path
    node: dict[str, Any]

    @property
    def place(self) -> int:
        """In its list."""
        return int(self.path[-1])


def nodes_in(value: dict[str, Any]) -> Iterator[Found]:
    """All that have a key."""
    for section, items in value.items():
        for place, node in _mappings(items):
            yield Found((section, place), node)
            if section == "channels":
                for inner, child in _mappings(node.get("channels")):
                    yield Found((section, place, "channels", inner), child)


def _mappings(items: object) -> Iterator[tuple[int, dict[str, Any]]]:
    if is_list(items):
        for place, item in enumerate(items):
            if is_mapping(item) and "key" in item:
                yield place, item


def find(value: dict[str, Any], key: str) -> Found:
    """Raises `BadOperation` where there is none."""
    known: list[str] = []
    for found in nodes_in(value):
        if found.node["key"] == key:
            return found
        known.append(str(found.node["key"]))
    raise BadOperation("unknown_key", f"No node has the key `{key[:64]}`.{did_you_mean(key, known)}")


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that can be changed: of lists and mappings only."""
    return msgspec.json.decode(msgspec.json.encode(value))
