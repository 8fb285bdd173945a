"""What a version that was made of drift says of itself."""

from collections.abc import Iterable, Sequence

from core.drift.schemas import DriftItem

NOTE_LENGTH = 500


def note_of(version: int, items: Iterable[DriftItem]) -> str:
    """What had drifted from that version."""
    changed = ", ".join(sorted(f"{item.name}: {item.field or item.what}" for item in items))
    return _cut(f"Captured drift from version {version}: {changed or 'nothing had drifted'}", NOTE_LENGTH)


def with_dropped(note: str, variables: Sequence[str]) -> str:
    """With the variables that are declared no more; for them the rest is cut."""
    if not variables:
        return note
    told = _cut(f"No longer used, so declared no more: {', '.join(variables)}", NOTE_LENGTH // 2)
    return f"{_cut(note, NOTE_LENGTH - len(told) - 2)}. {told}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
