"""Changes to a document, in the order in which they are given.

Each is judged where it stands; what all of them make together is read like any document.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from core.errors import Invalid, Problem
from core.templates.documents.changes import (
    AddNode,
    AddVariable,
    MoveNode,
    Operation,
    RemoveNode,
    RemoveVariable,
    RenameKey,
    RenameVariable,
    SetFields,
    SetGuild,
    SetVariable,
)
from core.templates.documents.edits import Drop, Edit, Insert, Move, Path, Put, Take, apply, value_at
from core.templates.documents.findings import at
from core.templates.documents.keys import EVERYONE
from core.templates.documents.parse import Draft, draft_from
from core.templates.documents.places import BadOperation, find, nodes_in, plain
from core.templates.documents.references import paths_naming
from core.templates.documents.variable_changes import edits_of_variable
from core.templates.errors import InvalidDocument

_KEY_FIELDS = ("key", "channels")
_OWN = {"roles": "role", "channels": "channel"}


class Operated(NamedTuple):
    """The new document, and the edits of its value that led there."""

    draft: Draft
    edits: tuple[Edit, ...]


def operated(before: dict[str, Any], operations: Sequence[Operation]) -> Operated:
    """On the plain value of a valid document, which stays as it is. Raises `Invalid` with a pointer to each bad
    operation, also to one that made the document invalid."""
    value = plain(before)
    edits: list[Edit] = []
    ends: list[int] = []
    problems: list[Problem] = []
    for number, operation in enumerate(operations):
        try:
            for edit in _edits_of(value, operation):
                apply(value, edit)
                edits.append(edit)
        except BadOperation as bad:
            problems.append(Problem(pointer=at("", "operations", number), code=bad.code, message=str(bad)))
        ends.append(len(edits))
    if problems:
        raise Invalid(problems[0].message, code="bad_operation", problems=tuple(problems))
    try:
        return Operated(draft_from(value), tuple(edits))
    except InvalidDocument as invalid:
        raise _blamed(before, edits, ends, invalid) from None


def _edits_of(value: dict[str, Any], operation: Operation) -> Iterable[Edit]:
    match operation:
        case SetFields(key=key):
            path = (EVERYONE,) if key == EVERYONE else find(value, key).path
            yield from _set(value, path, operation)
        case SetGuild():
            yield from _set(value, ("guild",), operation)
        case AddNode():
            yield _add(value, operation)
        case RemoveNode(key=key):
            found = find(value, key)
            if found.node.get("channels"):
                raise BadOperation("not_empty", f"`{key}` has channels: move or remove them first.")
            yield Take(found.path[:-1], found.place)
        case MoveNode():
            yield _move(value, operation)
        case RenameKey(key=key, to=to):
            find(value, key)
            if to == EVERYONE or any(found.node["key"] == to for found in nodes_in(value)):
                raise BadOperation("duplicate_key", f"There is a node `{to[:64]}` already.")
            yield from (Put(path, renamed) for path, renamed in paths_naming(value, key, to))
        case AddVariable() | SetVariable() | RenameVariable() | RemoveVariable():
            yield from edits_of_variable(value, operation)


def _set(value: dict[str, Any], path: Path, wanted: SetFields | SetGuild) -> Iterable[Edit]:
    if named := [name for name in (*wanted.fields, *wanted.unset) if name in _KEY_FIELDS]:
        raise BadOperation("not_settable", f"`{named[0]}` is changed by operations of its own.")
    if twice := sorted(set(wanted.fields) & set(wanted.unset)):
        raise BadOperation("contradiction", f"`{twice[0]}` cannot be set and unset at once.")
    present = value.get(str(path[0]), {}) if len(path) == 1 else value_at(value, path)
    for name in wanted.unset:
        if name not in present:
            raise BadOperation("not_set", f"`{name[:64]}` is not said, so it cannot be unset.")
        yield Drop((*path, name))
    if len(path) == 1 and path[0] not in value:
        yield Put(path, wanted.fields)
        return
    for name, field in wanted.fields.items():
        if name not in present or present[name] != field:
            yield Put((*path, name), field)


def _add(value: dict[str, Any], wanted: AddNode) -> Edit:
    key = wanted.node.get("key")
    if key == EVERYONE or any(found.node["key"] == key for found in nodes_in(value)):
        raise BadOperation("duplicate_key", f"There is a node `{key}` already.")
    path, place = _place(value, wanted, wanted.section)
    return Insert(path, place, wanted.node)


def _move(value: dict[str, Any], wanted: MoveNode) -> Edit:
    found = find(value, wanted.key)
    section = str(found.path[0])
    if wanted.key in (wanted.before, wanted.after, wanted.into):
        raise BadOperation("own_place", f"`{wanted.key}` cannot stand beside itself or in itself.")
    rest = plain(value)
    apply(rest, Take(found.path[:-1], found.place))
    to, place = _place(rest, wanted, section)
    return Move(found.path[:-1], found.place, to, place)


def _place(value: dict[str, Any], wanted: AddNode | MoveNode, section: str) -> tuple[Path, int]:
    """The list and the place in it."""
    said = [name for name in (wanted.before, wanted.after, wanted.into) if name is not None]
    if len(said) > 1:
        raise BadOperation("two_places", "Give one of `before`, `after` and `into`.")
    if not said:
        return (section,), len(value.get(section, ()))
    beside = find(value, said[0])
    if beside.path[0] != section:
        raise BadOperation("other_section", f"`{said[0]}` is no {_OWN.get(section, section)}.")
    if wanted.into is None:
        return beside.path[:-1], beside.place + (wanted.after is not None)
    if beside.node.get("type") != "category":
        raise BadOperation("not_a_category", f"`{wanted.into}` is no category.")
    return (*beside.path, "channels"), len(beside.node.get("channels", ()))


def _blamed(before: dict[str, Any], edits: Sequence[Edit], ends: Sequence[int], invalid: Invalid) -> Invalid:
    """Each problem of the result, at the operation after which it was first there."""
    value, done = plain(before), 0
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


def _problems_in(value: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        draft_from(value)
    except InvalidDocument as invalid:
        return invalid.problems
    return ()
