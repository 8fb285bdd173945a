"""Roles that die one after the other, judged by looking at every two of them in every channel."""

from collections.abc import Iterator, Sequence

from core.discord.permissions import Permission
from core.discord.types import BotPowers, Role
from core.templates.goal.fields import NO_CHANGE
from core.templates.goal.target import WantedChannel
from core.templates.writes.deaths import Deaths, Givers
from core.templates.writes.meeting import bits_meet, gates_meet
from core.templates.writes.sets import SILENT, Bits, OverwriteSet, Subject, undecided
from tests.builders.guilds import GUILD, Thrown, chance, some_bits
from tests.fixtures.size import SEED, sized

EVERYONE = Subject("role", GUILD)
NOBODY = BotPowers(user_id="9", permissions=0, top_role_id=GUILD)
ADMIN = int(Permission.ADMINISTRATOR)


def roles(choose: Thrown) -> list[Role]:
    made = []
    for number in range(5):
        bits = 0 if chance(choose, 15) else some_bits(choose) & some_bits(choose) & ~ADMIN
        made.append(Role(id=str(1100 + number), name="r", permissions=bits, position=choose.below(9)))
    return made


def overwrites(choose: Thrown, dying: Sequence[Role]) -> OverwriteSet:
    found: OverwriteSet = {}
    for subject in (EVERYONE, *(Subject("role", role.id) for role in dying)):
        if chance(choose, 40):
            denied = some_bits(choose) & some_bits(choose)
            found[subject] = Bits(some_bits(choose) & some_bits(choose) & ~denied, denied)
    return found


def channel(number: int, present: OverwriteSet) -> WantedChannel:
    return WantedChannel(
        ref=str(2100 + number),
        name="c",
        key=None,
        channel=None,
        type="text",
        home=None,
        parent=None,
        fields=NO_CHANGE,
        present=present,
        final={},
    )


def meetings(giver: Role, present: OverwriteSet, *, is_armed: bool) -> Iterator[tuple[str, int]]:
    """Of other roles' denies those that the role meets there, while it lives."""
    own = Subject("role", giver.id)
    base = giver.permissions & undecided(present, EVERYONE, own) if is_armed else 0
    allowed = present.get(own, SILENT).allow
    for subject, bits in present.items():
        if subject not in (own, EVERYONE) and (
            bits_meet(base, bits.deny, has_voice=True)
            or gates_meet(base | allowed, bits.deny, has_voice=True)
        ):
            yield subject.ref, bits.deny


def test_who_meets_what_another_one_denies_dies_before_it() -> None:
    held_back = 0
    for seed in range(SEED, SEED + sized(small=400, soak=10_000)):
        choose = Thrown(seed)
        dying = roles(choose)
        channels = [channel(number, overwrites(choose, dying)) for number in range(3)]
        deaths = Deaths({role: role.permissions for role in dying}, EVERYONE, channels)
        disarmed: set[str] = set()
        neutralised: set[str] = set()
        deaths.settle(disarmed, neutralised)
        order = deaths.order(dying, NOBODY, disarmed, neutralised)
        assert sorted(order) == [role.id for role in dying]
        for each in channels:
            for giver in dying if each.ref not in neutralised else ():
                for denier, _ in meetings(giver, each.present, is_armed=giver.id not in disarmed):
                    assert order.index(giver.id) < order.index(denier), seed
        held_back += bool(disarmed)
    assert held_back > 50


def test_roles_that_meet_nothing_keep_what_they_have_and_die_in_their_order() -> None:
    dying = [
        Role(id=str(number), name="r", permissions=int(Permission.SEND_MESSAGES)) for number in (7, 3, 5)
    ]
    deaths = Deaths({role: role.permissions for role in dying}, EVERYONE, [channel(1, {})])
    disarmed: set[str] = set()
    deaths.settle(disarmed, set())
    assert not disarmed
    assert deaths.order(dying, NOBODY, disarmed, set()) == ("7", "3", "5")


def test_whose_bits_count_in_a_channel_is_found_as_by_asking_each_role() -> None:
    for seed in range(SEED, SEED + sized(small=400, soak=10_000)):
        choose = Thrown(seed)
        given = {Subject("role", role.id): role.permissions for role in roles(choose)}
        present, bits = overwrites(choose, roles(choose)), some_bits(choose)
        found = Givers(given, EVERYONE).into(present, bits)
        for number, (subject, own) in enumerate(given.items()):
            counts = own & bits & undecided(present, EVERYONE, subject)
            assert bool(found >> number & 1) == bool(counts), (seed, subject)
