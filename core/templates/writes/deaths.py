"""Which doomed role is deleted before which.

A role that still gives something dies before one whose death lifts a deny that this meets, in a channel that nothing is
written to. Where that goes round in a circle, roles lose their permissions first, and where that is not enough, such
channels are written.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from core.discord.gates import gated_with
from core.discord.types import BotPowers, Role, Snowflake
from core.templates.goal.target import WantedChannel
from core.templates.plan import Ref
from core.templates.writes.graph import Graph, Nodes, comes_back, in_sequence, numbers_in
from core.templates.writes.meeting import ADMIN, joined
from core.templates.writes.sets import OverwriteSet, Subject, undecided


class Givers:
    """Roles by the bits that they give."""

    def __init__(self, given: Mapping[Subject, int], everyone: Subject) -> None:
        self._given = given
        self._everyone = everyone
        self._bits = {subject: 1 << number for number, subject in enumerate(given)}
        self._giving: dict[int, Nodes] = {}
        for subject, bits in given.items():
            for place in numbers_in(bits):
                self._giving[place] = self._giving.get(place, 0) | self._bits[subject]
        self._all = joined(given.values())
        self._known: dict[int, Nodes] = {}

    def into(self, overwrites: OverwriteSet, bits: int) -> Nodes:
        """Those of whose bits one of these counts in a channel with such overwrites."""
        asked = bits & self._all & undecided(overwrites, self._everyone)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = joined(self._giving[place] for place in numbers_in(asked))
        for subject in self._given.keys() & overwrites.keys():
            if not asked & self._given[subject] & undecided(overwrites, subject):
                found &= ~self._bits[subject]
        return found


class _Lift(NamedTuple):
    """What a role denies in a channel, until it dies: `given` are roles that meet it by their permissions, `allowed`
    those that meet it by what the channel allows them."""

    channel: Ref
    given: Nodes
    allowed: Nodes


class Deaths:
    """In the order of their ids, those that are no administrators have a number each."""

    def __init__(
        self, brought: Mapping[Role, int], everyone: Subject, channels: Iterable[WantedChannel]
    ) -> None:
        """`brought` is what each of the doomed roles brings into a channel, `channels` those that nothing is written
        to."""
        self._roles = sorted((role for role in brought if not role.permissions & ADMIN), key=lambda r: r.id)
        self._numbers = {Subject("role", role.id): number for number, role in enumerate(self._roles)}
        self._givers = Givers({s: brought[self._roles[n]] for s, n in self._numbers.items()}, everyone)
        self._lifts: list[list[_Lift]] = [[] for _ in self._roles]
        for channel in channels:
            self._study(channel)

    def settle(self, disarmed: set[Snowflake], neutralised: set[Ref]) -> None:
        """Adds to both sets until the roles can die one after the other."""
        lifted = self._lifted(neutralised)
        before = self._before(lifted, disarmed)
        # Those before a role are on no circle among themselves any more: less is given by then, never more.
        for number, role in enumerate(self._roles):
            while comes_back(number, before, -2 << number):
                if role.permissions and role.id not in disarmed:
                    disarmed.add(role.id)
                else:
                    # What it gives by itself is nothing any more: what is left is allowed by channels.
                    lifts = (lift for lifts in self._lifts for lift in lifts)
                    neutralised |= {lift.channel for lift in lifts if lift.allowed >> number & 1}
                    lifted = self._lifted(neutralised)
                before = self._before(lifted, disarmed)

    def order(
        self, roles: Iterable[Role], powers: BotPowers, disarmed: Collection[Snowflake], neutralised: set[Ref]
    ) -> tuple[Snowflake, ...]:
        """All roles, the bot's own ones last where that can be."""
        graph = Graph()
        for role in self._roles:
            graph.number(role.id)
        for role, before in zip(self._roles, self._before(self._lifted(neutralised), disarmed), strict=True):
            graph.add_all(before, role.id)
        ranks = {role.id: (role.id in powers.role_ids, place) for place, role in enumerate(roles)}
        return tuple(in_sequence(ranks, graph))

    def _study(self, channel: WantedChannel) -> None:
        present = channel.present
        entries = {self._numbers[s]: present[s] for s in self._numbers.keys() & present.keys()}
        for denier, bits in entries.items():
            if bits.deny:
                gated = gated_with(bits.deny, has_voice=True)
                own = 1 << denier
                given = self._givers.into(present, bits.deny | gated)
                allowed = joined(1 << number for number, other in entries.items() if other.allow & gated)
                self._lifts[denier].append(_Lift(channel.ref, given & ~own, allowed & ~own))

    def _lifted(self, neutralised: Collection[Ref]) -> list[tuple[Nodes, Nodes]]:
        """Of each role those that meet what it denies in any channel, as of each lift."""
        return [
            (
                joined(lift.given for lift in lifts if lift.channel not in neutralised),
                joined(lift.allowed for lift in lifts if lift.channel not in neutralised),
            )
            for lifts in self._lifts
        ]

    def _before(self, lifted: Iterable[tuple[Nodes, Nodes]], disarmed: Collection[Snowflake]) -> list[Nodes]:
        """Of each role those that die before it."""
        armed = joined(1 << n for n, role in enumerate(self._roles) if role.id not in disarmed)
        return [given & armed | allowed for given, allowed in lifted]
