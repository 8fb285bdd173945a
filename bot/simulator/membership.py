"""The bot joins a guild: a member with a managed role of its own."""

from bot.simulator.shapes import JsonObject
from bot.simulator.state import Guild, Member, Role
from bot.simulator.world import World


def add_bot(world: World, guild: Guild, granted: int, position: int | None) -> None:
    """Make the bot a member with its managed role, at a position or above all others."""
    bot = world.bot
    top = max((role.position for role in guild.roles.values()), default=0) + 1
    place = top if position is None else max(1, min(position, top))
    for role in guild.roles.values():
        if role.position >= place:
            role.position += 1
    tags: JsonObject = {"bot_id": str(bot.id)}
    role = Role(
        id=world.mint(), name=bot.username, permissions=granted, position=place, managed=True, tags=tags
    )
    guild.roles[role.id] = role
    guild.members[bot.id] = Member(user_id=bot.id, joined_at=world.clock.stamp(), roles=[role.id])
