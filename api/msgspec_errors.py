"""msgspec's messages as problems with pointers: "Expected `str`, got `int` - at `$.roles[0].name`"."""

import re

from core.errors import Problem

_PLACE = re.compile(r" - at `\$(?P<path>.*)`$", re.DOTALL)
_TOKEN = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`", re.DOTALL)
_CODES = (
    ("missing required field", "missing_field"),
    ("unknown field", "unknown_field"),
    ("Invalid enum value", "unknown_value"),
    ("Invalid value", "unknown_value"),
    ("of length", "length"),
    ("matching regex", "pattern"),
    ("Invalid ", "format"),
    (" >= ", "range"),
    (" <= ", "range"),
    (" got ", "type"),
    ("timezone", "format"),
    ("Expected `", "type"),
)


def problem_of(message: str) -> Problem:
    """The pointer names the field; for one that is missing, what surrounds it."""
    found = _PLACE.search(message)
    sentence = message[: found.start()] if found else message
    pointer = _pointer(found["path"]) if found else ""
    code = code_of(sentence)
    if code == "unknown_field" and (unknown := _UNKNOWN.search(sentence)):
        pointer = f"{pointer}/{_escaped(unknown['name'])}"
    return Problem(pointer=pointer, code=code, message=sentence)


def code_of(message: str) -> str:
    """A stable word for the kind of mistake."""
    return next((code for words, code in _CODES if words in message), "invalid")


def _pointer(path: str) -> str:
    tokens = (match["name"] or match["index"] for match in _TOKEN.finditer(path))
    return "".join(f"/{_escaped(token)}" for token in tokens)


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
