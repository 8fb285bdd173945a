"""Reading a JSON body the way Discord does.

Each reader returns its default when the key is absent and ``None`` (or the stated empty value) for ``null``; what is
wrong is noted in the shared :class:`FieldErrors` and the default is returned, so that reading goes on and ``settle``
can name every bad field at once. Error codes are those Discord sends in ``errors.*._errors[].code``.
"""

from collections.abc import Collection

from bot.simulator.errors import FieldErrors
from bot.simulator.shapes import JsonObject, as_int, as_list, as_object

_IDS = 1 << 63


class Form:
    """One JSON object under validation; nested forms share the errors and extend the path."""

    def __init__(
        self, data: JsonObject, errors: FieldErrors | None = None, path: tuple[str, ...] = ()
    ) -> None:
        self.data = data
        self.errors = FieldErrors() if errors is None else errors
        self.path = path

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def bad(self, key: str, code: str, message: str) -> None:
        self.errors.add((*self.path, key), code, message)

    def bad_whole(self, code: str, message: str) -> None:
        """Against the object itself, unless something in it is wrong already: a node has errors or fields below."""
        if not self.errors.within(self.path):
            self.errors.add(self.path, code, message)

    def require(self, key: str) -> None:
        if self.data.get(key) is None:
            self.bad(key, "BASE_TYPE_REQUIRED", "This field is required")

    def settle(self) -> None:
        self.errors.settle()

    def text(
        self, key: str, default: str | None = None, *, least: int = 0, most: int = 1 << 20
    ) -> str | None:
        if key not in self.data:
            return default
        value = self.data[key]
        if value is None:
            return None
        if not isinstance(value, str):
            self.bad(key, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return default
        if not least <= len(value) <= most:
            self.bad_length(key, least, most)
            return default
        return value

    def bad_length(self, key: str, least: int, most: int) -> None:
        if least:
            self.bad(key, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.bad(key, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def number(
        self, key: str, default: int | None = None, *, least: int | None = None, most: int | None = None
    ) -> int | None:
        if key not in self.data:
            return default
        raw = self.data[key]
        if raw is None:
            return None
        value = as_int(raw)
        if value is None or isinstance(raw, bool):
            self.bad(key, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.')
            return default
        if least is not None and value < least:
            self.bad(key, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
            return default
        if most is not None and value > most:
            self.bad(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
            return default
        return value

    def whole(self, key: str, default: int, *, least: int | None = None, most: int | None = None) -> int:
        """A number for which ``null`` means zero."""
        return self.number(key, default, least=least, most=most) or 0

    def choice(self, key: str, default: int | None, choices: Collection[int]) -> int | None:
        value = self.number(key, default)
        if key in self.data and value is not None and value not in choices:
            self.bad_choice(key, choices)
            return default
        return value

    def word(self, key: str, default: str | None, choices: Collection[str]) -> str | None:
        value = self.text(key, default)
        if key in self.data and value is not None and value not in choices:
            self.bad_choice(key, choices)
            return default
        return value

    def bad_choice(self, key: str, choices: Collection[object]) -> None:
        listed = ", ".join(repr(choice) for choice in choices)
        self.bad(key, "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")

    def bad_set(self, key: str) -> None:
        """For a list with something twice, unless one of its entries is wrong already."""
        if not self.errors.within((*self.path, key)):
            self.bad(key, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")

    def flag(self, key: str, default: bool) -> bool:
        """A boolean for which ``null`` means false."""
        value = self.data.get(key, default)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.bad(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return value

    def snowflake(self, key: str, default: int | None = None) -> int | None:
        if key not in self.data:
            return default
        raw = self.data[key]
        if raw is None:
            return None
        value = as_int(raw)
        if value is None or not 0 <= value < _IDS:
            self.bad(key, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not snowflake.')
            return default
        return value

    def bits(self, key: str, default: int) -> int:
        """A permission bit field, text or integer; ``null`` means none. Unknown bits are for the caller to mask."""
        if key not in self.data:
            return default
        raw = self.data[key]
        if raw is None:
            return 0
        value = as_int(raw)
        if value is None or value < 0:
            self.bad(key, "NUMBER_TYPE_COERCE", f'Value "{raw}" is not int.')
            return default
        return value

    def items(self, key: str, *, most: int) -> list[object] | None:
        """A list, or ``None`` when absent or null."""
        raw = self.data.get(key)
        if raw is None:
            return None
        found = as_list(raw)
        if found is None:
            self.bad(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return None
        if len(found) > most:
            self.bad_length(key, 0, most)
            return None
        return found

    def forms(self, key: str, *, most: int) -> list["Form"] | None:
        found = self.items(key, most=most)
        if found is None:
            return None
        return [self.nested(value, (*self.path, key, str(index))) for index, value in enumerate(found)]

    def form(self, key: str) -> "Form | None":
        raw = self.data.get(key)
        return None if raw is None else self.nested(raw, (*self.path, key))

    def nested(self, value: object, path: tuple[str, ...]) -> "Form":
        found = as_object(value)
        if found is None:
            self.errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            found = {}
        return Form(found, self.errors, path)

    def snowflakes(self, key: str, *, most: int) -> list[int] | None:
        """Ids of which none may come twice; None when absent or null."""
        found = self.items(key, most=most)
        if found is None:
            return None
        read = [as_int(raw) for raw in found]
        ids = [value if value is not None and 0 <= value < _IDS else None for value in read]
        for index, value in enumerate(ids):
            if value is None:
                path = (*self.path, key, str(index))
                self.errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{found[index]}" is not snowflake.')
        if len(set(ids)) < len(ids):
            self.bad_set(key)
        return [value for value in dict.fromkeys(ids) if value is not None]

    def snowflake_set(self, key: str, *, most: int) -> list[int]:
        """The same where it is required."""
        self.require(key)
        return self.snowflakes(key, most=most) or []
