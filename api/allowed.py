"""Which words a type allows at a place, for whoever gave another."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import inspect


def words_at(wanted: object, path: Sequence[str]) -> list[str]:
    """In the order they are declared; empty where anything else than certain words is wanted."""
    found = [msgspec.inspect.type_info(wanted)]
    for place, token in enumerate(path):
        if place == len(path) - 1 and (tags := _tags(found, token)):
            return tags
        found = [below for each in found for below in _below(each, token)]
    return [
        str(value) for each in _flat(found) if isinstance(each, inspect.LiteralType) for value in each.values
    ]


def _tags(found: Sequence[inspect.Type], token: str) -> list[str]:
    """By which the structs of a union are told apart."""
    structs = (each for each in _flat(found) if isinstance(each, inspect.StructType))
    return [str(each.tag) for each in structs if each.tag_field == token]


def _below(kind: inspect.Type, token: str) -> Iterator[inspect.Type]:
    for each in _flat([kind]):
        if isinstance(each, inspect.StructType):
            yield from (field.type for field in each.fields if field.encode_name == token)
        elif isinstance(each, inspect.DictType):
            yield each.value_type
        elif isinstance(each, inspect.VarTupleType | inspect.ListType):
            yield each.item_type


def _flat(found: Sequence[inspect.Type]) -> Iterator[inspect.Type]:
    for each in found:
        if isinstance(each, inspect.UnionType):
            yield from _flat(each.types)
        elif isinstance(each, inspect.Metadata):
            yield from _flat([each.type])
        else:
            yield each
