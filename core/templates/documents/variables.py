"""Variables: places in a document's texts that each guild fills in for itself, so that one document serves many.

`${name}` stands in any text but a node's `key` and `type`; `$${` is `${` itself. A document that declares no variables
has no such places: there all of that is plain text.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.errors import Invalid, Problem
from core.templates.documents.findings import Findings, at, did_you_mean
from core.templates.documents.shape import is_list, is_mapping

MAX_VARIABLES = 50
_LONGEST = 1024
PLACE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
FIXED_FIELDS = frozenset({"key", "type"})

VariableName: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_]{0,31}$",
        description="What stands in ${…}: 1 to 32 lower-case letters, digits and '_', starting with a letter.",
    ),
]
VariableValue: TypeAlias = Annotated[str, Meta(max_length=_LONGEST)]
Values: TypeAlias = Annotated[dict[str, VariableValue], Meta(max_length=MAX_VARIABLES)]


class DocumentVariable(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A text that each guild gives for itself. Without a `default` it must be given; then one of the `choices`, or
    `example`, stands for it while the document is read."""

    name: VariableName
    description: (
        Annotated[str, Meta(max_length=300, description="What to give, up to 300 characters.")] | UnsetType
    ) = UNSET
    default: (
        Annotated[str, Meta(max_length=_LONGEST, description="What it is unless it is given.")] | UnsetType
    ) = UNSET
    choices: (
        Annotated[
            tuple[VariableValue, ...], Meta(max_length=100, description="The only values that it may have.")
        ]
        | UnsetType
    ) = UNSET
    example: Annotated[str, Meta(max_length=_LONGEST, description="What it might be.")] | UnsetType = UNSET

    @property
    def stand_in(self) -> str | None:
        """What the document is read with."""
        if self.default is not UNSET:
            return self.default
        if self.choices:
            return self.choices[0]
        return None if self.example is UNSET else self.example


def check_variables(
    variables: Collection[DocumentVariable], value: Mapping[str, object], findings: Findings
) -> None:
    """Adds what is wrong with their declaration and their use in the rest of the document."""
    known: dict[str, int] = {}
    for place, variable in enumerate(variables):
        pointer = at("", "variables", place)
        if variable.name in known:
            findings.add(at(pointer, "name"), "duplicate_variable", f"`{variable.name}` is declared twice.")
        known.setdefault(variable.name, place)
        _check_declared(variable, pointer, findings)
    used: set[str] = set()
    for pointer, text in _texts(value, ""):
        names = _names_in(text)
        used |= names
        fixed = pointer.rpartition("/")[2] in FIXED_FIELDS
        if fixed and names:
            findings.add(pointer, "fixed", "A node's key and type are the same in every guild: no ${…} here.")
        for name in sorted(names - known.keys()):
            message = f"There is no variable `{name[:64]}`.{did_you_mean(name, list(known))} For ${{ itself write $${{."
            findings.add(pointer, "unknown_variable", message)
    for name, place in known.items():
        if name not in used:
            findings.add(
                at("", "variables", place),
                "unused_variable",
                f"`{name}` stands nowhere: remove it, or use it.",
            )


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same value with the variables' values in its texts; all that stand in it must be there."""
    if isinstance(value, str):
        return PLACE.sub(lambda found: "${" if found[1] is None else values[found[1]], value)
    if is_mapping(value):
        return {name: filled(item, values) for name, item in value.items()}
    return [filled(item, values) for item in value] if is_list(value) else value


def escaped(value: Any) -> Any:
    """The same value as one that stands in a document with variables and means just itself."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if is_mapping(value):
        return {name: item if name in FIXED_FIELDS else escaped(item) for name, item in value.items()}
    return [escaped(item) for item in value] if is_list(value) else value


def renamed(value: Any, name: str, to: str) -> Any:
    """The same value with another name for a variable in its texts."""
    if isinstance(value, str):
        return PLACE.sub(lambda found: f"${{{to}}}" if found[1] == name and found[2] else found[0], value)
    if is_mapping(value):
        return {member: renamed(item, name, to) for member, item in value.items()}
    return [renamed(item, name, to) for item in value] if is_list(value) else value


def uses_in(value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each place of a document's plain value where a variable stands, and the variable's name."""
    for pointer, text in _texts(without_declarations(value), ""):
        for name in sorted(_names_in(text)):
            yield pointer, name


def without_declarations(value: Mapping[str, Any]) -> dict[str, Any]:
    """All that the variables may stand in."""
    return {name: item for name, item in value.items() if name != "variables"}


def values_for(
    variables: Collection[DocumentVariable], given: Mapping[str, str], kept: Mapping[str, str]
) -> dict[str, str]:
    """What each variable is: as given, else as it was kept from before, else its default. Raises `Invalid` with
    pointers to what is unknown, missing or none of the choices."""
    known = {variable.name: variable for variable in variables}
    problems = [
        _problem(
            name, "unknown_variable", f"There is no variable `{name[:64]}`.{did_you_mean(name, list(known))}"
        )
        for name in given
        if name not in known
    ]
    values: dict[str, str] = {}
    for name, variable in known.items():
        value = given.get(name, kept.get(name, variable.default))
        if value is UNSET:
            told = "" if variable.description is UNSET else f": {variable.description}"
            problems.append(_problem(name, "missing_value", f"Give a value for `{name}`{told}."))
        elif variable.choices and value not in variable.choices:
            choices = ", ".join(variable.choices)
            problems.append(_problem(name, "unknown_value", f"`{name}` is one of: {choices}."))
        else:
            values[name] = value
    if problems:
        raise Invalid(problems[0].message, code="invalid_values", problems=tuple(problems))
    return values


def _check_declared(variable: DocumentVariable, pointer: str, findings: Findings) -> None:
    if variable.stand_in is None:
        message = f"Give `{variable.name}` a `default`, `choices`, or an `example` to read the document with."
        findings.add(pointer, "missing_field", message)
    if variable.choices and variable.default is not UNSET and variable.default not in variable.choices:
        findings.add(at(pointer, "default"), "unknown_value", "The default is none of the choices.")


def _texts(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif is_mapping(value):
        for name, item in value.items():
            yield from _texts(item, at(pointer, name))
    elif is_list(value):
        for place, item in enumerate(value):
            yield from _texts(item, at(pointer, place))


def _names_in(text: str) -> set[str]:
    """Also what is no name at all, so that it is told of."""
    return {
        found[1] if found[2] else f"{found[1]}…" for found in PLACE.finditer(text) if found[1] is not None
    }


def _problem(name: str, code: str, message: str) -> Problem:
    return Problem(pointer=at("", "values", name), code=code, message=message)
