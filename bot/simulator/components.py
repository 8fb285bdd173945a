"""Message components (Discord docs: Components): checking what is sent, and the stored form with ids and defaults."""

from collections.abc import Callable, Iterator

from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_list, as_object

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
ENTITY_SELECTS = (5, 6, 7, 8)
SELECTS = (STRING_SELECT, *ENTITY_SELECTS)
IS_COMPONENTS_V2 = 1 << 15
_LINK, _PREMIUM = 5, 6
_MOST_V2 = 40


def read_components(form: Form, *, modal: bool, version_2: bool) -> list[JsonObject] | None:
    """The components under ``components``, or None when the key is absent."""
    if "components" not in form:
        return None
    forms = form.forms("components", most=_MOST_V2 if version_2 else 5) or []
    reader = _Reader(modal=modal)
    if modal:
        top = (ROW, LABEL, TEXT)
    elif version_2:
        top = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
    else:
        top = (ROW,)
    return [reader.read(each, top) for each in forms]


class _Reader:
    """One message's components: ids count up, custom ids are unique."""

    def __init__(self, *, modal: bool) -> None:
        self._modal = modal
        self._next_id = 0
        self._custom_ids: set[str] = set()
        self._kinds: dict[int, Callable[[Form], JsonObject]] = {
            ROW: self._row,
            BUTTON: self._button,
            STRING_SELECT: self._string_select,
            TEXT_INPUT: self._text_input,
            SECTION: self._section,
            TEXT: _text,
            THUMBNAIL: self._media,
            GALLERY: self._gallery,
            FILE: _file,
            SEPARATOR: _separator,
            CONTAINER: self._container,
            LABEL: self._label,
        } | dict.fromkeys(ENTITY_SELECTS, self._select)

    def read(self, form: Form, allowed: tuple[int, ...]) -> JsonObject:
        form.require("type")
        kind = form.choice("type", None, allowed)
        if kind is None:
            return {"type": 0}
        self._next_id += 1
        body: JsonObject = {"type": kind, "id": form.number("id", least=0) or self._next_id}
        body |= self._kinds[kind](form)
        kept = ("accent_color", "description") if kind in (CONTAINER, THUMBNAIL) else ()
        return {key: value for key, value in body.items() if value is not None or key in kept}

    def _children(self, form: Form, key: str, allowed: tuple[int, ...], most: int) -> list[JsonObject]:
        found = form.forms(key, most=most) or []
        if not found:
            form.bad(key, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
        return [self.read(each, allowed) for each in found]

    def _row(self, form: Form) -> JsonObject:
        allowed = (TEXT_INPUT, *SELECTS) if self._modal else (BUTTON, *SELECTS)
        children = self._children(form, "components", allowed, 5)
        if len(children) > 1 and any(child["type"] != BUTTON for child in children):
            form.bad(
                "components",
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                "The specified component exceeds the maximum width",
            )
        return {"components": children}

    def _custom_id(self, form: Form) -> str | None:
        form.require("custom_id")
        custom_id = form.text("custom_id", least=1, most=100)
        if custom_id is not None:
            if custom_id in self._custom_ids:
                form.bad(
                    "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
                )
            self._custom_ids.add(custom_id)
        return custom_id

    def _button(self, form: Form) -> JsonObject:
        form.require("style")
        style = form.choice("style", None, (1, 2, 3, 4, _LINK, _PREMIUM))
        body: JsonObject = {"style": style, "label": form.text("label", most=80), "emoji": _emoji(form)}
        if style == _LINK:
            form.require("url")
            body["url"] = form.text("url", most=512)
        elif style == _PREMIUM:
            form.require("sku_id")
            body["sku_id"] = form.data.get("sku_id")
        elif style is not None:
            body["custom_id"] = self._custom_id(form)
            if body["label"] is None and body["emoji"] is None:
                form.bad("label", "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button must have a label or an emoji")
        if form.flag("disabled", False):
            body["disabled"] = True
        return body

    def _select(self, form: Form) -> JsonObject:
        least = form.number("min_values", 1, least=0, most=25)
        body: JsonObject = {
            "custom_id": self._custom_id(form),
            "placeholder": form.text("placeholder", most=150),
            "min_values": 1 if least is None else least,
            "max_values": form.number("max_values", 1, least=1, most=25) or 1,
        }
        for key in ("default_values", "channel_types"):
            body[key] = as_list(form.data.get(key))
        if form.flag("disabled", False):
            body["disabled"] = True
        return body

    def _string_select(self, form: Form) -> JsonObject:
        options = form.forms("options", most=25) or []
        if not options:
            form.bad("options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
        read = [_option(each) for each in options]
        values = [option["value"] for option in read]
        if len(set(map(str, values))) < len(values):
            form.bad(
                "options",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        return self._select(form) | {"options": read}

    def _text_input(self, form: Form) -> JsonObject:
        return {
            "custom_id": self._custom_id(form),
            "style": form.choice("style", 1, (1, 2)),
            "label": form.text("label", most=45),
            "min_length": form.number("min_length", least=0, most=4000),
            "max_length": form.number("max_length", least=1, most=4000),
            "required": form.flag("required", True),
            "value": form.text("value", most=4000),
            "placeholder": form.text("placeholder", most=100),
        }

    def _section(self, form: Form) -> JsonObject:
        children = self._children(form, "components", (TEXT,), 3)
        form.require("accessory")
        accessory = form.form("accessory")
        return {
            "components": children,
            "accessory": None if accessory is None else self.read(accessory, (BUTTON, THUMBNAIL)),
        }

    def _media(self, form: Form) -> JsonObject:
        form.require("media")
        media = form.form("media") or Form({}, form.errors, (*form.path, "media"))
        if form.data.get("media") is not None:
            media.require("url")
        url = media.text("url", "", most=2048)
        return {
            "media": {
                "id": "0",
                "url": url,
                "proxy_url": url,
                "width": 0,
                "height": 0,
            },
            "description": form.text("description", most=1024),
            "spoiler": form.flag("spoiler", False),
        }

    def _gallery(self, form: Form) -> JsonObject:
        return {"items": [self._media(each) for each in form.forms("items", most=10) or []]}

    def _container(self, form: Form) -> JsonObject:
        allowed = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
        return {
            "components": self._children(form, "components", allowed, _MOST_V2),
            "accent_color": form.number("accent_color", least=0, most=(1 << 24) - 1),
            "spoiler": form.flag("spoiler", False),
        }

    def _label(self, form: Form) -> JsonObject:
        form.require("label")
        form.require("component")
        inner = form.form("component")
        return {
            "label": form.text("label", "", least=1, most=45),
            "description": form.text("description", most=100),
            "component": None if inner is None else self.read(inner, (TEXT_INPUT, *SELECTS)),
        }


def _text(form: Form) -> JsonObject:
    return {"content": form.text("content", "", least=1, most=4000)}


def _file(form: Form) -> JsonObject:
    return {"file": form.data.get("file"), "spoiler": form.flag("spoiler", False)}


def _separator(form: Form) -> JsonObject:
    return {"divider": form.flag("divider", True), "spacing": form.choice("spacing", 1, (1, 2)) or 1}


def _option(form: Form) -> JsonObject:
    form.require("label")
    form.require("value")
    body: JsonObject = {
        "label": form.text("label", "", least=1, most=100),
        "value": form.text("value", "", least=1, most=100),
        "description": form.text("description", most=100),
        "emoji": _emoji(form),
        "default": True if form.flag("default", False) else None,
    }
    return {key: value for key, value in body.items() if value is not None}


def _emoji(form: Form) -> JsonObject | None:
    emoji = form.form("emoji")
    if emoji is None:
        return None
    emoji_id, name = emoji.snowflake("id"), emoji.text("name", most=100)
    body: JsonObject = {} if emoji_id is None else {"id": str(emoji_id)}
    if name is not None:
        body["name"] = name
    return body | ({"animated": True} if emoji.flag("animated", False) else {})


def walk(components: list[JsonObject]) -> Iterator[JsonObject]:
    """Every component, parents before children."""
    for component in components:
        yield component
        nested = [as_object(each) for each in as_list(component.get("components")) or []]
        nested += [as_object(component.get(key)) for key in ("accessory", "component")]
        yield from walk([each for each in nested if each is not None])
