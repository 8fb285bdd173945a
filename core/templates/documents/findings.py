"""Problems of one document, collected with the places where a person wrote them.

Pointers are RFC 6901. A place is kept for each value and for each mapping key that the text has.
"""

from difflib import get_close_matches
from typing import NamedTuple

from core.errors import Problem
from core.templates.errors import InvalidDocument

MAX_PROBLEMS = 100
LONGEST_SHOWN = 60
# Four times what a document needs: places of nonsense would fill the memory.
_LONGEST_POINTER = 200


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


class Places:
    """Where the text has the value, and the key, that a pointer names. Empty for values that were never text."""

    def __init__(self) -> None:
        self._values: dict[str, Place] = {}
        self._keys: dict[str, Place] = {}

    def add(self, pointer: str, place: Place) -> None:
        """The first place of a pointer counts: what stands twice is a problem of the second."""
        if len(pointer) <= _LONGEST_POINTER:
            self._values.setdefault(pointer, place)

    def add_key(self, pointer: str, place: Place) -> None:
        """Of keys the last place counts, because that one is too many."""
        if len(pointer) <= _LONGEST_POINTER:
            self._keys[pointer] = place

    def of(self, pointer: str, *, key: bool = False) -> Place | None:
        """The nearest known place: what is missing, or came in through an alias, stands at what surrounds it."""
        if key and pointer in self._keys:
            return self._keys[pointer]
        while pointer and pointer not in self._values:
            pointer = pointer.rpartition("/")[0]
        return self._values.get(pointer)


class Findings:
    """Collects problems; raises by itself when there are too many to be worth reading on."""

    def __init__(self, places: Places | None = None) -> None:
        self._places = places or Places()
        self.problems: list[Problem] = []

    def add(self, pointer: str, code: str, message: str, *, key: bool = False) -> None:
        """`key` says that the mapping's key is what is wrong, not its value."""
        line, column = self._places.of(pointer, key=key) or (None, None)
        self.problems.append(Problem(pointer=pointer, code=code, message=message, line=line, column=column))
        if len(self.problems) >= MAX_PROBLEMS:
            raise refusal(self.problems)

    def raise_if_any(self) -> None:
        """Raises `InvalidDocument` with everything found so far."""
        if self.problems:
            raise refusal(self.problems)


def refusal(problems: list[Problem]) -> InvalidDocument:
    """One error for all of them, in the order of the text where there is one."""
    ordered = tuple(sorted(problems, key=lambda p: (p.line or 0, p.column or 0)))
    if len(ordered) == 1:
        return InvalidDocument(ordered[0].message, problems=ordered)
    counted = f"at least {len(ordered)}" if len(ordered) >= MAX_PROBLEMS else str(len(ordered))
    return InvalidDocument(
        f"The document has {counted} problems. The first: {ordered[0].message}", problems=ordered
    )


def at(pointer: str, *tokens: str | int) -> str:
    """The pointer to something below, with RFC 6901's escapes."""
    steps = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return "/".join((pointer, *steps))


def shown(value: object) -> str:
    """A value as a message quotes it: short, and in the words of YAML and JSON."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    if len(word) > LONGEST_SHOWN:
        return None
    return next(iter(get_close_matches(word.lower(), known, n=1)), None)


def did_you_mean(word: str, known: list[str]) -> str:
    """A suggestion to append to a sentence, or nothing."""
    guess = nearest(word, known)
    return f" Did you mean `{guess}`?" if guess else ""
