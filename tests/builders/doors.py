"""Whether on the way from one guild to another somebody could for a while do what they can neither before nor after."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from core.discord.types import Snapshot
from tests.builders.oracle import effective_bits


def open_doors(states: Sequence[Snapshot], labels: Sequence[str], together: int = 2) -> Iterator[str]:
    """Every door that stood open at some moment and is closed before and after; there should be none.

    `labels[n]` is what led from one state to the next. Members are judged with every set of up to `together` roles.
    """
    before, after = states[0], states[-1]
    roles = [role.id for role in before.roles if role.id != before.guild_id]
    members = {o.id for s in states for c in s.channels for o in c.overwrites if o.kind == "member"}
    for held in (h for size in range(together + 1) for h in combinations(roles, size)):
        for member in (None, *sorted(members)):
            limits = _limits(before, after, held, member)
            for number, state in enumerate(states[1:-1]):
                for channel in state.channels:
                    bits = effective_bits(state, channel, held, member)
                    if more := bits & ~limits.get(channel.id, 0):
                        yield f"after {labels[number]}, {held} {member or ''} have {more:#x} in {channel.id}"


def _limits(before: Snapshot, after: Snapshot, held: tuple[str, ...], member: str | None) -> dict[str, int]:
    """A channel that is not there grants nothing."""
    limits: Counter[str] = Counter()
    for state in (before, after):
        for channel in state.channels:
            limits[channel.id] |= effective_bits(state, channel, held, member)
    return limits
