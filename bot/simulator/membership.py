"""Coming and going: the bot with its managed role, and anybody who leaves, is kicked or banned."""

from bot.simulator import emojis, payloads, references
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


def remove(world: World, guild: Guild, user_id: int) -> None:
    """Take a member out, and with a bot its managed role; what they wrote stays. Nothing happens to who is no member.

    The application's own bot hears GUILD_DELETE and, being gone, nothing after it.
    """
    if guild.members.pop(user_id, None) is None:
        return
    if user_id == world.application.bot_id:
        world.hub.dispatch("GUILD_DELETE", {"id": str(guild.id)})
    else:
        user = payloads.user(world.users[user_id])
        world.emit("GUILD_MEMBER_REMOVE", guild, {"guild_id": str(guild.id), "user": user})
    for role in [each for each in guild.roles.values() if _belongs_to(each, user_id)]:
        forget_role(guild, role)
        references.forget_role(guild, role.id)
        world.emit("GUILD_ROLE_DELETE", guild, {"guild_id": str(guild.id), "role_id": str(role.id)})
        emojis.forget_role(world, guild, role.id)


def _belongs_to(role: Role, bot_id: int) -> bool:
    return role.managed and role.tags is not None and role.tags.get("bot_id") == str(bot_id)


def forget_role(guild: Guild, role: Role) -> None:
    """The role with its overwrites and everyone's membership."""
    del guild.roles[role.id]
    for channel in guild.channels.values():
        if role.id in channel.overwrites:
            channel.overwrites = {key: each for key, each in channel.overwrites.items() if key != role.id}
    for member in guild.members.values():
        if role.id in member.roles:
            member.roles.remove(role.id)
