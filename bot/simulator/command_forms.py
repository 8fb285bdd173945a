"""Reading application commands (Discord docs: Interactions > Application Commands)."""

import re

from bot.simulator.entries import read_choices, read_double, read_localizations
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject

CHAT_INPUT = 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
_NAME = re.compile(r"^[-_'\w]{1,32}$")
_CHOOSABLE = (STRING, INTEGER, NUMBER)
_CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
_SAFE = (1 << 53) - 1  # integers beyond it are not exact in every client


def read_command(form: Form, known: JsonObject | None) -> JsonObject:
    """The command without id, application and version; ``known`` supplies what a PATCH leaves out."""
    known = known or {}
    kind = form.choice("type", _number(known.get("type"), CHAT_INPUT), (1, 2, 3)) or CHAT_INPUT
    body: JsonObject = {
        "type": kind,
        "name": known.get("name"),
        "name_localizations": known.get("name_localizations"),
        "description": known.get("description", ""),
        "description_localizations": known.get("description_localizations"),
        "default_member_permissions": known.get("default_member_permissions"),
        "dm_permission": known.get("dm_permission", True),
        "contexts": known.get("contexts"),
        "integration_types": known.get("integration_types", [0]),
        "nsfw": known.get("nsfw", False),
        "options": known.get("options"),
    }
    if not known or "name" in form:
        body["name"] = read_name(form, chat=kind == CHAT_INPUT)
    if kind == CHAT_INPUT and (not known or "description" in form):
        form.require("description")
        body["description"] = form.text("description", "", least=1, most=100)
    elif kind != CHAT_INPUT:
        form.text("description", most=100)  # people do not see it, and Discord does not keep it
    _read_availability(form, body)
    if "options" in form:
        body["options"] = read_options(form)
    return {key: value for key, value in body.items() if key != "options" or value}


def _read_availability(form: Form, body: JsonObject) -> None:
    """Translations, and for whom and where the command is there."""
    for key, most in (("name_localizations", 32), ("description_localizations", 100)):
        if key in form:
            body[key] = read_localizations(form, key, most=most)
    if "default_member_permissions" in form:
        given = form.data["default_member_permissions"]
        body["default_member_permissions"] = (
            None if given is None else str(form.bits("default_member_permissions", 0))
        )
    if form.data.get("dm_permission") is not None:
        body["dm_permission"] = form.flag("dm_permission", True)
    for key, choices in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        if (listed := read_choices(form, key, choices)) is not None:
            body[key] = listed
    form.choice("handler", None, (1, 2))  # means something for the commands of Activities only
    body["nsfw"] = form.flag("nsfw", body["nsfw"] is True)


def read_name(form: Form, *, chat: bool) -> str:
    form.require("name")
    name = form.text("name", "", least=1, most=32) or ""
    if chat and name and (not _NAME.match(name) or name != name.lower()):
        form.bad("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def read_options(form: Form, depth: int = 0) -> list[JsonObject]:
    found = form.forms("options", most=25) or []
    optional = False
    for each in found:
        required = each.flag("required", False)
        if required and optional:
            each.bad(
                "required",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional = optional or not required
    return [_option(each, depth) for each in found]


def _option(form: Form, depth: int) -> JsonObject:
    form.require("type")
    nestable = (SUBCOMMAND, GROUP) if depth == 0 else (SUBCOMMAND,) if depth == 1 else ()
    kind = form.choice("type", STRING, (*nestable, *range(STRING, ATTACHMENT + 1))) or STRING
    form.require("description")
    body: JsonObject = {
        "type": kind,
        "name": read_name(form, chat=True),
        "name_localizations": read_localizations(form, "name_localizations", most=32),
        "description": form.text("description", "", least=1, most=100),
        "description_localizations": read_localizations(form, "description_localizations", most=100),
    }
    if kind in (SUBCOMMAND, GROUP):
        body["options"] = read_options(form, depth + 1 if kind == GROUP else 2)
        return body
    body["required"] = True if form.flag("required", False) else None
    _read_limits(form, kind, body)
    return {key: value for key, value in body.items() if value is not None or key.endswith("localizations")}


def _read_limits(form: Form, kind: int, body: JsonObject) -> None:
    if kind == STRING:
        body["min_length"] = form.number("min_length", least=0, most=6000)
        body["max_length"] = form.number("max_length", least=1, most=6000)
    if kind in (INTEGER, NUMBER):
        body["min_value"] = _amount(form, "min_value", kind)
        body["max_value"] = _amount(form, "max_value", kind)
    if kind == CHANNEL:
        body["channel_types"] = read_choices(form, "channel_types", _CHANNEL_TYPES, least=0)
    if kind in _CHOOSABLE:
        body["autocomplete"] = True if form.flag("autocomplete", False) else None
        choices = form.forms("choices", most=25)
        if choices:
            body["choices"] = [_choice(each, kind) for each in choices]


def _amount(form: Form, key: str, kind: int) -> float | None:
    return form.number(key, least=-_SAFE, most=_SAFE) if kind == INTEGER else read_double(form, key)


def _choice(form: Form, kind: int) -> JsonObject:
    form.require("name")
    form.require("value")
    return {
        "name": form.text("name", "", least=1, most=100),
        "name_localizations": read_localizations(form, "name_localizations", most=100),
        "value": form.text("value", "", most=6000) if kind == STRING else _amount(form, "value", kind),
    }


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
