"""A modal filled in and submitted (Discord docs: Components > Component Interaction Response Structures)."""

from bot.simulator.errors import Refusal, bad_field
from bot.simulator.modal_forms import (
    CHECKBOX,
    CHECKBOX_GROUP,
    ENTITY_SELECTS,
    FILE_UPLOAD,
    RADIO_GROUP,
    STRING_SELECT,
    TEXT_INPUT,
)
from bot.simulator.resolving import Resolver
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

# Select types and the option types whose entities they offer: user, role, mentionable, channel.
OFFERS: dict[int, int] = dict(zip(ENTITY_SELECTS, (6, 8, 9, 7), strict=True))


class ModalAnswers:
    """``fields`` by custom id; what is left out stays as the modal had it filled in beforehand."""

    def __init__(self, resolver: Resolver, fields: JsonObject) -> None:
        self._resolver = resolver
        self._fields = dict(fields)

    def fill(self, components: list[JsonObject]) -> list[JsonObject]:
        found = [self._filled(each) for each in components]
        if self._fields:
            raise bad_field(
                f"fields.{next(iter(self._fields))}", "INTERACTION_FIELD", "The modal has no such field"
            )
        return found

    def _filled(self, component: JsonObject) -> JsonObject:
        body: JsonObject = {"type": component["type"], "id": component["id"]}
        nested = as_list(component.get("components"))
        if nested is not None:
            body["components"] = [self._filled(as_object(each) or {}) for each in nested]
        inner = as_object(component.get("component"))
        if inner is not None:
            body["component"] = self._filled(inner)
        if "custom_id" in component:
            body |= {"custom_id": component["custom_id"]} | self._answer(component)
        return body

    def _answer(self, component: JsonObject) -> JsonObject:
        given = self._fields.pop(str(component["custom_id"]), None)
        kind = as_int(component["type"]) or 0
        if kind == TEXT_INPUT:
            return {"value": _text(component, component["value"] if given is None else given)}
        if kind == CHECKBOX:
            return {"value": bool(component["default"] if given is None else given)}
        listed = as_list(given)
        values = [given] if listed is None and given is not None else listed
        if kind == RADIO_GROUP:
            chosen = _chosen(component, values, least=1, most=1)
            return {"value": chosen[0] if chosen else None}
        least, most = as_int(component["min_values"]) or 0, as_int(component["max_values"]) or 0
        if kind in (STRING_SELECT, CHECKBOX_GROUP):
            return {"values": _chosen(component, values, least=least, most=most)}
        wanted = (as_list(component.get("default_values")) or []) if values is None else values
        _check_count(component, wanted, least, most)
        if kind == FILE_UPLOAD:
            return {"values": [self._resolver.attachment(each) for each in wanted]}
        types = as_list(component.get("channel_types"))
        return {"values": [self._resolver.entity(OFFERS[kind], each, types) for each in wanted]}

    @property
    def resolved(self) -> dict[str, JsonObject]:
        return self._resolver.found


def _text(component: JsonObject, value: object) -> str:
    """Nothing where nothing is required, else within the lengths."""
    if not isinstance(value, str):
        raise _wrong(component, "Not a text")
    if not value and not component["required"]:
        return value
    least, most = as_int(component["min_length"]) or 0, as_int(component["max_length"]) or 0
    if not max(least, 1 if component["required"] else 0) <= len(value) <= most:
        raise _wrong(component, f"Must be between {least or 1} and {most} in length")
    return value


def _chosen(component: JsonObject, values: list[object] | None, *, least: int, most: int) -> list[object]:
    options = [as_object(each) or {} for each in as_list(component["options"]) or []]
    if values is None:
        values = [option["value"] for option in options if option["default"]]
    if any(value not in [option["value"] for option in options] for value in values):
        raise _wrong(component, "Not offered")
    _check_count(component, values, least, most)
    return values


def _check_count(component: JsonObject, values: list[object], least: int, most: int) -> None:
    if not values and not component["required"]:
        return
    if not least <= len(values) <= most:
        raise _wrong(component, f"Must be between {least} and {most} in length")


def _wrong(component: JsonObject, message: str) -> Refusal:
    return bad_field(f"fields.{component['custom_id']}", "INTERACTION_FIELD", message)
