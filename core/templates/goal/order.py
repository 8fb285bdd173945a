"""Places. Discord sorts siblings by (position, id), so a place can often be had without a call of its own.

A new channel is born beside its predecessor; a new role below all others. Only where that is not enough, one call
orders all siblings of the wrong groups, and one all roles that the bot can move.
"""

from collections.abc import Mapping, Sequence
from operator import lt
from typing import TypeAlias, TypeVar

from core.discord.types import VOICE_LIKE, ChannelType
from core.templates.plan import Ref

K = TypeVar("K")

# (position, age): existing objects are aged by their id, new ones by the order in which they are made.
Rank: TypeAlias = tuple[int, int]
Bucket: TypeAlias = str
# Siblings: the category, and the bucket there.
Group: TypeAlias = tuple[Ref | None, Bucket]
NEWER_THAN_ALL = 1 << 64
BUCKETS: tuple[Bucket, ...] = ("text", "voice", "category")
"""From the top down."""
_BUCKETS: Mapping[ChannelType, Bucket] = {"category": "category", **dict.fromkeys(VOICE_LIKE, "voice")}


def bucket_of(channel_type: ChannelType) -> Bucket:
    """Channels of different buckets are never mixed in the client."""
    return _BUCKETS.get(channel_type, "text")


def age_of(ref: Ref, made: Mapping[Ref, int]) -> int:
    """A number that is lower for the older one."""
    return NEWER_THAN_ALL + made[ref] if ref in made else int(ref)


def place_between(before: Rank | None, after: Rank | None, age: int) -> int:
    """The position at which something of that age sorts between two siblings; where there is none, the nearest."""
    if before is None:
        if after is None:
            return 0
        return after[0] if age < after[1] else max(after[0] - 1, 0)
    return before[0] if age > before[1] else before[0] + 1


def is_in_order(wanted: Sequence[Ref], ranks: Mapping[Ref, Rank]) -> bool:
    """Only the relative order matters."""
    found = [ranks[ref] for ref in wanted]
    return all(map(lt, found, found[1:]))


def merged(wanted: Sequence[K], present: Sequence[K]) -> list[K]:
    """`present` with the members of `wanted` in their order: each unnamed member keeps its place, and what is not
    present yet comes behind its predecessor."""
    there = set(present)
    named = [item for item in wanted if item in there]
    successors, places = iter(named), set(named)
    merged = [next(successors) if item in places else item for item in present]
    behind: K | None = None
    for item in wanted:
        if item not in places:
            merged.insert(0 if behind is None else merged.index(behind) + 1, item)
        behind = item
    return merged


def role_positions(
    lowest_first: Sequence[Ref], made: Mapping[Ref, int], top: Rank | None
) -> dict[Ref, int] | None:
    """A position for each; None where there is no room below the bot's highest role.

    Positions of their own where there is room. Otherwise roles share one, which the older then tops.
    """
    if top is None or len(lowest_first) < top[0]:
        return {ref: place for place, ref in enumerate(lowest_first, start=1)}
    positions: dict[Ref, int] = {}
    place, below = 1, -1
    for ref in lowest_first:
        age = age_of(ref, made)
        if positions and age > below:
            place += 1
        positions[ref], below = place, age
    if positions and (place, -below) >= (top[0], -top[1]):
        return None
    return positions
