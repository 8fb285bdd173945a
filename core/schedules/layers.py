"""What holds for a time of one overwrite, and lies one over the other: what a lock denies, and what was written as a
whole. When one of them ends, what lies over it stays, and will restore what was beneath the one that ended. Pure."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from core.actions.locking import LOCKED, LOCKED_VOICE, locked, unlocked
from core.actions.overwriting import says_the_same
from core.discord.permissions import Permission
from core.discord.types import Overwrite
from core.schedules.schemas import Reversal

EITHER_LOCK = LOCKED | LOCKED_VOICE
"""What locking denies, where it is not known of what type the channel is."""


class Move(msgspec.Struct, frozen=True):
    """What a layer is to restore from now on."""

    layer: Reversal
    before: Overwrite


class Lifted(msgspec.Struct, frozen=True, kw_only=True):
    """What follows once a layer is gone. `then` is to be written in place of what it left, `left`; both are None where
    it is hidden, and nothing changes to be seen."""

    moves: tuple[Move, ...] = ()
    left: Overwrite | None = None
    then: Overwrite | None = None


def above(mine: Reversal, layers: Sequence[Reversal]) -> tuple[Reversal, ...]:
    """Nearest first."""
    later = [each for each in layers if _order(each) > _order(mine)]
    return tuple(sorted(later, key=_order))


def without_write(
    mine: Reversal, wrote: Overwrite, over: Sequence[Reversal], bits: Permission
) -> Lifted | None:
    """Where the overwrite was written as a whole. None: what was over it first did not find it any more."""
    left, then, moves = wrote, mine.before or replace(wrote, allow=0, deny=0), list[Move]()
    for each in over:
        if not moves and (each.before is None or not says_the_same(each.before, wrote)):
            return None
        moves.append(Move(each, then))
        if each.kind != "channel.lock":
            return Lifted(moves=tuple(moves))
        left, then = locked(left, bits), locked(then, bits)
    return Lifted(moves=tuple(moves), left=left, then=then)


def without_lock(mine: Reversal, over: Sequence[Reversal], bits: Permission) -> Lifted | None:
    """Where a lock is hidden by what was written over it. None: that was written where it had been opened already."""
    hiding = over[0]
    before = hiding.before
    if before is None or not _is_locked(before, bits):
        return None
    return Lifted(moves=(Move(hiding, unlocked(before, mine.before, bits)),))


def _is_locked(overwrite: Overwrite, bits: Permission) -> bool:
    return bits == EITHER_LOCK or locked(overwrite, bits) == overwrite


def _order(layer: Reversal) -> tuple[object, str]:
    return layer.since, layer.target
