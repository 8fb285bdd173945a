"""Bodies made wrong in one to three random places."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

_NONSENSE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    99,
    1 << 40,
    1 << 70,
    "",
    "x",
    "٣",
    "w" * 5000,
    "9" * 30,
    [],
    [None],
    {},
    {"id": {"id": [[{"type": None}]]}},
    [[[[]]], {"components": [{"components": "x"}]}],
)
_UNKNOWN_ID = "123456789"


def spoiled(body: Any, chance: Random) -> Any:
    """A copy with something dropped, mistyped, too long, out of its choices, too large, null, or naming nobody."""
    made = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        made = _once(made, chance)
    return made


def _once(body: Any, chance: Random) -> Any:
    places = list(_places(body))
    if not places or chance.randint(0, 19) == 0:
        return copy.deepcopy(chance.choice(_NONSENSE))
    holder, key = chance.choice(places)
    what = chance.randint(0, 3)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder[key], list):
        holder[key] = [
            *holder[key],
            *([holder[key][0]] if holder[key] else [{}]) * chance.choice((1, 30, 130)),
        ]
    elif what == 2:
        holder[key] = _UNKNOWN_ID
    else:
        holder[key] = copy.deepcopy(chance.choice(_NONSENSE))
    return body


def _places(body: Any) -> Iterator[tuple[Any, Any]]:
    """Every key of every object and every index of every list."""
    if isinstance(body, dict | list):
        for key in list(body) if isinstance(body, dict) else range(len(body)):
            yield body, key
            yield from _places(body[key])
