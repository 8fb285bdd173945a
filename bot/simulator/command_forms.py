"""Reading application commands (Discord docs: Interactions > Application Commands)."""

import re

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

CHAT_INPUT = 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
_NAME = re.compile(r"^[-_'\w]{1,32}$")
_CHOOSABLE = (STRING, INTEGER, NUMBER)


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
    for key in ("name_localizations", "description_localizations"):
        if key in form:
            body[key] = as_object(form.data[key])
    if "default_member_permissions" in form:
        given = form.data["default_member_permissions"]
        body["default_member_permissions"] = (
            None if given is None else str(form.bits("default_member_permissions", 0))
        )
    if "dm_permission" in form:
        body["dm_permission"] = form.data["dm_permission"] is not False
    for key in ("contexts", "integration_types"):
        if as_list(form.data.get(key)) is not None:
            body[key] = as_list(form.data[key])
    body["nsfw"] = form.flag("nsfw", body["nsfw"] is True)
    if "options" in form:
        body["options"] = read_options(form)
    return {key: value for key, value in body.items() if key != "options" or value}


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
        "name_localizations": as_object(form.data.get("name_localizations")),
        "description": form.text("description", "", least=1, most=100),
        "description_localizations": as_object(form.data.get("description_localizations")),
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
        body["min_value"] = form.data.get("min_value")
        body["max_value"] = form.data.get("max_value")
    if kind == CHANNEL:
        body["channel_types"] = as_list(form.data.get("channel_types"))
    if kind in _CHOOSABLE:
        body["autocomplete"] = True if form.flag("autocomplete", False) else None
        choices = form.forms("choices", most=25)
        if choices:
            body["choices"] = [_choice(each) for each in choices]


def _choice(form: Form) -> JsonObject:
    form.require("name")
    form.require("value")
    return {
        "name": form.text("name", "", least=1, most=100),
        "name_localizations": as_object(form.data.get("name_localizations")),
        "value": form.data.get("value"),
    }


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
