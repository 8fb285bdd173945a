"""The bot is added to a guild by somebody who may (docs: Topics > OAuth2 > Bot Authorization Flow)."""

from bot.simulator import audit, payloads
from bot.simulator.errors import refuse
from bot.simulator.membership import add_bot
from bot.simulator.permissions import MANAGE_GUILD
from bot.simulator.routing import Call
from bot.simulator.state import Application, Guild, Member, Role, User
from bot.simulator.state.applications import ACCEPTED

_BOTTOM = 1


def may_add(application: Application, user: User) -> bool:
    """A private app is added by its owner or the owner's team only (docs: Application, ``bot_public``; Teams)."""
    team = application.team
    if application.bot_public:
        return True
    if team is None:
        return user.id == application.owner_id
    return any(member.user_id == user.id and member.state == ACCEPTED for member in team.members)


def installable(call: Call, guild_id: int | None) -> Guild:
    """The guild, if the actor may add the bot to it."""
    world = call.world
    guild = None if guild_id is None else world.guilds.get(guild_id)
    if guild is None or call.actor_id not in guild.members:
        raise refuse(10004)
    call.standing(guild).require(MANAGE_GUILD)
    if not may_add(world.application, world.users[call.actor_id]):
        raise refuse(20012)
    return guild


def install(call: Call, guild: Guild, permissions: int) -> None:
    """The bot joins with a managed role at the bottom. Adding it again changes what its role grants.

    Neither is documented; both are what servers see: no role when no permission is asked for, and a role that the
    owner then has to drag above others.
    """
    world = call.world
    if not world.bot_in(guild):
        if permissions:
            add_bot(world, guild, permissions, _BOTTOM)
        else:
            bot = world.bot
            guild.members[bot.id] = Member(user_id=bot.id, joined_at=world.clock.stamp())
        world.adopt(guild)
        audit.record(call, guild, audit.BOT_ADD, world.application.bot_id)
        return
    role = own_role(guild, world.application.bot_id)
    if role is None or role.permissions == permissions:
        return
    before = payloads.role(role)
    role.permissions = permissions
    after = payloads.role(role)
    world.emit("GUILD_ROLE_UPDATE", guild, {"guild_id": str(guild.id), "role": after})
    changed = audit.changes(before, after, audit.ROLE_KEYS)
    audit.record(call, guild, audit.ROLE_UPDATE, role.id, changed)


def own_role(guild: Guild, bot_id: int) -> Role | None:
    """The bot's managed role."""
    wanted = str(bot_id)
    return next((role for role in guild.roles.values() if (role.tags or {}).get("bot_id") == wanted), None)
