"""Permissions are what an oracle says that knows Discord's documentation and nothing of the simulator."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.simulator import build, permissions
from tests.fixtures.size import SEED, sized
from tests.simulator import oracle
from tests.simulator.calls import Wire
from tests.simulator.oracle import CONNECT, SEND_MESSAGES, VIEW_CHANNEL, Person, Place, Realm, Sight
from tests.simulator.questions import QUESTIONS, Scene
from tests.simulator.realms import BITS, person_of, place_of, random_guild, realm_of

CASES = sized(small=12_000, soak=300_000)
# The docs do not name these among what needs SEND_MESSAGES: SEND_VOICE_MESSAGES and SEND_POLLS.
UNSAID = 1 << 46 | 1 << 49


@dataclass(slots=True, frozen=True)
class Case:
    realm: Realm
    person: Person
    place: Place
    sight: Sight

    @property
    def is_bound(self) -> bool:
        return not self.sight.is_exempt

    @property
    def is_owner(self) -> bool:
        return self.person.id == self.realm.owner

    @property
    def sees(self) -> bool:
        return self.sight.may(VIEW_CHANNEL)

    def was_granted(self, bit: int) -> bool:
        return bool(oracle.granted(self.realm, self.person) & bit)


# Each has to occur, and not once.
CLASSES: dict[str, Callable[[Case], bool]] = {
    "the owner": lambda case: case.is_owner,
    "an administrator": lambda case: not case.is_bound and not case.is_owner,
    "an administrator timed out": lambda case: not case.is_bound and case.person.is_timed_out,
    "somebody timed out who sees": lambda case: case.is_bound and case.person.is_timed_out and case.sees,
    "hidden by an overwrite": lambda case: case.was_granted(VIEW_CHANNEL) and not case.sees,
    "shown by an overwrite": lambda case: case.is_bound and not case.was_granted(VIEW_CHANNEL) and case.sees,
    "an overwrite for everybody": lambda case: case.realm.id in case.place.of_roles,
    "overwrites of several roles": lambda case: len(case.sight.own) > 1,
    "one role allowed what another is denied": lambda case: any(
        allow & deny for allow, _ in case.sight.own for _, deny in case.sight.own
    ),
    "an overwrite for the person": lambda case: case.person.id in case.place.of_people,
    "a person allowed what their role is denied": lambda case: any(
        deny & case.place.of_people.get(case.person.id, (0, 0))[0] for _, deny in case.sight.own
    ),
    "no overwrite at all": lambda case: (
        not {case.realm.id, *case.person.roles} & case.place.of_roles.keys()
        and case.person.id not in case.place.of_people
    ),
    "a voice channel that cannot be joined": lambda case: (
        case.place.kind in (oracle.VOICE, oracle.STAGE) and case.sees and not case.sight.may(CONNECT)
    ),
    "a mention that cannot be sent": lambda case: (
        case.is_bound
        and case.sees
        and case.sight.survives(oracle.MENTION_EVERYONE)
        and not case.sight.survives(SEND_MESSAGES)
    ),
}


def test_permissions_in_channels_are_those_of_the_documents() -> None:
    world, chance = build().world, Random(SEED)
    met: Counter[str] = Counter()
    cases = 0
    while cases < CASES:
        guild = random_guild(world, chance, people=12, channels=10)
        realm, now = realm_of(guild), world.clock.now()
        for member in guild.members.values():
            for channel in guild.channels.values():
                person, place = person_of(member, now), place_of(channel)
                case = Case(realm, person, place, Sight(realm, person, place))
                cases += 1
                met.update(name for name, holds in CLASSES.items() if holds(case))
                expected = sum(bit for bit in BITS if case.sight.may(bit))
                told = 0 if expected & SEND_MESSAGES else UNSAID
                found = permissions.in_channel(guild, member, channel, now)
                assert (found ^ expected) & ~told == 0, (case, bin(found ^ expected))
        world.forget_guild(guild)
    assert {name for name in CLASSES if met[name] < CASES / 200} == set(), met


def test_permissions_in_guilds_are_those_of_the_documents() -> None:
    world, chance = build().world, Random(SEED + 1)
    for _ in range(sized(small=40, soak=2000)):
        guild = random_guild(world, chance, people=12, channels=0)
        realm, now = realm_of(guild), world.clock.now()
        for member in guild.members.values():
            person = person_of(member, now)
            expected = sum(bit for bit in BITS if oracle.in_guild(realm, person, bit))
            assert permissions.at_present(guild, member, now) == expected, (realm, person)
        world.forget_guild(guild)


async def test_calls_are_taken_and_refused_as_the_documents_say() -> None:
    """Every question is answered in each of the three ways that it can be."""
    simulator = build()
    world, wire, chance = simulator.world, Wire(simulator.app), Random(SEED + 2)
    met: Counter[tuple[str, int]] = Counter()
    for _ in range(sized(small=60, soak=6000)):
        guild = random_guild(world, chance, people=4, channels=3, bot_in=True)
        for question in chance.sample(QUESTIONS, len(QUESTIONS)):
            scene = Scene.choose(world, guild, chance)
            expected = question.answer(scene)
            method, path, body = question.call(scene)
            reply = await wire(method, path, body)
            found = 0 if reply.status < 300 else reply.body["code"]
            assert found == expected, (question.name, scene.told(), reply)
            met[question.name, expected] += 1
        world.forget_guild(guild)
    asked = {(question.name, code) for question in QUESTIONS for code in question.outcomes}
    assert asked - met.keys() == set()
