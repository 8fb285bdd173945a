"""Text, or a decoded body, into a document; or every problem it has, each at its place."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import inspect as types

from core.errors import Invalid, Problem
from core.templates.documents.document import Document
from core.templates.documents.findings import Findings, Places
from core.templates.documents.json_source import read_json
from core.templates.documents.shape import BAD, Shaper, is_mapping
from core.templates.documents.source import decoded
from core.templates.documents.validate import check
from core.templates.documents.variables import (
    DocumentVariable,
    check_variables,
    filled,
    without_declarations,
)
from core.templates.documents.yaml_source import read_yaml
from core.templates.errors import InvalidDocument

Media = Literal["yaml", "json"]

_DOCUMENT = types.type_info(Document)
_VARIABLES = types.type_info(tuple[DocumentVariable, ...])
_HINTS = {
    "position": "The order in the list is the order in Discord.",
    "id": "Nodes are named by `key`; ids belong to a guild, not to a document.",
    "parent_id": "Put the channel into the category's `channels`.",
    "parent": "Put the channel into the category's `channels`.",
    "permission_overwrites": "Write `overwrites`.",
    "rate_limit_per_user": "Write `slowmode`.",
    "default_auto_archive_duration": "Write `auto_archive`.",
    "colour": "Write `color`.",
    "category": "Categories stand at the top level and hold channels, not categories.",
    "<<": "Merge keys are not part of YAML 1.2; repeat the fields or use an alias for the whole value.",
    "serialized_source_guild": "This is Discord's own template: import it as such.",
}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it is written. `document` is how it reads with the defaults and examples of its variables; `value`
    is the plain value with the places where they stand, None where there are none."""

    document: Document
    variables: tuple[DocumentVariable, ...] = ()
    value: dict[str, Any] | None = None


def read_document(source: bytes | str, *, media: Media) -> Document:
    """Raises `TooLarge` over 1 MiB, and `InvalidDocument` with the line and column of every problem."""
    return read_draft(source, media=media).document


def read_draft(source: bytes | str, *, media: Media) -> Draft:
    """The same, with the document's variables."""
    places = Places()
    findings = Findings(places)
    read = read_yaml if media == "yaml" else read_json
    return _draft(read(decoded(source), places, findings), findings)


def document_from(value: object) -> Document:
    """The same for a value that is decoded already; pointers are relative to it. Raises `InvalidDocument`."""
    return draft_from(value).document


def draft_from(value: object) -> Draft:
    """The same, with the document's variables."""
    return _draft(value, Findings())


def resolved(draft: Draft, values: Mapping[str, str]) -> Document:
    """With a value for each variable. Raises `Invalid`, pointing at `/values`, where the document does not allow
    them."""
    if draft.value is None:
        return draft.document
    try:
        return _document(filled(without_declarations(draft.value), values), Findings())
    except InvalidDocument as invalid:
        problems = tuple(
            Problem(
                pointer="/values",
                code=problem.code,
                message=f"{problem.message} (at {problem.pointer} of the document)",
            )
            for problem in invalid.problems
        )
        raise Invalid(problems[0].message, code="invalid_values", problems=problems) from None


def _draft(value: object, findings: Findings) -> Draft:
    if not is_mapping(value) or not value.get("variables"):
        return Draft(document=_document(value, findings))
    variables: Any = Shaper(findings).convert(value["variables"], _VARIABLES, "/variables")
    findings.raise_if_any()
    check_variables(variables, without_declarations(value), findings)
    findings.raise_if_any()
    stand_ins = {each.name: each.stand_in for each in variables}
    document = _document(filled(without_declarations(value), stand_ins), findings)
    return Draft(document=document, variables=variables, value=value)


def _document(value: object, findings: Findings) -> Document:
    shaper = Shaper(findings, _HINTS)
    document = shaper.convert(value, _DOCUMENT, "")
    if document is not BAD and not shaper.lost:
        check(document, findings)
    findings.raise_if_any()
    return document
