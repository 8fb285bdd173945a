"""Which bits count only with which others: one table, and the simulated Discord's arithmetic beside it."""

from itertools import combinations

import pytest

from bot.simulator import permissions as theirs
from bot.simulator.state import Channel as SimulatedChannel
from bot.simulator.state import Guild
from bot.simulator.state import Member as SimulatedMember
from bot.simulator.state import Role as SimulatedRole
from core.discord.effective import channel_permissions
from core.discord.gates import through
from core.discord.permissions import ALL, Permission
from core.discord.types import Channel, GuildSettings, Member, Role, Snapshot
from core.templates.writes.doors import Entries, View, opens
from core.templates.writes.holdings import Holdings
from core.templates.writes.meeting import gates_meet
from core.templates.writes.sets import Subject

NAMED = int(ALL & ~Permission.ADMINISTRATOR)
EACH = tuple(int(bit) for bit in Permission if bit != Permission.ADMINISTRATOR)
KINDS = pytest.mark.parametrize(
    ("number", "kind"), [(0, "text"), (2, "voice"), (4, "category"), (13, "stage")]
)


def counting(bits: int, number: int) -> int:
    """What is left of @everyone's bits in a channel of that type, says the simulated Discord."""
    guild = Guild(id=1, name="g", owner_id=2, roles={1: SimulatedRole(1, "@everyone", bits)})
    channel = SimulatedChannel(3, 1, number, "c")
    member = SimulatedMember(4, "2030-01-01T00:00:00+00:00")
    return theirs.in_channel(guild, member, channel, 0) & NAMED


def gated(gate: int, number: int) -> int:
    """What is gone with the gate alone."""
    return NAMED & ~gate & ~counting(NAMED & ~gate, number)


@KINDS
def test_what_is_left_without_a_bit_or_two_is_what_the_simulated_discord_leaves(
    number: int, kind: str
) -> None:
    for missing in (*((bit,) for bit in EACH), *combinations(EACH, 2)):
        bits = NAMED & ~sum(missing)
        assert through(bits, bits, has_voice=kind in ("voice", "stage")) == counting(bits, number), missing


@KINDS
def test_a_members_permissions_are_those_of_the_simulated_discord(number: int, kind: str) -> None:
    channel = Channel(id="3", type=kind, name="c")  # pyright: ignore[reportArgumentType] - a type's name
    for missing in EACH:
        bits = NAMED & ~missing
        guild = Snapshot(
            guild_id="1",
            owner_id="2",
            settings=GuildSettings(name="g"),
            roles=(Role(id="1", name="@everyone", permissions=bits),),
            channels=(channel,),
        )
        assert channel_permissions(guild, Member(user_id="4"), channel) == counting(bits, number), missing


@KINDS
def test_writes_of_a_bit_and_of_another_meet_exactly_where_one_gates_the_other(
    number: int, kind: str
) -> None:
    has_voice = kind in ("voice", "stage")
    for one, other in combinations(EACH, 2):
        related = bool(gated(one, number) & other or gated(other, number) & one)
        assert gates_meet(one, other, has_voice=has_voice) == related, (one, other)
        assert gates_meet(other, one, has_voice=has_voice) == related, (one, other)


@KINDS
def test_a_bit_whose_gate_is_given_before_it_is_taken_opens_a_door(number: int, kind: str) -> None:
    """Before: the bit; after: its gate; between: both."""
    for gate, bit in ((gate, bit) for gate in EACH for bit in EACH if gated(gate, number) & bit):
        others = NAMED & ~gate & ~bit
        before, now, after = (
            View(Holdings.of(bits, ()), Entries({}, Subject("role", "1"), {}))
            for bits in (others | bit, NAMED, others | gate)
        )
        assert opens(before, now, after, has_voice=kind in ("voice", "stage")), (gate, bit)
