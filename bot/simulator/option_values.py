"""``data`` of a command's interaction: options as Discord's client lets people fill them in."""

from bot.simulator.command_options import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    INTEGER_LIMIT,
    MENTIONABLE,
    NUMBER,
    NUMBER_LIMIT,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from bot.simulator.errors import Refusal, bad_field, refuse
from bot.simulator.resolving import Resolver
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

_ENTITIES = (USER, CHANNEL, ROLE, MENTIONABLE)
_VALUES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}
_LIMITS = {INTEGER: INTEGER_LIMIT, NUMBER: NUMBER_LIMIT}
_STRING_LENGTH = 6000


class OptionValues:
    """``focused`` is the option that is being typed in, for autocomplete: others may then still be missing."""

    def __init__(self, resolver: Resolver, *, focused: str | None) -> None:
        self._resolver = resolver
        self._focused = focused

    def fill(self, options: list[object], path: list[str], given: dict[str, object]) -> list[JsonObject]:
        """Down the path of groups and subcommands to the values."""
        known = [found for each in options if (found := as_object(each)) is not None]
        nested = [option for option in known if option["type"] in (SUBCOMMAND, GROUP)]
        if not path:
            if nested:
                names = ", ".join(str(option["name"]) for option in nested)
                raise bad_field("name", "INTERACTION_SUBCOMMAND", f"Name one of its subcommands: {names}")
            return self._leaves(known, given)
        chosen = next((option for option in nested if option["name"] == path[0]), None)
        if chosen is None:
            raise refuse(10063)
        inner = self.fill(as_list(chosen.get("options")) or [], path[1:], given)
        return [{"type": chosen["type"], "name": chosen["name"], "options": inner}]

    def _leaves(self, known: list[JsonObject], given: dict[str, object]) -> list[JsonObject]:
        names = {str(option["name"]) for option in known}
        for name in given:
            if name not in names:
                raise _wrong(name, "UNKNOWN", "The command has no such option")
        found: list[JsonObject] = []
        for option in known:
            name = str(option["name"])
            if given.get(name) is not None:
                found.append(self._leaf(option, given[name]))
            elif option.get("required") and self._focused is None:
                raise bad_field(f"options.{name}", "BASE_TYPE_REQUIRED", "This field is required")
        return found

    def _leaf(self, option: JsonObject, value: object) -> JsonObject:
        kind, name = as_int(option["type"]) or 0, str(option["name"])
        body: JsonObject = {"type": kind, "name": name}
        if name == self._focused:
            if not option.get("autocomplete"):
                raise _wrong(name, "AUTOCOMPLETE", "The option is not completed")
            return body | {"value": str(value), "focused": True}
        if kind == ATTACHMENT:
            return body | {"value": self._resolver.attachment(value)}
        if kind in _ENTITIES:
            return body | {"value": self._resolver.entity(kind, value, as_list(option.get("channel_types")))}
        if not isinstance(value, _VALUES[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
            raise _wrong(name, "TYPE", f"Not a value for an option of type {kind}")
        _check_choice(option, value)
        _check_range(option, kind, value)
        return body | {"value": value}


def _check_choice(option: JsonObject, value: object) -> None:
    choices = [as_object(each) or {} for each in as_list(option.get("choices")) or []]
    if choices and value not in [choice.get("value") for choice in choices]:
        raise _wrong(option["name"], "CHOICE", "Not one of the choices")


def _check_range(option: JsonObject, kind: int, value: object) -> None:
    """Numbers by their value, texts by their length; a text that is filled in is not empty."""
    if kind in _LIMITS:
        measured, names = value, ("min_value", "max_value")
        bounds = (-_LIMITS[kind], _LIMITS[kind])
    elif kind == STRING:
        measured, names = len(str(value)), ("min_length", "max_length")
        bounds = (0, _STRING_LENGTH)
    else:
        return
    least, most = (option.get(name, bound) for name, bound in zip(names, bounds, strict=True))
    assert isinstance(measured, int | float)
    if not (_number(least) <= measured <= _number(most)):
        raise _wrong(option["name"], "RANGE", f"Must be between {least} and {most}")


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _wrong(name: object, code: str, message: str) -> Refusal:
    return bad_field(f"options.{name}", f"INTERACTION_OPTION_{code}", message)
