"""JSON text as plain values with their places.

The standard library reads the scalars; the brackets are walked here, because it tells no places.
"""

import json
import re
from typing import NoReturn

from core.templates.documents.findings import Findings, Place, Places, at
from core.templates.documents.source import Budget, check_depth, check_field, place_in, stop

_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_INT = 100


def read_json(text: str, places: Places, findings: Findings) -> object:
    """Fills `places`. Raises `InvalidDocument` at the first character that is not JSON."""
    reader = _Reader(text, places, findings)
    value, end = reader.value(reader.skip(0), "", depth=1)
    if reader.skip(end) < len(text):
        reader.refuse("nothing may follow the document", reader.skip(end))
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_INT else float(digits)


class _Reader:
    def __init__(self, text: str, places: Places, findings: Findings) -> None:
        self._text = text
        self._places = places
        self._findings = findings
        self._budget = Budget()
        self._scalars = json.JSONDecoder(parse_constant=_constant, parse_int=_integer)
        self._seen, self._line, self._line_start = 0, 1, 0

    def skip(self, index: int) -> int:
        """The index of the next character that is not space."""
        found = _SPACE.match(self._text, index)
        return found.end() if found else index

    def refuse(self, why: str, index: int) -> NoReturn:
        """Stops at this character."""
        stop("syntax", f"This is not JSON: {why}.", place_in(self._text, index))

    def value(self, index: int, pointer: str, *, depth: int) -> tuple[object, int]:
        """The value that starts here and the index behind it."""
        self._budget.spend()
        place = self._place(index)
        self._places.add(pointer, place)
        opening = self._text[index : index + 1]
        if opening not in ("{", "["):
            return self._scalar(index)
        check_depth(depth, pointer, place)
        return self._object(index, pointer, depth) if opening == "{" else self._array(index, pointer, depth)

    def _place(self, index: int) -> Place:
        """Places are asked for in the order of the text, so lines are counted once."""
        self._line += self._text.count("\n", self._seen, index)
        self._line_start = max(self._line_start, self._text.rfind("\n", self._seen, index) + 1)
        self._seen = index
        return Place(self._line, index - self._line_start + 1)

    def _scalar(self, index: int) -> tuple[object, int]:
        try:
            return self._scalars.raw_decode(self._text, index)
        except json.JSONDecodeError as error:
            self.refuse(error.msg[:1].lower() + error.msg[1:], error.pos)
        except ValueError as error:
            self.refuse(str(error), index)

    def _array(self, index: int, pointer: str, depth: int) -> tuple[list[object], int]:
        values: list[object] = []
        index = self.skip(index + 1)
        while self._text[index : index + 1] != "]":
            value, end = self.value(index, at(pointer, len(values)), depth=depth + 1)
            values.append(value)
            index = self._after_comma(end, "]")
        return values, index + 1

    def _object(self, index: int, pointer: str, depth: int) -> tuple[dict[str, object], int]:
        values: dict[str, object] = {}
        index = self.skip(index + 1)
        while self._text[index : index + 1] != "}":
            key, colon = self._key(index)
            place = self._place(index)
            check_field(key, pointer, place)
            below = at(pointer, key)
            self._places.add_key(below, place)
            value, end = self.value(self.skip(colon + 1), below, depth=depth + 1)
            if key in values:
                self._findings.add(
                    below, "duplicate_field", f"`{key}` stands twice: keep one of them.", key=True
                )
            values.setdefault(key, value)
            index = self._after_comma(end, "}")
        return values, index + 1

    def _key(self, index: int) -> tuple[str, int]:
        if self._text[index : index + 1] != '"':
            self.refuse("expecting a property name in double quotes", index)
        key, end = self._scalar(index)
        colon = self.skip(end)
        if self._text[colon : colon + 1] != ":":
            self.refuse("expecting ':' after the property's name", colon)
        return str(key), colon

    def _after_comma(self, end: int, closing: str) -> int:
        """The index of the next element, or of the closing bracket."""
        index = self.skip(end)
        found = self._text[index : index + 1]
        if found == closing:
            return index
        if found != ",":
            self.refuse(f"expecting ',' or '{closing}'", index)
        following = self.skip(index + 1)
        if self._text[following : following + 1] == closing:
            self.refuse("there is a comma too many before the bracket", index)
        return following
