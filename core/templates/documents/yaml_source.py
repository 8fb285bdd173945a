"""YAML 1.2 text as plain values with their places: the core schema, no tags, no merge keys, aliases within limits.

Read from the parser's events, so that nothing is built before it is allowed.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml import events as ruamel
from ruamel.yaml.error import YAMLError

from core.templates.documents.findings import Findings, Place, Places, at, shown
from core.templates.documents.source import Budget, check_depth, check_field, place_in, stop

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_UNQUOTED_COLOR = re.compile(r"\s*:[ \t]+(#[0-9a-fA-F]{6})\b")
_LONGEST_INT = 100
# Tags are refused one by one; but the library takes the square of a tag's length to read it (15 s for 1 MiB).
_ENDLESS_TAG = re.compile(r"(?:^|(?<=[\s\[{,:]))!(?:[\w\-;/?:@&=+$,.!~*'()\[\]%#]){1000}", re.ASCII)


_Kind: TypeAlias = Literal["scalar", "alias", "mapping", "sequence", "end"]
_KINDS: dict[type[Any], _Kind] = {
    ruamel.ScalarEvent: "scalar",
    ruamel.AliasEvent: "alias",
    ruamel.MappingStartEvent: "mapping",
    ruamel.SequenceStartEvent: "sequence",
    ruamel.MappingEndEvent: "end",
    ruamel.SequenceEndEvent: "end",
}


class Event(NamedTuple):
    """`start` and `end` count characters of the text; `flow` is a mapping or list in brackets."""

    kind: _Kind
    place: Place
    start: int
    end: int
    flow: bool = False
    text: str = ""
    plain: bool = False
    anchor: str | None = None
    tag: str | None = None


class _Anchored(NamedTuple):
    value: object
    nodes: int


def resolved(text: str) -> Scalar:
    """What an unquoted scalar is (YAML 1.2.2, section 10.3.2, core schema): dates and `yes` are text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < _LONGEST_INT:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".", "", 1) if text[-1] in "fFnN" else text)
    return text


def read_yaml(text: str, places: Places, findings: Findings) -> object:
    """Fills `places`. Raises `InvalidDocument` for what is not YAML, `TooLarge` for what grows by its aliases."""
    if endless := _ENDLESS_TAG.search(text):
        stop(
            "tag", "YAML tags are not used here, and this is an endless one.", place_in(text, endless.start())
        )
    events = events_of(text)
    first = next(events, None)
    if first is None:
        stop("empty", "The document is empty. Start it with `guildwright: 1`.", Place(1, 1))
    value = _Reader(text, events, places, findings).value(first, "", depth=1)
    if extra := next(events, None):
        stop("many_documents", "The text holds several YAML documents: keep one of them.", extra.place)
    return value


class _Reader:
    """One document's events, and what its anchors stand for."""

    def __init__(self, text: str, events: Iterator[Event], places: Places, findings: Findings) -> None:
        self._text = text
        self._events = events
        self._places = places
        self._findings = findings
        self._anchors: dict[str, _Anchored] = {}
        self._budget = Budget()

    def value(self, event: Event, pointer: str, *, depth: int) -> object:
        """The value that begins with this event."""
        self._places.add(pointer, event.place)
        if event.kind == "alias":
            return self._aliased(event, pointer)
        if event.tag:
            message = (
                f"YAML tags such as {shown(event.tag)} are not used here: remove it, quote text instead."
            )
            self._findings.add(pointer, "tag", message)
        before = self._budget.spent
        value = self._built(event, pointer, depth)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, self._budget.spent - before)
        return value

    def _built(self, event: Event, pointer: str, depth: int) -> object:
        self._budget.spend()
        if event.kind == "scalar":
            return resolved(event.text) if event.plain else event.text
        check_depth(depth, pointer, event.place)
        return self._mapping(pointer, depth) if event.kind == "mapping" else self._sequence(pointer, depth)

    def _aliased(self, event: Event, pointer: str) -> object:
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            message = f"No finished anchor {shown(event.anchor)} stands before this alias."
            stop("unknown_alias", message, event.place, pointer)
        self._budget.spend(anchored.nodes)
        return anchored.value

    def _sequence(self, pointer: str, depth: int) -> list[object]:
        values: list[object] = []
        while (event := next(self._events)).kind != "end":
            values.append(self.value(event, at(pointer, len(values)), depth=depth + 1))
        return values

    def _mapping(self, pointer: str, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        while (key := next(self._events)).kind != "end":
            if key.kind != "scalar":
                message = "The key of a mapping is a word here, not a list, mapping or alias."
                stop("key_not_text", message, key.place, pointer)
            check_field(key.text, pointer, key.place)
            value = self._member(key, at(pointer, key.text), depth)
            if key.text in values:
                self._findings.add(
                    at(pointer, key.text),
                    "duplicate_field",
                    f"`{key.text}` stands twice: keep one of them.",
                    key=True,
                )
            values.setdefault(key.text, value)
        return values

    def _member(self, key: Event, pointer: str, depth: int) -> object:
        self._places.add_key(pointer, key.place)
        event = next(self._events)
        if event.kind == "scalar" and event.plain and not event.text:
            event = self._nothing(key, event, pointer)
        return self.value(event, pointer, depth=depth + 1)

    def _nothing(self, key: Event, event: Event, pointer: str) -> Event:
        """The parser puts what is not there at the next thing that is; and it may have been a colour."""
        color = _UNQUOTED_COLOR.match(self._text, key.end)
        if color is None:
            return event._replace(place=key.place)
        message = f'Put the colour in quotes: "{color[1]}". Without them, # starts a comment.'
        self._findings.add(pointer, "unquoted_color", message, key=True)
        return event._replace(place=key.place, text=color[1], plain=False)


def events_of(text: str) -> Iterator[Event]:
    """Raises `InvalidDocument` where the text is not YAML."""
    parser: Any = YAML(typ="safe", pure=True)
    try:
        yield from filter(None, map(_event, parser.parse(text)))
    except YAMLError as error:
        stop("syntax", *_complaint(error, text))


# The library's events, marks and errors are untyped; they end in these functions.
def _event(event: Any) -> Event | None:
    kind = _KINDS.get(event.__class__)
    if kind is None:
        return None
    return Event(
        kind=kind,
        place=_place(event.start_mark),
        start=event.start_mark.index,
        end=event.end_mark.index,
        flow=bool(getattr(event, "flow_style", None)),
        text=getattr(event, "value", ""),
        plain=kind == "scalar" and bool(event.implicit[0]),
        anchor=getattr(event, "anchor", None),
        tag=getattr(event, "tag", None),
    )


def _complaint(error: Any, text: str) -> tuple[str, Place]:
    # An unreadable character has a position in place of marks.
    index: int = getattr(error, "position", -1)
    if index >= 0:
        return f"Character U+{ord(text[index]):04X} cannot stand in YAML: remove it.", place_in(text, index)
    within = f", {error.context} from line {_place(error.context_mark).line}" if error.context_mark else ""
    what = error.problem or error.context
    return f"This is not YAML: {what}{within}.", _place(error.problem_mark or error.context_mark)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
