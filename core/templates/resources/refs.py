"""From refs to ids, in everything that a step writes."""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec
from msgspec.structs import replace

from core.discord.types import Snowflake
from core.templates.plan import Ref

S = TypeVar("S", bound=msgspec.Struct)
_IDS = frozenset(
    {
        "emoji",
        "channel_id",
        "role_ids",
        "channel_ids",
        "default_channel_ids",
        "exempt_role_ids",
        "exempt_channel_ids",
    }
)
_PARTS = frozenset({"actions", "prompts", "options", "channels"})


def with_ids(value: S, id_of: Callable[[Ref], Snowflake]) -> S:
    """The same with the ids of what has been made. Names and texts may begin with `$`, too, and stay."""
    changed: dict[str, object] = {}
    for name in value.__struct_fields__:
        said = getattr(value, name)
        if name in _IDS and isinstance(said, str):
            changed[name] = id_of(said)
        elif name in _IDS and isinstance(said, tuple):
            changed[name] = tuple(map(id_of, cast(tuple[str, ...], said)))
        elif name in _PARTS and isinstance(said, tuple):
            parts = cast(tuple[msgspec.Struct, ...], said)
            changed[name] = tuple(with_ids(part, id_of) for part in parts)
    return replace(value, **changed) if changed else value
