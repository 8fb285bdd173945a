"""What a guild has become, written into the text that it was made of: only what differs is said anew.

Texts with `${…}` stay where the guild is still as they say. What the text says nothing of stays unsaid, but a node that
it does not know is added.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from core.templates.documents.document import Document
from core.templates.documents.edits import Drop, Edit, Insert, Move, Path, Put, Take, apply, value_at
from core.templates.documents.lists import UNORDERED, identities, order_of, places_of, rearranged
from core.templates.documents.shape import is_list, is_mapping
from core.templates.documents.variables import escaped

_APART = frozenset({"guildwright", "variables", "key"})


class Told(NamedTuple):
    """One thing three times: how its text reads, what a capture says of that, and what a capture says of the guild."""

    own: Any
    was: Any
    now: Any


def edits_between(text: dict[str, Any], own: Document, was: Document, now: Document) -> tuple[Edit, ...]:
    """`text` is the plain value, `own` how it reads in the guild, `was` the document of a guild that is exactly so,
    `now` that of the guild as it is. All of them call the same things by the same keys."""
    merge = _Merge(text, escape=bool(text.get("variables")))
    told = Told(own, _plain(was), _plain(now))
    merge.channels(told)
    merge.fields((), told, apart=_APART | {"channels"})
    return tuple(merge.edits)


class _Merge:
    def __init__(self, text: dict[str, Any], *, escape: bool) -> None:
        self.edits: list[Edit] = []
        self._value: dict[str, Any] = _plain(text)
        self._escape = escape

    def _do(self, edit: Edit) -> None:
        apply(self._value, edit)
        self.edits.append(edit)

    def _put(self, path: Path, value: Any) -> None:
        if value_at(self._value, path[:-1]).get(path[-1], UNSET) != value:
            self._do(Put(path, value))

    def _literal(self, value: Any) -> Any:
        return escaped(value) if self._escape else value

    def fields(self, path: Path, told: Told, *, apart: frozenset[str] = _APART) -> None:
        """Of a struct that the text has at this path."""
        text = value_at(self._value, path)
        for field in msgspec.structs.fields(told.own):
            name, own = field.encode_name, getattr(told.own, field.name)
            was, now = told.was.get(name, UNSET), told.now.get(name, UNSET)
            if name in apart or was == now:
                continue
            unsaid = field.default is UNSET or isinstance(own, msgspec.Struct)
            if name in text and now is not UNSET:
                self._changed((*path, name), Told(own, was, now))
            elif name in text and not unsaid:
                self._do(Drop((*path, name)))
            elif now is not UNSET and not unsaid:
                self._put((*path, name), self._literal(now))

    def _changed(self, path: Path, told: Told) -> None:
        text = value_at(self._value, path)
        if isinstance(told.own, msgspec.Struct) and is_mapping(told.now) and is_mapping(text):
            self._struct(path, told)
        elif is_list(told.own) and is_list(told.now) and is_list(text):
            if any(isinstance(item, msgspec.Struct) for item in told.own) or any(map(is_mapping, told.now)):
                self._items(path, told)
            else:
                self._put(path, self._words(str(path[-1]), list(text), told))
        else:
            self._put(path, self._literal(told.now))

    def _struct(self, path: Path, told: Told) -> None:
        config = told.own.__struct_config__
        was = told.was if is_mapping(told.was) else {}
        if config.tag_field and config.tag != told.now.get(config.tag_field):
            self._retyped(path, told._replace(was=was))
        else:
            self.fields(path, told._replace(was=was), apart=_APART if "key" in told.now else frozenset())

    def _retyped(self, path: Path, told: Told) -> None:
        """Another type has other fields: all that it has are said."""
        for name in [name for name in value_at(self._value, path) if name not in told.now]:
            self._do(Drop((*path, name)))
        text = value_at(self._value, path)
        for name, now in told.now.items():
            if name not in text or told.was.get(name, UNSET) != now:
                self._put((*path, name), now if name in ("key", "type") else self._literal(now))

    def _words(self, name: str, text: list[Any], told: Told) -> list[Any]:
        """Those that are still there as they are written."""
        written = dict(zip(told.own, text, strict=True))
        if name not in UNORDERED:
            return [written.get(word, self._literal(word)) for word in told.now]
        stays = [written[word] for word in written if word in told.now]
        return [*stays, *(self._literal(word) for word in told.now if word not in written)]

    def _items(self, path: Path, told: Told) -> None:
        """Of a list of structs; each is known by what identifies it."""
        own = identities([_plain(item) for item in told.own])
        now = dict(zip(identities(told.now), told.now, strict=True))
        then: Any = told.was if is_list(told.was) else _plain(told.own)
        was = dict(zip(identities(then), then, strict=True))
        wanted = order_of(own, list(was), list(now), ordered=path[-1] not in UNORDERED)
        for edit in rearranged(path, own, wanted, lambda name: self._literal(now[name])):
            self._do(edit)
        structs = dict(zip(own, told.own, strict=True))
        for place, name in enumerate(wanted):
            if name in structs and name in now:
                self._struct((*path, place), Told(structs[name], was.get(name, {}), now[name]))

    def channels(self, told: Told) -> None:
        """First where each stands, then what each is."""
        own = dict(_with_parents(_plain(told.own)))
        was, now = dict(_with_parents(told.was)), dict(_with_parents(told.now))
        wanted = {
            parent: order_of(_inside(own, parent), _inside(was, parent), _inside(now, parent), ordered=True)
            for parent in (None, *(key for key, (_, node) in now.items() if node["type"] == "category"))
        }
        self._forget(own, now)
        for key in wanted[None]:
            if key not in own and key in wanted:
                place = len(self._value.get("channels", ()))
                self._do(Insert(("channels",), place, self._literal(_alone(now[key][1]))))
        for parent in (*(key for key in wanted if key is not None), None):
            for place, key in enumerate(wanted[parent]):
                self._place(key, parent, place, now)
        for place in reversed(range(len(self._value.get("channels", ())))):
            if value_at(self._value, ("channels", place))["key"] not in now:
                self._do(Take(("channels",), place))
        structs = _structs_of(told.own)
        for key, path in places_of(self._value).items():
            if key in structs:
                node = Told(structs[key], was.get(key, (None, {}))[1], now[key][1])
                if node.was.get("type") == node.now["type"]:
                    self.fields(path, node, apart=_APART | {"channels"})
                else:
                    self._retyped(path, node)

    def _forget(self, own: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """What is gone, but a category only with all that it holds."""
        gone = [key for key in own if key not in now]
        for key in reversed(gone):
            path = places_of(self._value).get(key)
            if path is not None and not any(own[inner][0] == key for inner in own if inner in now):
                self._do(Take(path[:-1], int(path[-1])))

    def _place(self, key: str, parent: str | None, place: int, now: Mapping[str, Any]) -> None:
        places = places_of(self._value)
        to: Path = ("channels",) if parent is None else (*places[parent], "channels")
        path = places.get(key)
        if path is None:
            self._do(Insert(to, place, self._literal(_alone(now[key][1]))))
        elif path != (*to, place):
            if parent is not None and len(path) == 2 and int(path[1]) < (above := int(places[parent][1])):  # noqa: PLR2004
                to = ("channels", above - 1, "channels")  # once it is taken
            self._do(Move(path[:-1], int(path[-1]), to, place))


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _with_parents(value: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str | None, dict[str, Any]]]]:
    for node in value.get("channels", ()):
        yield node["key"], (None, node)
        if node["type"] == "category":
            for child in node.get("channels", ()):
                yield child["key"], (node["key"], child)


def _inside(nodes: Mapping[str, tuple[str | None, Any]], parent: str | None) -> list[str]:
    return [key for key, (above, _) in nodes.items() if above == parent]


def _alone(node: dict[str, Any]) -> dict[str, Any]:
    """A category's channels come into it one by one."""
    return {name: item for name, item in node.items() if name != "channels"}


def _structs_of(document: Document) -> dict[str, Any]:
    nodes = [*document.channels, *(c for each in document.channels for c in getattr(each, "channels", ()))]
    return {node.key: node for node in nodes}
