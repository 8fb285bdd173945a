"""Select menus (Discord docs: Component Reference > String Select and following): what is checked beside their ids."""

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

STRING_SELECT = 3
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = ENTITY_SELECTS = (5, 6, 7, 8)
# What a select of entities may have chosen beforehand.
_ENTITIES: dict[int, tuple[str, ...]] = {
    USER_SELECT: ("user",),
    ROLE_SELECT: ("role",),
    MENTIONABLE_SELECT: ("user", "role"),
    CHANNEL_SELECT: ("channel",),
}
_MOST = 25


def read_select(form: Form, kind: int) -> JsonObject:
    """Everything but the ids."""
    least = form.number("min_values", 1, least=0, most=_MOST)
    most = form.number("max_values", 1, least=1, most=_MOST)
    body: JsonObject = {
        "placeholder": form.text("placeholder", most=150),
        "min_values": 1 if least is None else least,
        "max_values": 1 if most is None else most,
    }
    if form.flag("disabled", False):
        body["disabled"] = True
    if kind == STRING_SELECT:
        body["options"] = chosen = _options(form)
        chosen = [each for each in chosen if each.get("default")]
    else:
        chosen = _default_values(form, _ENTITIES[kind])
        body["default_values"] = chosen or None
    _check_range(form, body, chosen)
    if kind == CHANNEL_SELECT:
        body["channel_types"] = as_list(form.data.get("channel_types")) or None
    return body


def _check_range(form: Form, body: JsonObject, chosen: list[JsonObject]) -> None:
    """Of these words only the one for too many choices is known."""
    least, most = as_int(body["min_values"]) or 0, as_int(body["max_values"]) or 1
    if least > most:
        form.bad("min_values", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    if len(chosen) > most:
        form.bad(
            "options" if "options" in body else "default_values",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
            "The specified number of default values exceeds the specified maximum values",
        )
    elif body.get("default_values") and len(chosen) < least:
        form.bad_length("default_values", least, most)


def _options(form: Form) -> list[JsonObject]:
    forms = form.forms("options", most=_MOST) or []
    if not form.data.get("options"):
        form.bad("options", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_MOST} in length.")
    values: set[object] = set()
    options: list[JsonObject] = []
    for each in forms:
        option = _option(each)
        value = option.get("value")
        if value is not None and value in values:
            taken = "The specified option value is already used"
            each.bad("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", taken)
        values.add(value)
        options.append(option)
    return options


def _option(form: Form) -> JsonObject:
    form.require("label")
    form.require("value")
    body: JsonObject = {
        "label": form.text("label", "", least=1, most=100),
        "value": form.text("value", "", least=1, most=100),
        "description": form.text("description", most=100),
        "emoji": read_emoji(form),
        "default": True if form.flag("default", False) else None,
    }
    return {key: value for key, value in body.items() if value is not None}


def _default_values(form: Form, kinds: tuple[str, ...]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for each in form.forms("default_values", most=_MOST) or ():
        each.require("id")
        each.require("type")
        found.append({"id": str(each.snowflake("id")), "type": each.word("type", None, kinds)})
    return found


def read_emoji(form: Form) -> JsonObject | None:
    emoji = as_object(form.data.get("emoji"))
    return None if emoji is None else {key: value for key, value in emoji.items() if value is not None}
