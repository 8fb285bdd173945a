"""Components of messages (Discord docs: Components): what is sent is checked, and stored with ids and defaults.

A modal's are read by `modal_forms`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.simulator import displays
from bot.simulator.forms import Form
from bot.simulator.media import WEB, read_url
from bot.simulator.selects import ENTITY_SELECTS, STRING_SELECT, read_emoji, read_select
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

ROW, BUTTON = 1, 2
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
SELECTS = (STRING_SELECT, *ENTITY_SELECTS)
IS_COMPONENTS_V2 = 1 << 15
LINK, _PREMIUM = 5, 6
_MOST, _MOST_V2 = 5, 40
_TEXT_V2 = 4000
_IN_V1 = (ROW,)
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
_IN_V2 = (*_IN_CONTAINER, CONTAINER)
# Kept although null: the answer has it always.
_NULLABLE = ("accent_color", "description", "name", "size")
_HAVE_NULLS = (CONTAINER, THUMBNAIL, FILE)


def read_components(
    form: Form, *, version_2: bool, files: Mapping[str, JsonObject] | None = None
) -> list[JsonObject] | None:
    """The components under ``components``, or None when the key is absent; ``files`` are the message's, by name."""
    if "components" not in form:
        return None
    forms = form.forms("components", most=_MOST_V2 if version_2 else _MOST) or []
    reader = _Reader(files=files or {}, taken=_ids(form.data["components"]))
    allowed = _IN_V2 if version_2 else _IN_V1
    found = [reader.read(each, allowed) for each in forms]
    if version_2:
        _check_whole(form, found)
    return found


def _check_whole(form: Form, found: list[JsonObject]) -> None:
    """Nested components count too; of their texts only those that are displayed."""
    everything = list(walk(found))
    if len(everything) > _MOST_V2:
        most = f"Total number of components exceeds maximum of {_MOST_V2}"
        form.bad("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", most)
    if sum(len(str(each.get("content"))) for each in everything if each["type"] == TEXT) > _TEXT_V2:
        most = f"Components displayable text size exceeds maximum size of {_TEXT_V2}"
        form.bad("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", most)


def _ids(components: object) -> set[int]:
    """The ids that were chosen by whoever sends it; 0 is none."""
    listed = [as_object(each) for each in as_list(components) or ()]
    chosen = (as_int(each.get("id")) for each in walk([each for each in listed if each is not None]))
    return {each for each in chosen if each}


class _Reader:
    """One message's components: ids count up past the chosen ones, custom ids are unique."""

    def __init__(self, *, files: Mapping[str, JsonObject], taken: set[int]) -> None:
        self._taken = taken
        self._next_id = 0
        self._ids: set[int] = set()
        self._custom_ids: set[str] = set()
        self._kinds: dict[int, Callable[[Form], JsonObject]] = {
            ROW: self._row,
            BUTTON: self._button,
            SECTION: self._section,
            TEXT: displays.read_text,
            THUMBNAIL: partial(displays.read_thumbnail, files=files),
            GALLERY: partial(displays.read_gallery, files=files),
            FILE: partial(displays.read_file, files=files),
            SEPARATOR: displays.read_separator,
            CONTAINER: self._container,
        } | {kind: partial(self._select, kind=kind) for kind in SELECTS}

    def read(self, form: Form, allowed: tuple[int, ...]) -> JsonObject:
        form.require("type")
        kind = form.choice("type", None, allowed)
        if kind is None:
            return {"type": 0}
        body: JsonObject = {"type": kind, "id": self._id(form)}
        body |= self._kinds[kind](form)
        kept = _NULLABLE if kind in _HAVE_NULLS else ()
        return {key: value for key, value in body.items() if value is not None or key in kept}

    def _id(self, form: Form) -> int:
        """The word for an id that comes twice is not documented."""
        chosen = form.number("id", least=0, most=(1 << 31) - 1)
        if not chosen:
            self._next_id += 1
            while self._next_id in self._taken:
                self._next_id += 1
            return self._next_id
        if chosen in self._ids:
            form.bad("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self._ids.add(chosen)
        return chosen

    def _children(self, form: Form, key: str, allowed: tuple[int, ...], most: int) -> list[JsonObject]:
        found = form.forms(key, most=most) or []
        if not form.data.get(key):
            form.bad(key, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
        return [self.read(each, allowed) for each in found]

    def _row(self, form: Form) -> JsonObject:
        children = self._children(form, "components", (BUTTON, *SELECTS), 5)
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
        style = form.choice("style", None, (1, 2, 3, 4, LINK, _PREMIUM))
        body: JsonObject = {"style": style, "label": form.text("label", most=80), "emoji": read_emoji(form)}
        if form.flag("disabled", False):
            body["disabled"] = True
        if style == _PREMIUM:
            form.require("sku_id")
            _forbid(form, "custom_id", "label", "url", "emoji")
            return body | {"sku_id": str(form.snowflake("sku_id"))}
        if style == LINK:
            form.require("url")
            _forbid(form, "custom_id", "sku_id")
            body["url"] = read_url(form, "url", most=512, schemes=(*WEB, "discord"))
        elif style is not None:
            _forbid(form, "url", "sku_id")
            body["custom_id"] = self._custom_id(form)
        if body["label"] is None and body["emoji"] is None:
            form.bad("label", "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button must have a label or an emoji")
        return body

    def _select(self, form: Form, *, kind: int) -> JsonObject:
        return {"custom_id": self._custom_id(form)} | read_select(form, kind)

    def _section(self, form: Form) -> JsonObject:
        children = self._children(form, "components", (TEXT,), 3)
        form.require("accessory")
        accessory = form.form("accessory")
        return {
            "components": children,
            "accessory": None if accessory is None else self.read(accessory, (BUTTON, THUMBNAIL)),
        }

    def _container(self, form: Form) -> JsonObject:
        return {
            "components": self._children(form, "components", _IN_CONTAINER, _MOST_V2),
            "accent_color": form.number("accent_color", least=0, most=(1 << 24) - 1),
            "spoiler": form.flag("spoiler", False),
        }


def _forbid(form: Form, *keys: str) -> None:
    """What a button of another style has. Only the word for a custom id beside an address is known."""
    for key in keys:
        if form.data.get(key) is not None:
            form.bad(
                key,
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )


def walk(components: list[JsonObject]) -> Iterator[JsonObject]:
    """Every component, parents before children."""
    for component in components:
        yield component
        nested = [as_object(each) for each in as_list(component.get("components")) or []]
        nested += [as_object(component.get(key)) for key in ("accessory", "component")]
        yield from walk([each for each in nested if each is not None])
