"""Reading a modal (Discord docs: Components > Component Reference; Interactions > Modal): what may stand in it."""

from collections.abc import Callable
from functools import partial

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

ROW, STRING_SELECT, TEXT_INPUT, TEXT, LABEL = 1, 3, 4, 10, 18
ENTITY_SELECTS = (5, 6, 7, 8)
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
_LABELLED = (
    TEXT_INPUT,
    STRING_SELECT,
    *ENTITY_SELECTS,
    FILE_UPLOAD,
    RADIO_GROUP,
    CHECKBOX_GROUP,
    CHECKBOX,
)
_MOST, _MOST_OPTIONS, _MOST_BOXES = 5, 25, 10
_LONG, _MEDIUM, _SHORT = 4000, 100, 45


def read_modal(form: Form) -> list[JsonObject]:
    """The components with their ids, and every default written out."""
    for key in ("custom_id", "title", "components"):
        form.require(key)
    form.text("custom_id", least=1, most=_MEDIUM)
    form.text("title", least=1, most=_SHORT)
    found = form.forms("components", most=_MOST) or []
    if not found and form.data.get("components") is not None:
        form.bad_length("components", 1, _MOST)
    reader = _Reader()
    return [reader.read(each, (ROW, TEXT, LABEL)) for each in found]


class _Reader:
    """One modal's components: ids count up, custom ids are unique."""

    def __init__(self) -> None:
        self._last_id = 0
        self._custom_ids: set[str] = set()
        self._kinds: dict[int, Callable[[Form], JsonObject]] = {
            ROW: self._row,
            TEXT: _text,
            LABEL: self._label,
            TEXT_INPUT: _text_input,
            STRING_SELECT: _string_select,
            FILE_UPLOAD: partial(_counted, limit=_MOST_BOXES),
            RADIO_GROUP: _radio_group,
            CHECKBOX_GROUP: _checkbox_group,
            CHECKBOX: _checkbox,
        } | dict.fromkeys(ENTITY_SELECTS, _entity_select)

    def read(self, form: Form, allowed: tuple[int, ...]) -> JsonObject:
        form.require("type")
        kind = form.choice("type", None, allowed)
        if kind is None:
            return {"type": 0}
        self._last_id += 1
        body: JsonObject = {"type": kind, "id": form.number("id", least=0) or self._last_id}
        if kind in _LABELLED:
            body["custom_id"] = self._custom_id(form)
        return body | self._kinds[kind](form)

    def _custom_id(self, form: Form) -> str:
        form.require("custom_id")
        custom_id = form.text("custom_id", "", least=1, most=_MEDIUM) or ""
        if custom_id in self._custom_ids:
            form.bad(
                "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self._custom_ids.add(custom_id)
        return custom_id

    def _row(self, form: Form) -> JsonObject:
        """The older form: one text input, which then has its own label."""
        found = form.forms("components", most=1) or []
        if not found:
            form.bad_length("components", 1, 1)
        return {"components": [self.read(each, (TEXT_INPUT,)) for each in found]}

    def _label(self, form: Form) -> JsonObject:
        form.require("label")
        form.require("component")
        form.text("label", least=1, most=_SHORT)
        form.text("description", most=_MEDIUM)
        inner = form.form("component")
        return {"component": {} if inner is None else self.read(inner, _LABELLED)}


def _text(form: Form) -> JsonObject:
    form.require("content")
    return {"content": form.text("content", "", least=1, most=_LONG)}


def _text_input(form: Form) -> JsonObject:
    form.require("style")
    form.choice("style", 1, (1, 2))
    form.text("label", most=_SHORT)
    form.text("placeholder", most=_MEDIUM)
    least = form.number("min_length", 0, least=0, most=_LONG)
    most = form.number("max_length", _LONG, least=1, most=_LONG)
    body: JsonObject = {"min_length": least or 0, "max_length": most or _LONG}
    return body | {"value": form.text("value", "", most=_LONG) or "", "required": form.flag("required", True)}


def _counted(form: Form, limit: int, default: int = 1) -> JsonObject:
    """How many may be chosen; none at all only where an answer is not required. Nothing is disabled in a modal."""
    required = form.flag("required", True)
    least = form.number("min_values", 1, least=0, most=limit)
    most = form.number("max_values", default, least=1, most=limit)
    if required and least == 0:
        form.bad("min_values", "NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
    if form.flag("disabled", False):
        form.bad("disabled", "BASE_TYPE_CHOICES", "Must be false in a modal.")
    form.text("placeholder", most=150)
    return {"required": required, "min_values": 1 if least is None else least, "max_values": most or default}


def _string_select(form: Form) -> JsonObject:
    return _counted(form, _MOST_OPTIONS) | _options(form, 1, _MOST_OPTIONS)


def _radio_group(form: Form) -> JsonObject:
    return _options(form, 2, _MOST_BOXES) | {"required": form.flag("required", True)}


def _checkbox_group(form: Form) -> JsonObject:
    """All may be ticked unless ``max_values`` says otherwise."""
    options = _options(form, 1, _MOST_BOXES)
    return options | _counted(form, _MOST_BOXES, len(as_list(options["options"]) or ()) or 1)


def _checkbox(form: Form) -> JsonObject:
    return {"default": form.flag("default", False)}


def _options(form: Form, least: int, most: int) -> JsonObject:
    found = form.forms("options", most=most) or []
    if len(found) < least:
        form.bad_length("options", least, most)
    options: list[JsonObject] = []
    for each in found:
        each.require("label")
        each.require("value")
        each.text("label", least=1, most=_MEDIUM)
        each.text("description", most=_MEDIUM)
        value = each.text("value", "", least=1, most=_MEDIUM)
        options.append({"value": value, "default": each.flag("default", False)})
    if len({option["value"] for option in options}) < len(options):
        form.bad(
            "options",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
            "The specified option value is already used",
        )
    return {"options": options}


def _entity_select(form: Form) -> JsonObject:
    defaults = [as_object(each) or {} for each in form.items("default_values", most=_MOST_OPTIONS) or []]
    body = _counted(form, _MOST_OPTIONS)
    if defaults and not int(str(body["min_values"])) <= len(defaults) <= int(str(body["max_values"])):
        form.bad_length("default_values", int(str(body["min_values"])), int(str(body["max_values"])))
    return body | {
        "default_values": [each.get("id") for each in defaults],
        "channel_types": as_list(form.data.get("channel_types")),
    }
