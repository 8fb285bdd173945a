"""Whether a door stands open is judged as by trying every choice of roles."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from msgspec.structs import replace

from core.discord.types import Channel, Overwrite, Role, Snapshot
from core.templates.writes.doors import EVERYTHING, Entries, View, at_stake, opens
from core.templates.writes.holdings import Holdings
from core.templates.writes.sets import Subject, set_of
from tests.builders.guilds import (
    GUILD,
    MEMBERS,
    Chooser,
    Thrown,
    chance,
    pick,
    some_bits,
)
from tests.builders.guilds import snapshot as drawn
from tests.builders.oracle import effective_bits
from tests.fixtures.size import SEED, sized

EVERYONE = Subject("role", GUILD)


class Moment(NamedTuple):
    """`channel` is None while there is none."""

    guild: Snapshot
    channel: Channel | None


def moments(choose: Chooser) -> tuple[Moment, Moment, Moment]:
    """Before, now and after: the same roles and channel, with some permissions and overwrites changed. A role that dies
    is one without permissions and overwrites."""
    first = drawn(choose)
    kind = pick(choose, ("text", "voice", "category", "stage"))
    there = Moment(first, Channel(id="2999", type=kind, name="a"))
    before, now, after = (_changed(choose, there) for _ in range(3))
    if chance(choose, 15):
        return Moment(before.guild, None), now, after
    return before, now, Moment(after.guild, None) if chance(choose, 15) else after


def _changed(choose: Chooser, moment: Moment) -> Moment:
    guild, channel = moment
    assert channel is not None
    roles = tuple(
        r if chance(choose, 50) else replace(r, permissions=_permissions(choose)) for r in guild.roles
    )
    subjects = [*(("role", r.id) for r in roles), *(("member", m) for m in MEMBERS)]
    overwrites = []
    for kind, ref in subjects:
        if chance(choose, 40):
            denied = some_bits(choose)
            overwrites.append(Overwrite(kind, ref, some_bits(choose) & ~denied, denied))  # pyright: ignore[reportArgumentType] - these are the two kinds
    return Moment(replace(guild, roles=roles), replace(channel, overwrites=tuple(overwrites)))


def _permissions(choose: Chooser) -> int:
    return 8 if chance(choose, 5) else some_bits(choose) & some_bits(choose)


def is_found(before: Moment, now: Moment, after: Moment) -> bool:
    """As the engine judges."""
    was, is_now, will_be = views_of(before, now, after)
    return opens(was, is_now, will_be, has_voice=has_voice(now))


def has_voice(moment: Moment) -> bool:
    return moment.channel is not None and moment.channel.type in ("voice", "stage")


def views_of(before: Moment, now: Moment, after: Moment) -> tuple[View | None, View, View | None]:
    others: Sequence[Role] = [r for r in now.guild.roles if r.id != GUILD]
    places = {Subject("role", role.id): 1 << place for place, role in enumerate(others)}
    is_now = _view(now, places)
    assert is_now is not None
    return _view(before, places), is_now, _view(after, places)


def _view(moment: Moment, places: Mapping[Subject, int]) -> View | None:
    if moment.channel is None:
        return None
    permissions = {role.id: role.permissions for role in moment.guild.roles}
    holdings = Holdings.of(permissions[GUILD], (permissions[subject.ref] for subject in places))
    return View(holdings, Entries(set_of(moment.channel.overwrites, permissions), EVERYONE, places))


def is_open(before: Moment, now: Moment, after: Moment) -> bool:
    """Somebody has a bit now and neither before nor after."""
    roles = [role.id for role in now.guild.roles if role.id != GUILD]
    return any(
        _bits(now, held, member) & ~(_bits(before, held, member) | _bits(after, held, member))
        for size in range(len(roles) + 1)
        for held in combinations(roles, size)
        for member in (None, *MEMBERS)
    )


def _bits(moment: Moment, held: tuple[str, ...], member: str | None) -> int:
    return 0 if moment.channel is None else effective_bits(moment.guild, moment.channel, held, member)


def test_a_door_is_found_exactly_where_one_stands_open() -> None:
    answers: list[bool] = []
    for number in range(sized(small=750, soak=60_000)):
        before, now, after = moments(Thrown(SEED * 13_000_027 + number))
        found = is_found(before, now, after)
        assert found == is_open(before, now, after), number
        answers.append(found)
    assert min(answers.count(True), answers.count(False)) > len(answers) // 20


def test_nothing_is_opened_by_bits_that_are_not_at_stake() -> None:
    """Who is an administrator has everything, felt or not."""
    answers: list[bool] = []
    for number in range(sized(small=750, soak=20_000)):
        drawn_moments = moments(Thrown(SEED * 13_000_027 + number))
        voice, (before, now, after) = has_voice(drawn_moments[1]), views_of(*drawn_moments)
        gained = EVERYTHING if before is None else now.more_than(before)
        taken = EVERYTHING if after is None else now.more_than(after)
        stake = at_stake(gained, taken, has_voice=voice)
        if stake != EVERYTHING:
            assert not opens(before, now, after, has_voice=voice, felt=~stake), number
            answers.append(opens(before, now, after, has_voice=voice, felt=stake))
    assert min(answers.count(True), answers.count(False)) > len(answers) // 20
