"""The next version of a document, and of the text that a person wrote it as."""

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from core.errors import Invalid
from core.templates.documents.changes import Operation
from core.templates.documents.edits import Edit, apply
from core.templates.documents.findings import Findings, Places
from core.templates.documents.operations import operated
from core.templates.documents.parse import Draft, draft_from, read_draft
from core.templates.documents.yaml_source import read_yaml
from core.templates.documents.yaml_tree import YamlTree


class Revision(NamedTuple):
    """`source` is None where there is no text to go on with."""

    draft: Draft
    source: str | None


def revised(draft: Draft, source: str | None, operations: Sequence[Operation]) -> Revision:
    """`source` is the YAML that the draft was read from: its comments, its order and whatever else stands in it
    stay, where that says the same. Raises `Invalid` with a pointer to each bad operation."""
    value = written(draft, source)
    after, edits = operated(value, operations)
    return Revision(after, None if source is None else _edited(source, value, edits, after))


def edited(draft: Draft, source: str | None, edits: Sequence[Edit]) -> Revision:
    """The same for edits of what is `written`. Raises `InvalidDocument` where they lead to none."""
    value = written(draft, source)
    changed = copy.deepcopy(value)
    for edit in edits:
        apply(changed, edit)
    after = draft_from(changed)
    return Revision(after, None if source is None else _edited(source, value, edits, after))


def written(draft: Draft, source: str | None) -> dict[str, Any]:
    """The plain value that edits are made on."""
    if source is not None:
        return _plain(source)
    value = msgspec.to_builtins(draft.document) if draft.value is None else draft.value
    return msgspec.json.decode(msgspec.json.encode(value))


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
