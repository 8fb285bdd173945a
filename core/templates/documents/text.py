"""A document as text. `parse.read_document` reads it back as the same document."""

import re
import textwrap
from collections.abc import Mapping
from io import StringIO
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from core.templates.documents.document import Document
from core.templates.documents.shape import is_list, is_mapping
from core.templates.documents.yaml_source import resolved

_WIDTH = 110
_UNBROKEN = 1 << 20
_FIRST = ("guildwright", "key", "type", "name")
_ON_ONE_LINE = frozenset({"permissions", "allow", "deny", "suppress"})
_LIST_LINE = re.compile(rf"^( *)((?:- )?(?:{'|'.join(sorted(_ON_ONE_LINE))}): \[.*\])$", re.MULTILINE)
_SECTION = re.compile(rf"^(?=(?:{'|'.join(Document.__struct_fields__[1:])}):)", re.MULTILINE)
_PLAIN = re.compile(r"\w[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]*")


def to_yaml(document: Document | Mapping[str, object]) -> str:
    """Block style, fields in the order of their declaration, permissions in flow lists, text always on one line. Also
    of a document's plain value."""
    return _SECTION.sub("\n", block_text(msgspec.to_builtins(document)))


def block_text(value: object) -> str:
    """Any plain value, laid out as a part of a document is."""
    return _LIST_LINE.sub(_wrapped, _emitted(_laid_out(value)))


def flow_text(value: object) -> str:
    """On one line, mappings and lists in brackets."""
    return _emitted(_laid_out(value, flow=True)).removesuffix("\n").removesuffix("\n...")


def _emitted(value: object) -> str:
    emitter: Any = YAML(typ="rt", pure=True)
    emitter.Representer = _Representer
    emitter.representer.add_representer(type(None), _null)
    emitter.width = _UNBROKEN
    emitter.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    emitter.dump(value, stream)
    return stream.getvalue()


def to_json(document: Document | Mapping[str, object]) -> bytes:
    """Indented, so that a difference between two files is a difference between two lines. Also of a document's plain
    value."""
    return msgspec.json.format(msgspec.json.encode(_ordered(msgspec.to_builtins(document))), indent=2)


class _Representer(RoundTripRepresenter):
    """A class of our own, because the library keeps representers by class."""


def _null(representer: Any, _: None) -> Any:
    """As a word: an empty value looks like something forgotten."""
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _wrapped(line: re.Match[str]) -> str:
    """No text of ours has a line break, so a line that looks like a list of words is one."""
    indent, rest = line.groups()
    deeper = indent + ("    " if rest.startswith("- ") else "  ")
    return textwrap.fill(
        rest,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=deeper,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ordered(value: object) -> object:
    if is_mapping(value):
        return {name: _ordered(value[name]) for name in _names_of(value)}
    return [_ordered(item) for item in value] if is_list(value) else value


def _names_of(value: Mapping[str, object]) -> list[str]:
    return sorted(value, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def _laid_out(value: object, field: str = "", *, flow: bool = False) -> object:
    if is_mapping(value):
        members: Any = CommentedMap(
            (name, _laid_out(value[name], name, flow=flow)) for name in _names_of(value)
        )
        if flow:
            members.fa.set_flow_style()
        return members
    if is_list(value):
        items: Any = CommentedSeq(_laid_out(item, flow=flow) for item in value)
        if flow or field in _ON_ONE_LINE:
            items.fa.set_flow_style()
        return items
    return _quoted(value) if isinstance(value, str) else value


def _quoted(text: str) -> str:
    """In quotes wherever a reader, ours or another's, could take it for something else than text."""
    if resolved(text) == text and _PLAIN.fullmatch(text):
        return text
    return DoubleQuotedScalarString(text)
