"""What rules watch for: the trigger types, how many of each a guild may have, and their metadata.

Discord docs: Auto Moderation > Trigger Types, Trigger Metadata and its Field Limits, Event Types, Action Types.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator.auto_moderation.patterns import compiles
from bot.simulator.forms import Form
from bot.simulator.shapes import JsonObject, as_int, as_text

KEYWORD, SPAM, KEYWORD_PRESET, MENTION_SPAM, MEMBER_PROFILE = 1, 3, 4, 5, 6
BLOCK_MESSAGE, SEND_ALERT, TIMEOUT, BLOCK_INTERACTION = 1, 2, 3, 4
MESSAGE_SEND, MEMBER_UPDATE = 1, 2
_WORD_LENGTH, _PATTERN_LENGTH = 60, 260
_MOST_MENTIONS = 50


@dataclass(slots=True, frozen=True)
class Trigger:
    """``most`` rules in a guild; ``read`` gives the metadata in the shape it is answered in."""

    most: int
    event: int
    actions: tuple[int, ...]
    read: Callable[[Form], JsonObject]
    needs_metadata: bool = True


def _keywords(form: Form) -> JsonObject:
    patterns = _texts(form, "regex_patterns", 10, _PATTERN_LENGTH)
    for index, pattern in enumerate(patterns):
        if not compiles(pattern):
            # Discord's word for this is not documented.
            place = (*form.path, "regex_patterns", str(index))
            form.errors.add(place, "AUTO_MODERATION_INVALID_REGEX", "Invalid regular expression")
    return {
        "keyword_filter": _texts(form, "keyword_filter", 1000, _WORD_LENGTH),
        "regex_patterns": patterns,
        "allow_list": _texts(form, "allow_list", 100, _WORD_LENGTH),
    }


def _presets(form: Form) -> JsonObject:
    presets: list[int] = []
    for index, raw in enumerate(form.items("presets", most=3) or []):
        each = as_int(raw)
        if each not in (1, 2, 3):
            place = (*form.path, "presets", str(index))
            form.errors.add(place, "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
        elif each not in presets:
            presets.append(each)
    return {"presets": presets, "allow_list": _texts(form, "allow_list", 1000, _WORD_LENGTH)}


def _mentions(form: Form) -> JsonObject:
    """Without a limit the loosest holds; what Discord takes then is not documented."""
    limit = form.number("mention_total_limit", _MOST_MENTIONS, least=0, most=_MOST_MENTIONS)
    return {
        "mention_total_limit": _MOST_MENTIONS if limit is None else limit,
        "mention_raid_protection_enabled": form.flag("mention_raid_protection_enabled", False),
    }


def _nothing(_: Form) -> JsonObject:
    return {}


TRIGGERS: dict[int, Trigger] = {
    KEYWORD: Trigger(6, MESSAGE_SEND, (BLOCK_MESSAGE, SEND_ALERT, TIMEOUT), _keywords),
    SPAM: Trigger(1, MESSAGE_SEND, (BLOCK_MESSAGE, SEND_ALERT), _nothing, needs_metadata=False),
    KEYWORD_PRESET: Trigger(1, MESSAGE_SEND, (BLOCK_MESSAGE, SEND_ALERT), _presets),
    MENTION_SPAM: Trigger(1, MESSAGE_SEND, (BLOCK_MESSAGE, SEND_ALERT, TIMEOUT), _mentions),
    MEMBER_PROFILE: Trigger(1, MEMBER_UPDATE, (SEND_ALERT, BLOCK_INTERACTION), _keywords),
}


def _texts(form: Form, key: str, most: int, length: int) -> list[str]:
    found: list[str] = []
    for index, raw in enumerate(form.items(key, most=most) or []):
        text, place = as_text(raw), (*form.path, key, str(index))
        if text is None:
            form.errors.add(place, "STRING_TYPE_CONVERT", f'Could not interpret "{raw}" as string.')
        elif not 1 <= len(text) <= length:
            form.errors.add(place, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {length} in length.")
        else:
            found.append(text)
    return found
