"""Text, or a decoded body, into a document; or every problem it has, each at its place."""

from typing import Literal

from msgspec import inspect as types

from core.templates.document import Document
from core.templates.findings import Findings, Places
from core.templates.json_source import read_json
from core.templates.shape import BAD, Shaper
from core.templates.source import decoded
from core.templates.validate import check
from core.templates.yaml_source import read_yaml

Media = Literal["yaml", "json"]

_DOCUMENT = types.type_info(Document)
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


def read_document(source: bytes | str, *, media: Media) -> Document:
    """Raises `TooLarge` over 1 MiB, and `InvalidDocument` with the line and column of every problem."""
    places = Places()
    findings = Findings(places)
    read = read_yaml if media == "yaml" else read_json
    return _document(read(decoded(source), places, findings), findings)


def document_from(value: object) -> Document:
    """The same for a value that is decoded already; pointers are relative to it. Raises `InvalidDocument`."""
    return _document(value, Findings())


def _document(value: object, findings: Findings) -> Document:
    shaper = Shaper(findings, _HINTS)
    document = shaper.convert(value, _DOCUMENT, "")
    if document is not BAD and not shaper.lost:
        check(document, findings)
    findings.raise_if_any()
    return document
