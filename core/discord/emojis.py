"""Emojis as messages name them."""

import re

from msgspec import Struct

from core.discord.types import Snowflake

NAME_LIMIT = 32
_CUSTOM = re.compile(r"<a?:(\w{2,32}):([0-9]{1,19})>", re.ASCII)


class CustomEmoji(Struct, frozen=True):
    """An emoji of a guild's. Discord shows it by its id; the name is only asked for."""

    name: str
    id: Snowflake


def custom_emoji(text: str) -> CustomEmoji | None:
    """Of `<:name:id>`, or `<a:name:id>` where it moves."""
    found = _CUSTOM.fullmatch(text)
    return None if found is None else CustomEmoji(found[1], found[2])


def may_be_emoji(text: str) -> bool:
    """Whether this can be one of Unicode's. Only Discord knows which of those it has; none is of letters or spaces."""
    wrong = any((each.isalpha() and each != "ℹ") or each.isspace() for each in text)
    return len(text) <= NAME_LIMIT and not text.isascii() and not wrong
