"""What text may be read at all: its size, its encoding, and how much and how deep it may hold."""

from typing import NoReturn

from core.errors import Problem, TooLarge
from core.templates.documents.findings import Place, refusal, shown

MAX_BYTES = 1 << 20
MAX_NODES = 100_000
MAX_DEPTH = 16
MAX_FIELD = 64


def decoded(source: bytes | str) -> str:
    """The text, without a byte order mark. Raises `TooLarge` before anything is looked at."""
    size = len(source) if isinstance(source, bytes) or len(source) > MAX_BYTES else len(_encoded(source))
    if size > MAX_BYTES:
        raise TooLarge(
            f"A document may have up to {MAX_BYTES:,} bytes (1 MiB); this one has {size:,}. Split it."
        )
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8-sig", "replace")
        stop(
            "not_utf8",
            f"Byte {source[error.start]:#04x} is not UTF-8: save the file as UTF-8.",
            place_in(before, len(before)),
        )


def place_in(text: str, index: int) -> Place:
    """Line and column of a character."""
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def stop(code: str, message: str, place: Place, pointer: str = "") -> NoReturn:
    """Reading cannot go on from here. Raises `InvalidDocument` with this one problem."""
    raise refusal(
        [Problem(pointer=pointer, code=code, message=message, line=place.line, column=place.column)]
    ) from None


class Budget:
    """Counts the values of one text, those that aliases repeat included."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, nodes: int = 1) -> None:
        """Raises `TooLarge` when the text holds more than anyone's guild."""
        self.spent += nodes
        if self.spent > MAX_NODES:
            raise TooLarge(
                f"A document may hold up to {MAX_NODES:,} values, aliases written out; this one has more."
            )


def check_depth(depth: int, pointer: str, place: Place) -> None:
    """Raises `InvalidDocument` below the depth that any document needs."""
    if depth > MAX_DEPTH:
        stop(
            "too_deep",
            f"The text is nested deeper than {MAX_DEPTH} levels; a document needs nine.",
            place,
            pointer,
        )


def check_field(name: str, pointer: str, place: Place) -> None:
    """Raises `InvalidDocument` for a name that is no field's: long ones would make long pointers of all below."""
    if len(name) > MAX_FIELD:
        stop(
            "unknown_field",
            f"No field's name is longer than {MAX_FIELD} characters: {shown(name)}.",
            place,
            pointer,
        )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
