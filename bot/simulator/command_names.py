"""Names and descriptions of commands, options and choices, with their localizations.

Discord docs: Interactions > Application Commands > Application Command Naming, Localization.
"""

import re

from bot.simulator.forms import Form
from bot.simulator.guild_forms import LOCALES
from bot.simulator.shapes import as_object

# Letters and numbers as Python's \w has them, and the marks that Devanagari and Thai are written with.
_CHAT = re.compile(
    r"[-_'\w\u0900-\u0950\u0955-\u0963\u0966-\u097f\ua8e0-\ua8ff\u0e01-\u0e3a\u0e40-\u0e5b]{1,32}"
)
_NAME_LENGTH, DESCRIPTION_LENGTH, CHOICE_LENGTH = 32, 100, 100


def fits_chat(name: str) -> bool:
    """Whether a slash command or option may be called so: lower case where there is one."""
    return bool(_CHAT.fullmatch(name)) and name == name.lower()


def read_name(form: Form, *, chat: bool) -> str:
    form.require("name")
    name = form.text("name", "", least=1, most=_NAME_LENGTH) or ""
    if chat and name and not fits_chat(name):
        form.bad("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def read_localizations(form: Form, key: str, *, most: int, chat: bool = False) -> dict[str, str] | None:
    """By locale; what is said of the field itself is said of each of its localizations."""
    if form.data.get(key) is None:
        return None
    whole = form.nested(form.data[key], (*form.path, key))
    found: dict[str, str] = {}
    for locale in whole.data:
        whole.require(locale)
        text = whole.text(locale, "", least=1, most=most) or ""
        if locale not in LOCALES:
            whole.bad_choice(locale, LOCALES)
        elif chat and text and not fits_chat(text):
            whole.bad(locale, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        found[locale] = text
    return found


def read_name_localizations(form: Form, *, chat: bool) -> dict[str, str] | None:
    return read_localizations(form, "name_localizations", most=_NAME_LENGTH, chat=chat)


def read_description_localizations(form: Form) -> dict[str, str] | None:
    return read_localizations(form, "description_localizations", most=DESCRIPTION_LENGTH)


def longest(text: object, localizations: object) -> int:
    """What a field counts towards a command's size: its longest wording."""
    others = (as_object(localizations) or {}).values()
    return max(len(str(text)), *(len(str(other)) for other in others)) if others else len(str(text))


_FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}


def localized(localizations: object, locale: str) -> str | None:
    """The wording for a locale, or for the one it falls back to."""
    found = as_object(localizations) or {}
    text = found.get(locale, found.get(_FALLBACKS.get(locale, "")))
    return None if text is None else str(text)
