"""Operations on variables, as edits of the document's plain value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from core.templates.documents.changes import AddVariable, RemoveVariable, RenameVariable, SetVariable
from core.templates.documents.edits import Drop, Edit, Insert, Path, Put, Take
from core.templates.documents.findings import did_you_mean
from core.templates.documents.places import BadOperation
from core.templates.documents.shape import is_list, is_mapping
from core.templates.documents.variables import escaped, filled, renamed, uses_in, without_declarations

VariableOperation: TypeAlias = AddVariable | SetVariable | RenameVariable | RemoveVariable


def edits_of_variable(value: dict[str, Any], operation: VariableOperation) -> Iterable[Edit]:
    """Raises `BadOperation` for what cannot be done where it stands."""
    match operation:
        case AddVariable(variable=variable):
            _require_new(value, variable.get("name"))
            if not value.get("variables"):
                yield from _changed(without_declarations(value), escaped(without_declarations(value)), ())
            yield Insert(("variables",), len(value.get("variables", ())), variable)
        case SetVariable(name=name):
            yield from _set(value, _place_of(value, name), operation)
        case RenameVariable(name=name, to=to):
            place = _place_of(value, name)
            _require_new(value, to)
            before = without_declarations(value)
            yield Put(("variables", place, "name"), to)
            yield from _changed(before, renamed(before, name, to), ())
        case RemoveVariable(name=name):
            place = _place_of(value, name)
            if uses := [pointer for pointer, used in uses_in(value) if used == name]:
                raise BadOperation("in_use", f"`{name}` stands in {_told(value, uses)}: change that first.")
            yield from undeclared(value, (place,))


def undeclared(value: Mapping[str, Any], places: Iterable[int]) -> Iterator[Edit]:
    """Of variables that stand nowhere. Without the last of them `$${` would be no escape any more, so that it is
    written as what it means."""
    gone = sorted(places, reverse=True)
    if len(gone) < len(value["variables"]):
        yield from (Take(("variables",), place) for place in gone)
    else:
        yield Drop(("variables",))
        rest = without_declarations(value)
        yield from _changed(rest, filled(rest, {}), ())


def _set(value: Mapping[str, Any], place: int, wanted: SetVariable) -> Iterator[Edit]:
    if "name" in wanted.fields or "name" in wanted.unset:
        raise BadOperation("not_settable", "`name` is changed by `rename_variable`.")
    if twice := sorted(set(wanted.fields) & set(wanted.unset)):
        raise BadOperation("contradiction", f"`{twice[0]}` cannot be set and unset at once.")
    present = value["variables"][place]
    for name in wanted.unset:
        if name not in present:
            raise BadOperation("not_set", f"`{name[:64]}` is not said, so it cannot be unset.")
        yield Drop(("variables", place, name))
    for name, field in wanted.fields.items():
        if name not in present or present[name] != field:
            yield Put(("variables", place, name), field)


def _place_of(value: Mapping[str, Any], name: str) -> int:
    known = [variable["name"] for variable in value.get("variables", ())]
    if name not in known:
        raise BadOperation(
            "unknown_variable", f"There is no variable `{name[:64]}`.{did_you_mean(name, known)}"
        )
    return known.index(name)


def _require_new(value: Mapping[str, Any], name: object) -> None:
    if any(variable.get("name") == name for variable in value.get("variables", ())):
        raise BadOperation("duplicate_variable", f"There is a variable `{str(name)[:64]}` already.")


def _told(value: Mapping[str, Any], pointers: list[str]) -> str:
    """The nodes, up to ten of them."""
    nodes = list(dict.fromkeys(_node_at(value, pointer) for pointer in pointers))
    more = f" and {len(nodes) - 10} more" if len(nodes) > 10 else ""  # noqa: PLR2004
    return f"{', '.join(f'`{node}`' for node in nodes[:10])}{more}"


def _node_at(value: Mapping[str, Any], pointer: str) -> str:
    """The key of the innermost node around it; else the section."""
    _, section, *rest = pointer.split("/")
    key = section
    here: Any = value[section]
    for token in rest:
        here = _member(here, token)
        if is_mapping(here) and "key" in here:
            key = str(here["key"])
    return key


def _member(value: Any, token: str) -> Any:
    return value[int(token)] if is_list(value) else value[token]


def _changed(before: Any, after: Any, path: Path) -> Iterator[Edit]:
    """Member by member; a list of texts as a whole."""
    if before == after:
        return
    if is_mapping(before):
        for name, item in before.items():
            yield from _changed(item, after[name], (*path, name))
    elif is_list(before) and all(map(is_mapping, before)):
        for place, item in enumerate(before):
            yield from _changed(item, after[place], (*path, place))
    else:
        yield Put(path, after)
