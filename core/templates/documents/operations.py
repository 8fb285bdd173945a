"""Changes to a document by the keys of its nodes, in the order in which they are given.

Each is judged where it stands; what all of them make together is read like any document.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

from core.errors import Invalid, Problem
from core.templates.documents.document import EVERYONE
from core.templates.documents.edits import Drop, Edit, Insert, Move, Path, Put, Take, apply, value_at
from core.templates.documents.findings import at, did_you_mean
from core.templates.documents.parse import Draft, draft_from
from core.templates.documents.references import paths_naming
from core.templates.documents.shape import is_list, is_mapping
from core.templates.errors import InvalidDocument

Section: TypeAlias = Literal["roles", "channels", "emojis", "stickers", "webhooks", "automod", "events"]
_KEY_FIELDS = ("key", "channels")
_OWN = {"roles": "role", "channels": "channel"}


class _Operation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op"):
    """One change."""


class SetFields(_Operation, frozen=True, kw_only=True, tag="set"):
    """Fields of a node get these values (null clears); fields in `unset` say nothing any more. `everyone` is a node,
    too."""

    key: str
    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()


class SetGuild(_Operation, frozen=True, kw_only=True, tag="set_guild"):
    """The same for the settings of the guild itself."""

    fields: dict[str, Any] = {}
    unset: tuple[str, ...] = ()


class AddNode(_Operation, frozen=True, kw_only=True, tag="add"):
    """A new node, before or after a sibling, or as the last one of a category (`into`); without a place the last of
    its section."""

    section: Section
    node: dict[str, Any]
    before: str | None = None
    after: str | None = None
    into: str | None = None


class RemoveNode(_Operation, frozen=True, kw_only=True, tag="remove"):
    """A node goes; a category must be empty."""

    key: str


class MoveNode(_Operation, frozen=True, kw_only=True, tag="move"):
    """A node goes to another place, said as in `add`; without one to the end of its section, outside of categories."""

    key: str
    before: str | None = None
    after: str | None = None
    into: str | None = None


class RenameKey(_Operation, frozen=True, kw_only=True, tag="rename_key"):
    """A node is called otherwise in the document, and by everything in it that refers to it."""

    key: str
    to: str


Operation: TypeAlias = SetFields | SetGuild | AddNode | RemoveNode | MoveNode | RenameKey
Operations: TypeAlias = Annotated[tuple[Operation, ...], Meta(min_length=1, max_length=200)]


class Operated(NamedTuple):
    """The new document, and the edits of its value that led there."""

    draft: Draft
    edits: tuple[Edit, ...]


def operated(before: dict[str, Any], operations: Sequence[Operation]) -> Operated:
    """On the plain value of a valid document, which stays as it is. Raises `Invalid` with a pointer to each bad
    operation, also to one that made the document invalid."""
    value = _plain(before)
    edits: list[Edit] = []
    ends: list[int] = []
    problems: list[Problem] = []
    for number, operation in enumerate(operations):
        try:
            for edit in _edits_of(value, operation):
                apply(value, edit)
                edits.append(edit)
        except _BadOperation as bad:
            problems.append(Problem(pointer=at("", "operations", number), code=bad.code, message=str(bad)))
        ends.append(len(edits))
    if problems:
        raise Invalid(problems[0].message, code="bad_operation", problems=tuple(problems))
    try:
        return Operated(draft_from(value), tuple(edits))
    except InvalidDocument as invalid:
        raise _blamed(before, edits, ends, invalid) from None


class _BadOperation(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Found(NamedTuple):
    path: Path
    node: dict[str, Any]

    @property
    def place(self) -> int:
        return int(self.path[-1])


def _nodes(value: dict[str, Any]) -> Iterator[_Found]:
    for section, items in value.items():
        for place, node in _mappings(items):
            yield _Found((section, place), node)
            if section == "channels":
                for inner, child in _mappings(node.get("channels")):
                    yield _Found((section, place, "channels", inner), child)


def _mappings(items: object) -> Iterator[tuple[int, dict[str, Any]]]:
    if is_list(items):
        for place, item in enumerate(items):
            if is_mapping(item) and "key" in item:
                yield place, item


def _find(value: dict[str, Any], key: str) -> _Found:
    known: list[str] = []
    for found in _nodes(value):
        if found.node["key"] == key:
            return found
        known.append(str(found.node["key"]))
    raise _BadOperation("unknown_key", f"No node has the key `{key[:64]}`.{did_you_mean(key, known)}")


def _edits_of(value: dict[str, Any], operation: Operation) -> Iterable[Edit]:
    match operation:
        case SetFields(key=key):
            path = (EVERYONE,) if key == EVERYONE else _find(value, key).path
            yield from _set(value, path, operation)
        case SetGuild():
            yield from _set(value, ("guild",), operation)
        case AddNode():
            yield _add(value, operation)
        case RemoveNode(key=key):
            found = _find(value, key)
            if found.node.get("channels"):
                raise _BadOperation("not_empty", f"`{key}` has channels: move or remove them first.")
            yield Take(found.path[:-1], found.place)
        case MoveNode():
            yield _move(value, operation)
        case RenameKey(key=key, to=to):
            _find(value, key)
            if to == EVERYONE or any(found.node["key"] == to for found in _nodes(value)):
                raise _BadOperation("duplicate_key", f"There is a node `{to[:64]}` already.")
            yield from (Put(path, renamed) for path, renamed in paths_naming(value, key, to))


def _set(value: dict[str, Any], path: Path, wanted: SetFields | SetGuild) -> Iterable[Edit]:
    if named := [name for name in (*wanted.fields, *wanted.unset) if name in _KEY_FIELDS]:
        raise _BadOperation("not_settable", f"`{named[0]}` is changed by operations of its own.")
    if twice := sorted(set(wanted.fields) & set(wanted.unset)):
        raise _BadOperation("contradiction", f"`{twice[0]}` cannot be set and unset at once.")
    present = value.get(str(path[0]), {}) if len(path) == 1 else value_at(value, path)
    for name in wanted.unset:
        if name not in present:
            raise _BadOperation("not_set", f"`{name[:64]}` is not said, so it cannot be unset.")
        yield Drop((*path, name))
    if len(path) == 1 and path[0] not in value:
        yield Put(path, wanted.fields)
        return
    for name, field in wanted.fields.items():
        if name not in present or present[name] != field:
            yield Put((*path, name), field)


def _add(value: dict[str, Any], wanted: AddNode) -> Edit:
    key = wanted.node.get("key")
    if key == EVERYONE or any(found.node["key"] == key for found in _nodes(value)):
        raise _BadOperation("duplicate_key", f"There is a node `{key}` already.")
    path, place = _place(value, wanted, wanted.section)
    return Insert(path, place, wanted.node)


def _move(value: dict[str, Any], wanted: MoveNode) -> Edit:
    found = _find(value, wanted.key)
    section = str(found.path[0])
    if wanted.key in (wanted.before, wanted.after, wanted.into):
        raise _BadOperation("own_place", f"`{wanted.key}` cannot stand beside itself or in itself.")
    rest = _plain(value)
    apply(rest, Take(found.path[:-1], found.place))
    to, place = _place(rest, wanted, section)
    return Move(found.path[:-1], found.place, to, place)


def _place(value: dict[str, Any], wanted: AddNode | MoveNode, section: str) -> tuple[Path, int]:
    """The list and the place in it."""
    said = [name for name in (wanted.before, wanted.after, wanted.into) if name is not None]
    if len(said) > 1:
        raise _BadOperation("two_places", "Give one of `before`, `after` and `into`.")
    if not said:
        return (section,), len(value.get(section, ()))
    beside = _find(value, said[0])
    if beside.path[0] != section:
        raise _BadOperation("other_section", f"`{said[0]}` is no {_OWN.get(section, section)}.")
    if wanted.into is None:
        return beside.path[:-1], beside.place + (wanted.after is not None)
    if beside.node.get("type") != "category":
        raise _BadOperation("not_a_category", f"`{wanted.into}` is no category.")
    return (*beside.path, "channels"), len(beside.node.get("channels", ()))


def _blamed(before: dict[str, Any], edits: Sequence[Edit], ends: Sequence[int], invalid: Invalid) -> Invalid:
    """Each problem of the result, at the operation after which it was first there."""
    value, done = _plain(before), 0
    first: dict[tuple[str, str], int] = {}
    for number, end in enumerate(ends):
        for edit in edits[done:end]:
            apply(value, edit)
        done = end
        for problem in _problems_in(value):
            first.setdefault((problem.code, problem.message), number)
    problems = tuple(
        Problem(
            pointer=at("", "operations", first.get((problem.code, problem.message), len(ends) - 1)),
            code=problem.code,
            message=f"{problem.message} (at {problem.pointer or 'the root'} of the document)",
        )
        for problem in invalid.problems
    )
    return Invalid(problems[0].message, code="bad_operation", problems=problems)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that can be changed: of lists and mappings only."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _problems_in(value: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        draft_from(value)
    except InvalidDocument as invalid:
        return invalid.problems
    return ()
