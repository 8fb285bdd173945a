"""Documents with variables, made of documents without."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from core.errors import Invalid
from core.templates.documents.document import Document
from core.templates.documents.parse import Draft, draft_from

Draw = Callable[[st.SearchStrategy[Any]], Any]


def with_variables(document: Document, draw: Draw) -> tuple[Draft, dict[str, str]]:
    """The same document, some texts of which have places now, and the values that fill them with what they were; the
    defaults are others where the document allows them."""
    value = plain(document)
    texts = sorted({text for text in texts_in(value) if len(text) <= 1000})
    chosen = draw(st.lists(st.sampled_from(texts), unique=True, max_size=5)) if texts else []
    values: dict[str, str] = {}
    written: dict[str, str] = {}
    for number, text in enumerate(chosen):
        cut = draw(st.integers(0, len(text)))
        cut = 0 if text[:cut].endswith("$") else cut
        values[f"v{number}"] = text[cut:]
        written[text] = text[:cut].replace("${", "$${") + f"${{v{number}}}"
    held = _with_places(value, written)
    for default in ("Some default", None):
        if values:
            held["variables"] = [
                {"name": name, "default": text if default is None else default}
                for name, text in values.items()
            ]
        try:
            return draft_from(held), values
        except Invalid:
            continue
    raise AssertionError("With its own values it is the document.")


def plain(value: Any) -> Any:
    """Of lists and mappings only."""
    return msgspec.json.decode(msgspec.json.encode(value))


def texts_in(value: Any) -> list[str]:
    """All but nodes' keys and types."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [
            text for name, item in value.items() if name not in ("key", "type") for text in texts_in(item)
        ]
    return [text for item in value for text in texts_in(item)] if isinstance(value, list) else []


def _with_places(value: Any, written: dict[str, str]) -> Any:
    if isinstance(value, str):
        return written.get(value, value.replace("${", "$${") if written else value)
    if isinstance(value, dict):
        return {n: i if n in ("key", "type") else _with_places(i, written) for n, i in value.items()}
    return [_with_places(item, written) for item in value] if isinstance(value, list) else value
