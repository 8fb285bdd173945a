"""Guilds as large as Discord lets them be, and documents that want some of them different."""

from random import Random

import msgspec
from msgspec.structs import replace

from core.discord.permissions import Permission
from core.discord.types import BotPowers, Channel, ChannelType, GuildSettings, Overwrite, Role, Snapshot
from core.templates.capture import Captured, document_of

GUILD, BOT, BOT_ROLE = "100000000000000000", "9", "100000000000000001"
POWERS = BotPowers(user_id=BOT, permissions=8, top_role_id=BOT_ROLE, role_ids=(BOT_ROLE,))
CHILDREN = 25
_TYPES: tuple[ChannelType, ...] = ("text", "text", "text", "voice", "forum")
_BITS = tuple(bit for bit in Permission if bit is not Permission.ADMINISTRATOR)


class Dimensions(msgspec.Struct, frozen=True):
    """Of a guild; half of the children are synced with their category."""

    channels: int
    roles: int
    overwrites: int


def guild_of(size: Dimensions, seed: int = 1) -> Snapshot:
    random = Random(seed)
    roles = [
        Role(id=GUILD, name="@everyone", permissions=_some(random, 12)),
        Role(id=BOT_ROLE, name="bot", permissions=8, position=size.roles + 5, managed=True, bot_id=BOT),
    ]
    roles += (
        Role(
            id=str(100000000000001000 + place),
            name=f"role {place}",
            permissions=_some(random, 6),
            position=place + 1,
            color=random.randrange(1 << 24),
        )
        for place in range(size.roles - 2)
    )
    targets = [role.id for role in roles if role.id != BOT_ROLE]
    each = size.overwrites // size.channels

    def overwrites() -> tuple[Overwrite, ...]:
        chosen = random.sample(targets, each)
        return tuple(Overwrite("role", target, *_two_sets(random)) for target in chosen)

    categories = [
        Channel(
            id=str(100000000000100000 + place),
            type="category",
            name=f"category {place}",
            position=place,
            overwrites=overwrites(),
        )
        for place in range(max(size.channels // CHILDREN, 1))
    ]
    children: list[Channel] = []
    for place in range(size.channels - len(categories)):
        category = categories[place % len(categories)]
        children.append(
            Channel(
                id=str(100000000000200000 + place),
                type=random.choice(_TYPES),
                name=f"channel-{place}",
                position=place,
                parent_id=category.id,
                topic=f"About {place}",
                overwrites=category.overwrites if random.random() < 0.5 else overwrites(),
            )
        )
    return Snapshot(
        guild_id=GUILD,
        owner_id="1",
        settings=GuildSettings(name="Large"),
        roles=tuple(roles),
        channels=(*categories, *children),
    )


def wanted_of(guild: Snapshot, share: float) -> Captured:
    """The document of the guild in which so much of it is different."""
    return document_of(changed_of(guild, share))


def changed_of(guild: Snapshot, share: float, seed: int = 2) -> Snapshot:
    """The guild with so much of it different: topics, colours, who may send messages."""
    random, send = Random(seed), int(Permission.SEND_MESSAGES)
    channels: list[Channel] = []
    for channel in guild.channels:
        changed = channel
        if random.random() < share:
            first, *others = channel.overwrites
            first = replace(first, deny=first.deny ^ send, allow=first.allow & ~send)
            changed = replace(channel, overwrites=(first, *others))
            if channel.type not in ("category", "voice"):
                changed = replace(changed, topic="Something else")
        channels.append(changed)
    roles = tuple(
        replace(role, permissions=role.permissions ^ send, color=role.color ^ 1)
        if role.id not in (GUILD, BOT_ROLE) and random.random() < share
        else role
        for role in guild.roles
    )
    return replace(guild, roles=roles, channels=tuple(channels))


def cut_of(guild: Snapshot) -> Snapshot:
    """The guild without every fourth role and every fourth channel; its categories stay."""
    gone = {role.id for role in guild.roles[2::4] if role.id not in (GUILD, BOT_ROLE)}
    left = (c for place, c in enumerate(guild.channels) if c.type == "category" or place % 4)
    channels = (
        replace(channel, overwrites=tuple(o for o in channel.overwrites if o.id not in gone))
        for channel in left
    )
    return replace(
        guild, roles=tuple(role for role in guild.roles if role.id not in gone), channels=tuple(channels)
    )


def _some(random: Random, count: int) -> int:
    return sum(int(bit) for bit in random.sample(_BITS, count))


def _two_sets(random: Random) -> tuple[int, int]:
    a, b, c, d = (int(bit) for bit in random.sample(_BITS, 4))
    return a | b, c | d
