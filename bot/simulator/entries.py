"""Reading lists and maps whose entries are all of one kind, and numbers that need not be whole."""

from collections.abc import Collection

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject


def read_texts(
    form: Form, key: str, *, longest: int, choices: Collection[str] = (), least: int = 0, most: int = 1 << 10
) -> list[str]:
    """Texts, none of them twice, and only some of the ``choices`` where there are any; none when absent or null."""
    found = form.items(key, most=most)
    if found is None:
        return []
    if len(found) < least:
        form.bad(key, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")
    entries = _entries(form, key, found)
    read = [entries.text(index, most=longest) for index in entries.data]
    for index, each in zip(entries.data, read, strict=True):
        entries.require(index)
        if choices and each is not None and each not in choices:
            entries.bad_choice(index, choices)
    chosen = [each for each in read if each is not None]
    if len(set(chosen)) < len(chosen):
        form.bad_set(key)
    return chosen


def read_localizations(form: Form, key: str, *, most: int) -> JsonObject | None:
    """Texts of 1 to ``most`` characters by locale; None when absent or null."""
    found = form.form(key)
    if found is None:
        return None
    for locale in found.data:
        found.require(locale)
    return {locale: found.text(locale, "", least=1, most=most) for locale in found.data}


def read_double(form: Form, key: str) -> float | int | None:
    """A number as it was sent; None when absent or null."""
    value = form.data.get(key)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    form.bad(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return None


def _entries(form: Form, key: str, found: list[object]) -> Form:
    """A list as a form, so that each entry is complained of under its index."""
    numbered: JsonObject = {str(index): each for index, each in enumerate(found)}
    return Form(numbered, form.errors, (*form.path, key))
