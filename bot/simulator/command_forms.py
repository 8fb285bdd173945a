"""Reading application commands (Discord docs: Interactions > Application Commands)."""

from collections.abc import Collection

from bot.simulator.command_names import (
    DESCRIPTION_LENGTH,
    longest,
    read_description_localizations,
    read_name,
    read_name_localizations,
)
from bot.simulator.command_options import read_options
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2
_SIZE = 8000


def read_command(
    form: Form, known: JsonObject | None, *, installs: Collection[int], guild: bool
) -> JsonObject:
    """The command without id, application and version; ``known`` supplies what a PATCH leaves out.

    ``installs`` are the installation contexts of the application; in which one a command can be used, and in which
    kind of channel, is said of global commands only.
    """
    kind = _kind(form, known)
    body: JsonObject = _blank(kind, installs) if known is None else dict(known)
    if known is None or "name" in form:
        body["name"] = read_name(form, chat=kind == CHAT_INPUT)
    _read_description(form, kind, body, whole=known is None)
    if "name_localizations" in form:
        body["name_localizations"] = read_name_localizations(form, chat=kind == CHAT_INPUT)
    if "default_member_permissions" in form:
        given = form.data["default_member_permissions"]
        body["default_member_permissions"] = (
            None if given is None else str(form.bits("default_member_permissions", 0))
        )
    body["nsfw"] = form.flag("nsfw", body["nsfw"] is True)
    if guild:  # it has none, but those given are read
        _read_contexts(form, dict(body), (0, 1))
    else:
        _read_contexts(form, body, installs)
    if "options" in form:
        body["options"] = _options(form, kind)
    form.choice("handler", None, (1, 2))  # of Activities' entry points only; read for every command
    _check_size(form, body)
    return {key: value for key, value in body.items() if key != "options" or value}


def _kind(form: Form, known: JsonObject | None) -> int:
    """What a command is does not change."""
    if known is not None:
        return as_int(known["type"]) or CHAT_INPUT
    return form.choice("type", CHAT_INPUT, (CHAT_INPUT, USER_MENU, MESSAGE_MENU)) or CHAT_INPUT


def _blank(kind: int, installs: Collection[int]) -> JsonObject:
    return {
        "type": kind,
        "name": "",
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "default_member_permissions": None,
        "dm_permission": True,
        "contexts": None,
        "integration_types": sorted(installs),
        "nsfw": False,
    }


def _read_description(form: Form, kind: int, body: JsonObject, *, whole: bool) -> None:
    if kind == CHAT_INPUT:
        if whole or "description" in form:
            form.require("description")
            body["description"] = form.text("description", "", least=1, most=DESCRIPTION_LENGTH)
        if "description_localizations" in form:
            body["description_localizations"] = read_description_localizations(form)
        return
    read_description_localizations(form)
    if form.text("description"):
        form.bad(
            "description",
            "APPLICATION_COMMAND_INVALID_DESCRIPTION",
            "Context menu commands cannot have description",
        )


def _options(form: Form, kind: int) -> list[JsonObject]:
    if kind != CHAT_INPUT and form.data["options"]:
        form.bad("options", "BASE_TYPE_MAX_LENGTH", "Must be 0 or fewer in length.")
        return []
    return read_options(form)


def _read_contexts(form: Form, body: JsonObject, installs: Collection[int]) -> None:
    """``contexts`` has replaced ``dm_permission``, which is answered as it follows from it."""
    if "dm_permission" in form:
        body["dm_permission"] = form.data["dm_permission"] is None or form.flag("dm_permission", True)
    if "contexts" in form:
        body["contexts"] = _numbers(form, "contexts", (IN_GUILD, IN_BOT_DM, IN_PRIVATE))
    if body["contexts"] is not None:
        body["dm_permission"] = IN_BOT_DM in (as_list(body["contexts"]) or ())
    if form.data.get("integration_types") is not None:
        body["integration_types"] = _numbers(form, "integration_types", installs)


def _numbers(form: Form, key: str, allowed: Collection[int]) -> list[int] | None:
    """A list without repetitions, or None for null."""
    given = form.items(key, most=len(allowed))
    if given is None:
        return None
    if not given:
        form.bad(key, "BASE_TYPE_MIN_LENGTH", "Must be 1 or more in length.")
    found = [number for each in given if (number := as_int(each)) is not None and number in allowed]
    if len(found) < len(given):
        form.bad_choice(key, allowed)
    elif len(set(found)) < len(found):
        form.bad(key, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    return found


def _check_size(form: Form, body: JsonObject) -> None:
    """Docs: Slash Commands, on the combined length of names, descriptions and values."""
    if body["type"] == CHAT_INPUT and _size(body) > _SIZE:
        form.bad_whole("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_SIZE})")


def _size(node: JsonObject) -> int:
    own = sum(
        longest(node[key], node.get(f"{key}_localizations"))
        for key in ("name", "description", "value")
        if node.get(key) is not None
    )
    inner = [each for key in ("options", "choices") for each in as_list(node.get(key)) or []]
    return own + sum(_size(found) for each in inner if (found := as_object(each)) is not None)
