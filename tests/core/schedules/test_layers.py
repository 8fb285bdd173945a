"""What holds of an overwrite for a time, ended in whatever order: what is seen is always what would be there, had what
has ended never been written."""

import random
import uuid
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from core.actions.locking import LOCKED, locked
from core.actions.overwriting import says_the_same
from core.discord.permissions import Permission
from core.discord.types import Overwrite
from core.schedules.layers import EITHER_LOCK, Reversal, above, without_lock, without_write

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPEAK, SEE, REACT = Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL, Permission.ADD_REACTIONS
NOTHING = Permission(0)
LOCK, WRITE = "channel.lock", "channel.overwrite"


def said(allow: Permission = NOTHING, deny: Permission = NOTHING) -> Overwrite:
    return Overwrite("role", "1", int(allow), int(deny))


def layer(kind: str, number: int, before: Overwrite) -> Reversal:
    return Reversal(
        kind=kind,
        target=f"7:1:{number}",
        schedule_id=uuid.UUID(int=number),
        since=NOW + timedelta(minutes=number),
        ends_at=NOW + timedelta(days=1),
        before=before,
    )


class Channel:
    """One overwrite as it is seen, with what holds of it for a time, and a plain list of the same as its oracle."""

    def __init__(self, base: Overwrite) -> None:
        self.base = base
        self.seen = base
        self.layers: list[Reversal] = []
        self.wrote: dict[str, Overwrite] = {}
        self._number = 0

    def begin(self, wrote: Overwrite | None) -> None:
        """None locks it."""
        self._number += 1
        made = layer(LOCK if wrote is None else WRITE, self._number, self.seen)
        self.layers.append(made)
        if wrote is not None:
            self.wrote[made.target] = wrote
        self.seen = locked(self.seen, LOCKED) if wrote is None else wrote

    def end(self, mine: Reversal) -> None:
        over = above(mine, self.layers)
        if mine.kind == LOCK and not over:
            assert mine.before is not None
            deny, allow = mine.before.deny & int(LOCKED), mine.before.allow & int(LOCKED)
            self.seen = replace(
                self.seen,
                allow=self.seen.allow & ~int(LOCKED) | allow,
                deny=self.seen.deny & ~int(LOCKED) | deny,
            )
            self.layers.remove(mine)
            return
        lifted = (
            without_lock(mine, over, LOCKED)
            if mine.kind == LOCK
            else without_write(mine, self.wrote[mine.target], over, LOCKED)
        )
        assert lifted is not None
        if lifted.then is not None:
            assert lifted.left is not None
            assert says_the_same(self.seen, lifted.left)
            self.seen = lifted.then
        for move in lifted.moves:
            self.layers[self.layers.index(move.layer)] = replace(move.layer, before=move.before)
        self.layers.remove(mine)

    def expected(self) -> Overwrite:
        now = self.base
        for each in self.layers:
            now = locked(now, LOCKED) if each.kind == LOCK else self.wrote[each.target]
        return now


def test_whatever_ends_first_the_rest_is_as_if_it_had_never_been() -> None:
    for seed in range(300):
        comes_and_goes(random.Random(seed))


def comes_and_goes(dice: random.Random) -> None:
    bits = [*LOCKED, SEE, REACT]

    def some() -> Overwrite:
        allow = Permission(sum(bit for bit in bits if dice.random() < 0.3))
        return said(allow, Permission(sum(bit for bit in bits if dice.random() < 0.3)) & ~allow)

    channel = Channel(some())
    for _ in range(12):
        has_lock = any(each.kind == LOCK for each in channel.layers)
        if channel.layers and dice.random() < 0.5:
            channel.end(dice.choice(channel.layers))
        else:
            channel.begin(None if dice.random() < 0.4 and not has_lock else some())
        assert says_the_same(channel.seen, channel.expected())
    while channel.layers:
        channel.end(dice.choice(channel.layers))
        assert says_the_same(channel.seen, channel.expected())
    assert says_the_same(channel.seen, channel.base)


def test_what_lies_over_something_that_was_changed_by_hand_restores_that() -> None:
    first, second = layer(WRITE, 1, said()), layer(WRITE, 2, said(REACT))
    assert without_write(first, said(SPEAK), (second,), LOCKED) is None


def test_a_lock_that_was_opened_before_something_was_written_over_it_is_not_taken_from_that() -> None:
    lock, over = layer(LOCK, 1, said(SPEAK)), layer(WRITE, 2, said(SPEAK))
    assert without_lock(lock, (over,), LOCKED) is None
    assert without_lock(lock, (over,), EITHER_LOCK) is not None
