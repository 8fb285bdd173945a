"""Lists of two states of a document held against each other: which item is which, and how one becomes the other."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from core.templates.documents.edits import Edit, Insert, Move, Path, Take

UNORDERED: Final = frozenset({"permissions", "allow", "deny", "suppress", "overwrites"})
"""Fields whose lists mean the same in any order."""
_IDENTIFYING: Final = ("key", "role", "member", "title", "channel", "name", "type")
_Name = TypeVar("_Name", bound=Hashable)


def identities(items: Sequence[Mapping[str, Any]]) -> list[Hashable]:
    """What tells each from the others of its list; of equal ones the how-manyth it is, too."""
    seen: dict[Hashable, int] = {}
    found: list[Hashable] = []
    for item in items:
        name = next((name for name in _IDENTIFYING if item.get(name) is not None), None)
        about = (name, item[name]) if name else msgspec.json.encode(item, order="sorted")
        seen[about] = seen.get(about, 0) + 1
        found.append((about, seen[about]))
    return found


def order_of(
    own: Sequence[_Name], was: Sequence[_Name], now: Sequence[_Name], *, ordered: bool
) -> list[_Name]:
    """How a list is to stand: as it is written where the order is still the same, new items behind those that they
    stand behind in `now`. What is written and neither in `was` nor in `now` says nothing, and stays."""
    there, known = set(now), set(was)
    stays = [name for name in own if name in there or name not in known]
    common = set(stays) & there & known
    if ordered and [n for n in was if n in common] != [n for n in now if n in common]:
        return [*now, *(name for name in stays if name not in there)]
    written = set(stays)
    place = 0 if ordered else len(stays)
    for name in now:
        if name in written:
            place = stays.index(name) + 1 if ordered else place
        else:
            stays.insert(place, name)
            place += 1
    return stays


def rearranged(
    path: Path, own: Sequence[_Name], wanted: Sequence[_Name], value_of: Callable[[_Name], Any]
) -> Iterator[Edit]:
    """The edits that make the one list the other."""
    present = list(own)
    for place in reversed(range(len(present))):
        if present[place] not in wanted:
            del present[place]
            yield Take(path, place)
    for place, name in enumerate(wanted):
        if name not in present:
            present.insert(place, name)
            yield Insert(path, place, value_of(name))
        elif (there := present.index(name)) != place:
            present.insert(place, present.pop(there))
            yield Move(path, there, path, place)


def places_of(value: Mapping[str, Any]) -> dict[str, Path]:
    """Where each channel of a plain document stands, by key."""
    places: dict[str, Path] = {}
    for place, node in enumerate(value.get("channels", ())):
        places[node["key"]] = ("channels", place)
        for inner, child in enumerate(node.get("channels", ()) if node["type"] == "category" else ()):
            places[child["key"]] = ("channels", place, "channels", inner)
    return places
