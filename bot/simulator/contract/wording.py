"""A schema validator's complaints in the words of Discord's form errors (Discord docs: Reference > Error Messages)."""

from collections.abc import Iterable
from typing import cast

from jsonschema_rs import ValidationError

from bot.simulator.errors import FieldErrors
from bot.simulator.shapes import JsonObject

_TYPES: dict[str, tuple[str, str]] = {
    "string": ("STRING_TYPE_CONVERT", "Could not interpret the value as string."),
    "integer": ("NUMBER_TYPE_COERCE", "Value is not int."),
    "number": ("NUMBER_TYPE_COERCE", "Value is not float."),
    "boolean": ("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
    "array": ("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"),
    "object": ("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType"),
}
_ORDER = ("object", "array", "boolean", "integer", "number", "string")
_UNIONS = ("oneOf", "anyOf")


def as_form_errors(found: Iterable[ValidationError]) -> JsonObject:
    """The nested ``errors`` object."""
    errors = FieldErrors()
    for error in found:
        for each in _unfolded(error):
            path = [str(part) for part in each.instance_path]
            facts = each.kind.as_dict()
            if each.kind.name == "required":
                path.append(str(facts["property"]))
            code, message = _worded(each.kind.name, facts)
            errors.add(path, code, message)
    return errors.tree


def _unfolded(error: ValidationError) -> list[ValidationError]:
    """Of a union the branch that was meant: the only one that is not null, or the one whose complaint lies deepest."""
    if error.kind.name not in _UNIONS:
        return [error]
    branches = cast("list[list[ValidationError]]", error.kind.as_dict().get("context") or [])
    meant = [branch for branch in branches if not any(_wants_null(each) for each in branch)]
    read = [[inner for each in branch for inner in _unfolded(each)] for branch in meant]
    if len(read) == 1:
        return read[0]
    reach = [min((_depth(each) for each in branch), default=0) for branch in read]
    deepest = max(reach, default=0)
    if deepest <= len(error.instance_path) or reach.count(deepest) > 1:
        return [error]
    return read[reach.index(deepest)]


def _wants_null(error: ValidationError) -> bool:
    return error.kind.name == "type" and error.kind.as_dict() == {"types": ["null"]}


def _depth(error: ValidationError) -> int:
    return len(error.instance_path) + (error.kind.name == "required")


_LONG = ("BASE_TYPE_MAX_LENGTH", "Must be {limit} or fewer in length.")
_SHORT = ("BASE_TYPE_MIN_LENGTH", "Must be {limit} or more in length.")
_MISSHAPEN = ("NUMBER_TYPE_COERCE", "Value is not of the expected form.")
_WORDS: dict[str, tuple[str, str]] = {
    "required": ("BASE_TYPE_REQUIRED", "This field is required"),
    "maxLength": _LONG,
    "maxItems": _LONG,
    "maxProperties": _LONG,
    "minLength": _SHORT,
    "minItems": _SHORT,
    "minProperties": _SHORT,
    "maximum": ("NUMBER_TYPE_MAX", "Value should be less than or equal to {limit}."),
    "minimum": ("NUMBER_TYPE_MIN", "Value should be greater than or equal to {limit}."),
    "enum": ("BASE_TYPE_CHOICES", "Value must be one of {options}."),
    "uniqueItems": ("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value"),
    "pattern": _MISSHAPEN,
    "format": _MISSHAPEN,
}
_NONE_FITS = ("UNION_TYPE_CHOICES", "Value fits none of what may stand here.")


def _worded(keyword: str, facts: dict[str, object]) -> tuple[str, str]:
    code, message = _mistyped(facts) if keyword == "type" else _WORDS.get(keyword, _NONE_FITS)
    return code, message.format(limit=facts.get("limit"), options=facts.get("options"))


def _mistyped(facts: dict[str, object]) -> tuple[str, str]:
    wanted = facts.get("types") or facts.get("type") or ()
    names = [str(each) for each in cast("Iterable[object]", [wanted] if isinstance(wanted, str) else wanted)]
    for name in _ORDER:
        if name in names:
            return _TYPES[name]
    return "BASE_TYPE_CHOICES", "Value must be null."
