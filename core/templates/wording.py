"""Changes as people read them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from core.discord.permissions import names_of
from core.templates.goal.fields import NO_CHANGE, NO_ROLE_CHANGE
from core.templates.plan import Change
from core.templates.resources.shown import picture_text
from core.templates.writes.sets import SILENT, Bits, OverwriteSet, Subject, differing

_NAMES = {"parent_id": "category", "auto_archive": "auto-archive", "nsfw": "age-restricted"}


def bits_text(added: int, removed: int) -> str:
    """`+send_messages −mention_everyone`"""
    words = [*(f"+{name}" for name in names_of(added)), *(f"−{name}" for name in names_of(removed))]
    return " ".join(words) or "permissions that have no name"


def permissions_change(before: int, after: int) -> Change:
    return Change(field="permissions", before=None, after=bits_text(after & ~before, before & ~after))


def overwrite_changes(
    before: OverwriteSet, after: OverwriteSet, name_of: Callable[[Subject], str]
) -> Iterable[Change]:
    """One for each role or member whose overwrites differ."""
    for subject in sorted(differing(before, after)):
        old, new = before.get(subject, SILENT), after.get(subject, SILENT)
        yield Change(field=f"overwrites of {name_of(subject)}", before=_entry(old), after=_entry(new))


def field_changes(
    fields: msgspec.Struct,
    present: object | None,
    *,
    without: Iterable[str] = (),
    names: Mapping[str, str] = {},
) -> Iterable[Change]:
    """What the fields write, beside what `present` has; `names` are those of channels, by id."""
    if fields is NO_CHANGE or fields is NO_ROLE_CHANGE:
        return
    for name in fields.__struct_fields__:
        value = getattr(fields, name)
        if value is not UNSET and name not in without:
            before = None if present is None else getattr(present, name, None)
            yield Change(
                field=_NAMES.get(name, name.removesuffix("_id").replace("_", " ")),
                before=None if present is None else value_text(name, before, names),
                after=value_text(name, value, names),
            )


def value_text(name: str, value: Any, names: Mapping[str, str]) -> str | None:
    """A value as one would say it; None for none."""
    if value is None or value == "":
        return None
    if name.endswith("color"):
        return f"#{value:06x}"
    if name == "tags":
        return ", ".join(tag.name for tag in value) or None
    if name.endswith("_id"):
        return names.get(value, str(value))
    return _word(value)


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return picture_text(text) if text.startswith("sha256:") else text


def _entry(bits: Bits) -> str | None:
    return None if bits == SILENT else bits_text(bits.allow, bits.deny)
