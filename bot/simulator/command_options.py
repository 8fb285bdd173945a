"""Options of slash commands (Discord docs: Interactions > Application Commands > Application Command Option)."""

from bot.simulator.command_names import (
    CHOICE_LENGTH,
    DESCRIPTION_LENGTH,
    read_description_localizations,
    read_localizations,
    read_name,
    read_name_localizations,
)
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
_NESTED = (SUBCOMMAND, GROUP)
_CHOOSABLE = (STRING, INTEGER, NUMBER)
_MOST = 25
_STRING_LENGTH = 6000
INTEGER_LIMIT, NUMBER_LIMIT = (1 << 53) - 1, 1 << 53
_CHANNEL_TYPES = (*range(6), 10, 11, 12, 13, 14, 15, 16)


def read_options(form: Form, depth: int = 0) -> list[JsonObject]:
    """``depth`` 0 is the command itself, 1 a group, 2 a subcommand: only that is how they nest."""
    found = form.forms("options", most=_MOST) or []
    options = [_option(each, depth) for each in found]
    _check_order(found, options)
    _check_kinds(found, options)
    _check_names(found, options)
    return options


def _option(form: Form, depth: int) -> JsonObject:
    form.require("type")
    nestable = (_NESTED, (SUBCOMMAND,), ())[depth]
    plain = () if depth == 1 else tuple(range(STRING, ATTACHMENT + 1))
    kind = form.choice("type", STRING, (*nestable, *plain)) or STRING
    form.require("description")
    body: JsonObject = {
        "type": kind,
        "name": read_name(form, chat=True),
        "name_localizations": read_name_localizations(form, chat=True),
        "description": form.text("description", "", least=1, most=DESCRIPTION_LENGTH),
        "description_localizations": read_description_localizations(form),
    }
    if kind in _NESTED:
        body["options"] = read_options(form, 1 if kind == GROUP else 2)
        return body
    body["required"] = form.flag("required", False) or None
    _read_limits(form, kind, body)
    return {key: value for key, value in body.items() if value is not None or key.endswith("localizations")}


def _read_limits(form: Form, kind: int, body: JsonObject) -> None:
    if kind == STRING:
        body["min_length"] = form.number("min_length", least=0, most=_STRING_LENGTH)
        body["max_length"] = form.number("max_length", least=1, most=_STRING_LENGTH)
    if kind in (INTEGER, NUMBER):
        body["min_value"] = _value(form, "min_value", kind)
        body["max_value"] = _value(form, "max_value", kind)
    if kind == CHANNEL:
        body["channel_types"] = _channel_types(form)
    if kind in _CHOOSABLE:
        body["autocomplete"] = form.flag("autocomplete", False) or None
        choices = form.forms("choices", most=_MOST)
        if choices:
            body["choices"] = [_choice(each, kind) for each in choices]
            if body["autocomplete"]:
                form.bad("autocomplete", "BASE_TYPE_CHOICES", "Must be false where choices are present.")


def _value(form: Form, key: str, kind: int) -> float | None:
    """A number of the option's type; doubles may be whole."""
    value = form.data.get(key)
    if value is None:
        return None
    allowed = (int,) if kind == INTEGER else (int, float)
    limit = INTEGER_LIMIT if kind == INTEGER else NUMBER_LIMIT
    if not isinstance(value, allowed) or isinstance(value, bool):
        form.bad(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not {allowed[-1].__name__}.')
        return None
    if not -limit <= value <= limit:
        form.bad(key, "NUMBER_TYPE_MAX", f"Value should be between -{limit} and {limit}.")
    return value


def _channel_types(form: Form) -> list[object] | None:
    types = as_list(form.data.get("channel_types"))
    if any(kind not in _CHANNEL_TYPES for kind in types or ()):
        form.bad_choice("channel_types", _CHANNEL_TYPES)
    return types or None


def _choice(form: Form, kind: int) -> JsonObject:
    form.require("name")
    form.require("value")
    value = form.text("value", most=CHOICE_LENGTH) if kind == STRING else _value(form, "value", kind)
    return {
        "name": form.text("name", "", least=1, most=CHOICE_LENGTH),
        "name_localizations": read_localizations(form, "name_localizations", most=CHOICE_LENGTH),
        "value": value,
    }


# Rules between options are told at the option that breaks them, if nothing else is wrong with it.


def _check_order(forms: list[Form], options: list[JsonObject]) -> None:
    optional = False
    for form, option in zip(forms, options, strict=True):
        if option.get("required") and optional:
            form.bad_whole(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional = optional or not option.get("required")


def _check_kinds(forms: list[Form], options: list[JsonObject]) -> None:
    nested = [option["type"] in _NESTED for option in options]
    for form, each in zip(forms, nested, strict=True):
        if each != nested[0]:
            form.bad_whole(
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "Sub-command and sub-command group option types are mutually exclusive to all other types",
            )


def _check_names(forms: list[Form], options: list[JsonObject]) -> None:
    """Unique among themselves, in every locale too, where a localized one may not be another's default either."""
    defaults = [str(option["name"]) for option in options]
    taken: set[tuple[str, str]] = set()
    for index, (form, option) in enumerate(zip(forms, options, strict=True)):
        others = defaults[:index] + defaults[index + 1 :]
        names = {"": defaults[index]} | _localizations(option)
        for locale, name in names.items():
            if (locale and name in others) or (locale, name) in taken:
                form.bad_whole(
                    "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                    f"Option name {name} is already used in these options",
                )
            taken.add((locale, name))


def _localizations(option: JsonObject) -> dict[str, str]:
    return {key: str(text) for key, text in (as_object(option["name_localizations"]) or {}).items()}
