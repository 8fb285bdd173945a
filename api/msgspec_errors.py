"""msgspec's messages as problems with pointers and sentences: "Expected `int` <= 750 - at `$.max_deletes`" becomes
"Give a number of at most 750." at `/max_deletes`."""

import re

from api.allowed import words_at
from core.errors import Problem

_PLACE = re.compile(r" - at `\$(?P<path>.*)`$", re.DOTALL)
_TOKEN = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<name>.*)`", re.DOTALL)
_VALUE = re.compile(r"Invalid (?:enum )?value (?P<value>.*)", re.DOTALL)
_BOUND = re.compile(r"Expected `(?P<kind>\w+)` (?P<length>of length )?(?P<sign>>=|<=) (?P<bound>\S+)")
_UNITS = {"str": "character", "array": "entry", "object": "entry"}
_MOST_WORDS = 30
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


def problem_of(message: str, wanted: object = object) -> Problem:
    """The pointer names the field; for one that is missing, what surrounds it. `wanted` is the type of the whole."""
    found = _PLACE.search(message)
    sentence = message[: found.start()] if found else message
    path = _tokens(found["path"]) if found else []
    pointer = "".join(f"/{_escaped(token)}" for token in path)
    code = code_of(sentence)
    if code == "unknown_field" and (unknown := _UNKNOWN.search(sentence)):
        pointer = f"{pointer}/{_escaped(unknown['name'])}"
    return Problem(pointer=pointer, code=code, message=_told(sentence, wanted, path))


def code_of(message: str) -> str:
    """A stable word for the kind of mistake."""
    return next((code for words, code in _CODES if words in message), "invalid")


def _told(sentence: str, wanted: object, path: list[str]) -> str:
    """What is wrong and what to do; msgspec's own words where there are no better ones."""
    if bound := _BOUND.fullmatch(sentence):
        return _bounded(bound)
    if value := _VALUE.fullmatch(sentence):
        words = words_at(wanted, path)
        if words:
            given = value["value"][:80]
            return f"{given} is not allowed here: give {_one_of(words)}."
    if unknown := _UNKNOWN.search(sentence):
        return f"There is no field `{unknown['name'][:80]}` here: remove it."
    if missing := _MISSING.search(sentence):
        return f"The field `{missing['name']}` is missing: give it."
    return f"{sentence}."


def _bounded(bound: re.Match[str]) -> str:
    most = "at least" if bound["sign"] == ">=" else "at most"
    if not bound["length"]:
        return f"Give a number of {most} {bound['bound']}."
    unit = _UNITS.get(bound["kind"], "entry")
    many = unit if bound["bound"] == "1" else unit.replace("entry", "entrie") + "s"
    return f"Give {most} {bound['bound']} {many}."


def _one_of(words: list[str]) -> str:
    shown = [f"`{word}`" for word in words[:_MOST_WORDS]]
    if len(words) > _MOST_WORDS:
        return f"one of {', '.join(shown)} or others"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _tokens(path: str) -> list[str]:
    return [match["name"] or match["index"] for match in _TOKEN.finditer(path)]


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
