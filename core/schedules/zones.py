"""IANA time zones by name, and what somebody may have meant by a name that is none."""

import difflib
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from core.errors import Invalid, Problem

_MOST_SUGGESTED = 3


def zone_of(name: str, *, pointer: str = "/time_zone") -> ZoneInfo:
    """Raises `Invalid`, with the nearest names, for one that is not among IANA's."""
    if name in zone_names():
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a file of the system's that cannot be read
            pass
    near = nearest_zones(name)
    hint = (
        f" Did you mean {' or '.join(near)}?" if near else " An IANA name is wanted, such as Europe/Berlin."
    )
    message = f"There is no time zone {name!r}.{hint}"
    raise Invalid(message, problems=(Problem(pointer=pointer, code="unknown_zone", message=message),))


@cache
def zone_names() -> tuple[str, ...]:
    """Sorted; without the files that a system keeps beside the zones."""
    return tuple(sorted(name for name in available_timezones() if name not in {"localtime", "Factory"}))


def nearest_zones(text: str, most: int = _MOST_SUGGESTED) -> tuple[str, ...]:
    """By the whole name or by its last part, whatever the case: for suggestions and for completing what is typed."""
    wanted = text.strip().replace(" ", "_").lower()
    if not wanted:
        return ()
    by_words: dict[str, list[str]] = {}
    for name in zone_names():
        for word in {name.lower(), name.rpartition("/")[2].lower()}:
            by_words.setdefault(word, []).append(name)
    begun = [name for name in zone_names() if any(part.startswith(wanted) for part in _parts(name))]
    alike = difflib.get_close_matches(wanted, by_words, n=most, cutoff=0.7)
    found = [*by_words.get(wanted, ()), *begun, *(name for word in alike for name in by_words[word])]
    return tuple(dict.fromkeys(found))[:most]


def _parts(name: str) -> tuple[str, ...]:
    return (name.lower(), *name.lower().split("/")[1:])
