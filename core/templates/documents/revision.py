"""The next version of a document, and of the text that a person wrote it as."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from core.errors import Invalid
from core.templates.documents.edits import Edit
from core.templates.documents.findings import Findings, Places
from core.templates.documents.operations import Operation, operated
from core.templates.documents.parse import Draft, read_draft
from core.templates.documents.yaml_source import read_yaml
from core.templates.documents.yaml_tree import YamlTree


class Revision(NamedTuple):
    """`source` is None where there is no text to go on with."""

    draft: Draft
    source: str | None


def revised(draft: Draft, source: str | None, operations: Sequence[Operation]) -> Revision:
    """`source` is the YAML that the draft was read from: its comments, its order and whatever else stands in it
    stay, where that says the same. Raises `Invalid` with a pointer to each bad operation."""
    value = _value(draft) if source is None else _plain(source)
    after, edits = operated(value, operations)
    return Revision(after, None if source is None else _edited(source, value, edits, after))


def _value(draft: Draft) -> dict[str, Any]:
    return msgspec.to_builtins(draft.document) if draft.value is None else draft.value


def _plain(source: str) -> dict[str, Any]:
    """What aliases share is written out, because one of them may be changed."""
    return msgspec.json.decode(msgspec.json.encode(read_yaml(source, Places(), Findings())))


def _edited(source: str, value: dict[str, Any], edits: Sequence[Edit], after: Draft) -> str | None:
    try:
        tree = YamlTree(source, value)
        for edit in edits:
            tree.edit(edit)
        text = tree.render()
        return text if read_draft(text, media="yaml") == after else None
    except (Invalid, ValueError):
        return None
