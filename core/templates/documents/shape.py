"""Values into structs, with every problem and not only the first.

msgspec's own conversion stops at the first error; this one walks what `msgspec.inspect` says of the types. It knows
the types that documents are made of, and nothing of their rules.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeGuard

import msgspec
from msgspec import inspect as types

from core.templates.documents.findings import Findings, at, did_you_mean, nearest, shown

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
BAD: Final = object()


class Shaper:
    """`hints` tell, by the name of a field that we do not have, what to write instead.

    `lost` says that a whole struct was left out because of a problem: rules about the rest would see ghosts.
    """

    def __init__(self, findings: Findings, hints: Mapping[str, str] | None = None) -> None:
        self._findings = findings
        self._hints = hints or {}
        self.lost = False
        self._converters: dict[type[types.Type], Callable[[object, Any, str], Any]] = {
            types.Metadata: self._described,
            types.StructType: self._struct,
            types.VarTupleType: self._tuple,
            types.UnionType: self._union,
            types.LiteralType: self._literal,
            types.StrType: self._text,
            types.IntType: self._integer,
            types.BoolType: self._boolean,
        }

    def convert(self, value: object, wanted: types.Type, pointer: str) -> Any:
        """The value as the type wants it, or `BAD` after a problem was added."""
        return self._converters[type(wanted)](value, wanted, pointer)

    def _described(self, value: object, wanted: types.Metadata, pointer: str) -> Any:
        if isinstance(wanted.type, types.StrType):
            return self._text(value, wanted.type, pointer, _description(wanted))
        return self.convert(value, wanted.type, pointer)

    def _struct(self, value: object, wanted: types.StructType, pointer: str) -> Any:
        if not is_mapping(value):
            self.lost = True
            return self._wrong_type(value, wanted, pointer)
        self._refuse_unknown(value, wanted, pointer)
        said = {f.name: self._member(value, f, wanted, pointer) for f in wanted.fields}
        if any(said[field.name] is BAD for field in wanted.fields if field.required):
            self.lost = True
            return BAD
        kept = {name: item for name, item in said.items() if item is not BAD and item is not msgspec.UNSET}
        return wanted.cls(**kept)

    def _member(
        self, value: dict[str, object], field: types.Field, struct: types.StructType, pointer: str
    ) -> Any:
        if field.encode_name in value:
            return self.convert(value[field.encode_name], field.type, at(pointer, field.encode_name))
        if not field.required:
            return msgspec.UNSET
        self._findings.add(
            pointer,
            "missing_field",
            f"The {noun(struct)} has no `{field.encode_name}`: give {expectation(field.type)}.",
        )
        return BAD

    def _refuse_unknown(self, value: dict[str, object], struct: types.StructType, pointer: str) -> None:
        known = [field.encode_name for field in struct.fields]
        # Some kinds of a union have nothing but the field that tells them apart.
        told = listed(known or [struct.tag_field], "and")
        for name in value:
            if struct.forbid_unknown_fields and name not in known and name != struct.tag_field:
                hint = self._hints.get(name)
                advice = f" {hint}" if hint else did_you_mean(name, known) or f" It has {told}."
                message = f"A {noun(struct)} has no field {_code(name)}.{advice}"
                self._findings.add(at(pointer, name), "unknown_field", message, key=True)

    def _tuple(self, value: object, wanted: types.VarTupleType, pointer: str) -> Any:
        if not is_list(value):
            return self._wrong_type(value, wanted, pointer)
        if wanted.max_length is not None and len(value) > wanted.max_length:
            self._findings.add(
                pointer, "too_many", f"There may be up to {wanted.max_length} here; these are {len(value)}."
            )
        if wanted.min_length is not None and len(value) < wanted.min_length:
            self._findings.add(pointer, "too_few", f"There must be at least {wanted.min_length} here.")
        items = (self.convert(item, wanted.item_type, at(pointer, n)) for n, item in enumerate(value))
        return tuple(item for item in items if item is not BAD)

    def _union(self, value: object, wanted: types.UnionType, pointer: str) -> Any:
        if value is None and wanted.includes_none:
            return None
        choices = [choice for choice in wanted.types if not isinstance(choice, types.NoneType)]
        fitting = [choice for choice in choices if _fits(value, choice)]
        if is_mapping(value) and len(fitting) > 1:
            return self._tagged(value, [c for c in fitting if isinstance(c, types.StructType)], pointer)
        chosen = (fitting or choices)[0]
        if isinstance(chosen, types.LiteralType):
            return self._literal(value, chosen, pointer, wanted)
        if fitting or len(choices) == 1:
            return self.convert(value, chosen, pointer)
        self.lost = self.lost or isinstance(choices[0], types.StructType)
        return self._wrong_type(value, wanted, pointer)

    def _tagged(self, value: dict[str, object], structs: list[types.StructType], pointer: str) -> Any:
        field = str(structs[0].tag_field)
        by_tag = {str(struct.tag): struct for struct in structs}
        tag = value.get(field)
        if isinstance(tag, str) and tag in by_tag:
            return self._struct(value, by_tag[tag], pointer)
        self.lost = True
        if field not in value:
            self._findings.add(
                pointer, "missing_field", f"There is no `{field}` here: give {listed(by_tag)}."
            )
        else:
            word = str(tag)
            advice = f" {self._hints[word]}" if word in self._hints else did_you_mean(word, list(by_tag))
            message = f"`{field}` is one of {listed(by_tag)}, not {shown(tag)}.{advice}"
            self._findings.add(at(pointer, field), "unknown_value", message)
        return BAD

    def _literal(
        self, value: object, wanted: types.LiteralType, pointer: str, whole: types.Type | None = None
    ) -> Any:
        if type(value) in (str, int) and value in wanted.values:
            return value
        if not isinstance(value, str | int) or isinstance(value, bool):
            return self._wrong_type(value, wanted, pointer)
        guess = nearest(str(value), [str(word) for word in wanted.values])
        advice = f" Did you mean `{guess}`?" if guess else ""
        message = f"{shown(value)} is not allowed here: give {expectation(whole or wanted)}.{advice}"
        self._findings.add(pointer, "unknown_value", message)
        return BAD

    def _text(self, value: object, wanted: types.StrType, pointer: str, description: str = "") -> Any:
        if not isinstance(value, str):
            return self._wrong_type(value, wanted, pointer, description if wanted.pattern else "")
        if bad := _UNSTORABLE.search(value):
            message = f"Character U+{ord(bad[0]):04X} cannot be stored: remove it."
            self._findings.add(pointer, "invalid_character", message)
            return BAD
        least, most = wanted.min_length or 0, wanted.max_length
        if len(value) < least or (most is not None and len(value) > most):
            size = f"{least} to {most}" if least else f"up to {most}"
            message = f"This may have {size} characters and has {len(value)}: {shown(value)}."
            self._findings.add(pointer, "length", message)
            return BAD
        if wanted.pattern and not re.fullmatch(wanted.pattern, value):
            message = f"{shown(value)} does not fit here. {description}".rstrip()
            self._findings.add(pointer, "pattern", message)
            return BAD
        return value

    def _integer(self, value: object, wanted: types.IntType, pointer: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            return self._wrong_type(value, wanted, pointer)
        if (wanted.ge is not None and value < wanted.ge) or (wanted.le is not None and value > wanted.le):
            self._findings.add(
                pointer, "range", f"{shown(value)} is out of range: give {expectation(wanted)}."
            )
            return BAD
        return value

    def _boolean(self, value: object, wanted: types.BoolType, pointer: str) -> Any:
        return value if isinstance(value, bool) else self._wrong_type(value, wanted, pointer)

    def _wrong_type(self, value: object, wanted: types.Type, pointer: str, description: str = "") -> Any:
        advice = _quoting(value, wanted)
        message = f"Expected {expectation(wanted)}, found {shown(value)}."
        self._findings.add(pointer, "type", " ".join(part for part in (message, advice, description) if part))
        return BAD


def is_mapping(value: object) -> TypeGuard[dict[str, object]]:
    """What JSON calls an object; its keys are text by then."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """What JSON calls an array."""
    return isinstance(value, list | tuple)


def noun(struct: types.StructType) -> str:
    """What people call it: DocumentRole is a role, VoiceChannel a voice channel."""
    name = struct.cls.__name__
    for prefix in ("Document", "Native"):
        name = name.removeprefix(prefix) or name
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def expectation(wanted: types.Type) -> str:
    """What a type accepts, as the end of a sentence."""
    wanted = _bare(wanted)
    match wanted:
        case types.StrType(max_length=int()):
            return f"text of {wanted.min_length or 0} to {wanted.max_length} characters"
        case types.IntType(ge=int(), le=int()):
            return f"a whole number from {wanted.ge} to {wanted.le}"
        case types.UnionType():
            # Several structs are one thing to the reader: a mapping.
            return " or ".join(dict.fromkeys(expectation(choice) for choice in wanted.types))
        case types.LiteralType():
            return listed(sorted(wanted.values, key=lambda word: (isinstance(word, str), word)))
        case _:
            return _WORDS[type(wanted)]


_WORDS: dict[type[types.Type], str] = {
    types.StrType: "text",
    types.IntType: "a whole number",
    types.BoolType: "true or false",
    types.NoneType: "null",
    types.VarTupleType: "a list",
    types.StructType: "a mapping",
}


def listed(words: Iterable[object], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def _quoting(value: object, wanted: types.Type) -> str:
    if isinstance(wanted, types.StrType) and isinstance(value, int | float):
        fits = wanted.pattern is None or re.fullmatch(wanted.pattern, str(value))
        return "Put it in quotes." if fits else ""
    if isinstance(wanted, types.BoolType) and value in ("yes", "no", "on", "off"):
        return f"Write {'true' if value in ('yes', 'on') else 'false'}."
    if isinstance(wanted, types.IntType) and isinstance(value, str):
        return "Write it without quotes." if value.isdecimal() else ""
    if isinstance(wanted, types.VarTupleType) and isinstance(value, str):
        return f"For a list of one write [{value[:40]}]."
    return ""


def _bare(wanted: types.Type) -> types.Type:
    return wanted.type if isinstance(wanted, types.Metadata) else wanted


def _fits(value: object, wanted: types.Type) -> bool:
    """Whether this is the kind of value that the type takes; whether it is a right one comes later."""
    bare = _bare(wanted)
    if isinstance(bare, types.LiteralType):
        return type(value) in {type(word) for word in bare.values}
    return isinstance(value, _KINDS[type(bare)])


_KINDS: dict[type[types.Type], tuple[type, ...]] = {
    types.StructType: (dict,),
    types.VarTupleType: (list, tuple),
    types.StrType: (str,),
    types.IntType: (int,),
    types.BoolType: (bool,),
    types.NoneType: (type(None),),
}


def _description(wanted: Any) -> str:
    schema: Mapping[str, object] = wanted.extra_json_schema or {}
    return str(schema.get("description", ""))


def _code(name: str) -> str:
    return f"`{name[:60]}`"
