"""Where a document names a node by its key: in the node itself, and in whatever refers to it."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import inspect as types

from core.templates.documents.channels import DocumentOverwrite
from core.templates.documents.document import Document
from core.templates.documents.edits import Path
from core.templates.documents.keys import EmojiText, Key, emoji_text
from core.templates.documents.shape import is_list, is_mapping

_DOCUMENT: Final = types.type_info(Document)


def _bare(wanted: types.Type) -> Any:
    return wanted.type if isinstance(wanted, types.Metadata) else wanted


_PATTERNS: Final = {_bare(types.type_info(named)).pattern for named in (Key, EmojiText)}


def paths_naming(value: dict[str, Any], key: str, to: str) -> Iterator[tuple[Path, str]]:
    """Every place that names the key, and what stands there once it is called otherwise."""
    for path in list(_walk(value, _DOCUMENT, (), key)):
        yield path, to
    for path in list(_walk(value, _DOCUMENT, (), emoji_text(key))):
        yield path, emoji_text(to)


def _walk(value: object, wanted: types.Type, path: Path, key: str) -> Iterator[Path]:
    bare = _bare(wanted)
    if isinstance(bare, types.UnionType):
        for choice in _fitting(value, bare):
            yield from _walk(value, choice, path, key)
    elif isinstance(bare, types.StructType) and is_mapping(value):
        for field in bare.fields:
            if field.encode_name in value:
                below = (*path, field.encode_name)
                if _names_role(bare, field) and value[field.encode_name] == key:
                    yield below
                else:
                    yield from _walk(value[field.encode_name], field.type, below, key)
    elif isinstance(bare, types.VarTupleType) and is_list(value):
        for place, item in enumerate(value):
            yield from _walk(item, bare.item_type, (*path, place), key)
    elif isinstance(bare, types.StrType) and bare.pattern in _PATTERNS and value == key:
        yield path


def _names_role(struct: types.StructType, field: types.Field) -> bool:
    return struct.cls is DocumentOverwrite and field.name == "role"


def _fitting(value: object, union: types.UnionType) -> list[types.Type]:
    """Of structs the one whose tag it has."""
    structs = [c for c in map(_bare, union.types) if isinstance(c, types.StructType)]
    if not is_mapping(value) or len(structs) < 2:  # noqa: PLR2004 - one has no tag to tell it by
        return list(union.types)
    return [s for s in structs if value.get(str(s.tag_field)) == s.tag]
