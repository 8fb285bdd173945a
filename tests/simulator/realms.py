"""Random guilds of people with few and conflicting permissions, in the simulator's words and in the oracle's."""

from random import Random

from bot.simulator.state import TEXT, Channel, Guild, Member, Message, Overwrite, Role, User
from bot.simulator.world import World
from tests.simulator import oracle
from tests.simulator.oracle import Person, Place, Realm

BITS = [1 << bit for bit in range(53) if bit != 47]
# Bits that decide about others come up often enough to meet.
_DECISIVE = [
    oracle.VIEW_CHANNEL,
    oracle.SEND_MESSAGES,
    oracle.CONNECT,
    oracle.MANAGE_CHANNELS,
    oracle.MANAGE_ROLES,
    oracle.MENTION_EVERYONE,
    oracle.EMBED_LINKS,
]
_KINDS = (TEXT, oracle.VOICE, oracle.STAGE, TEXT)
_HOUR = 3600.0


def _some(chance: Random, one_in: int) -> int:
    decisive = sum(each for each in _DECISIVE if chance.randint(1, one_in) == 1)
    return decisive | sum(each for each in BITS if chance.randint(1, 3 * one_in) == 1) & ~oracle.ADMINISTRATOR


def random_guild(world: World, chance: Random, *, people: int, channels: int, bot_in: bool = False) -> Guild:
    """Positions repeat, some people are timed out, one role in eight administrates, and each channel is overwritten."""
    owner = world.add_user(f"owner{world.mint()}")
    guild = Guild(id=world.mint(), name="Harbour", owner_id=owner.id)
    guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=_some(chance, 2), position=0)
    for number in range(6):
        granted = _some(chance, 3) | (oracle.ADMINISTRATOR if chance.randint(1, 8) == 1 else 0)
        role = Role(id=world.mint(), name=f"r{number}", permissions=granted, position=chance.randint(1, 4))
        guild.roles[role.id] = role
    crew = [owner, *(world.add_user(f"u{world.mint()}") for _ in range(people - 1))]
    for user in [*crew, *([world.bot] if bot_in else [])]:
        guild.members[user.id] = _member(world, guild, user, chance)
    for number in range(channels):
        kind = chance.choice(_KINDS)
        channel = Channel(id=world.mint(), guild_id=guild.id, type=kind, name=f"c{number}")
        channel.overwrites = _overwrites(guild, chance)
        message = Message(
            id=world.mint(), channel_id=channel.id, author_id=owner.id, timestamp=world.clock.stamp()
        )
        channel.messages[message.id] = message
        guild.channels[channel.id] = channel
    world.adopt(guild)
    return guild


def _member(world: World, guild: Guild, user: User, chance: Random) -> Member:
    roles = [each for each in guild.roles if each != guild.id and chance.randint(1, 3) == 1]
    member = Member(user_id=user.id, joined_at=world.clock.stamp(), roles=roles)
    if chance.randint(1, 5) == 1:
        member.timeout_until = world.clock.now() + chance.choice((-_HOUR, _HOUR, _HOUR))
    return member


def _overwrites(guild: Guild, chance: Random) -> dict[int, Overwrite]:
    found: dict[int, Overwrite] = {}
    targets = [(each, 0) for each in guild.roles] + [(each, 1) for each in guild.members]
    for target, kind in targets:
        if chance.randint(1, 3) == 1:
            found[target] = Overwrite(target, kind, _some(chance, 3), _some(chance, 3))
    return found


def realm_of(guild: Guild) -> Realm:
    return Realm(
        guild.id,
        guild.owner_id,
        {key: (each.position, each.permissions) for key, each in guild.roles.items()},
    )


def person_of(member: Member, now: float) -> Person:
    until = member.timeout_until
    return Person(member.user_id, set(member.roles), until is not None and until > now)


def place_of(channel: Channel) -> Place:
    of_roles = {key: (each.allow, each.deny) for key, each in channel.overwrites.items() if each.type == 0}
    of_people = {key: (each.allow, each.deny) for key, each in channel.overwrites.items() if each.type == 1}
    return Place(channel.type, of_roles, of_people)
