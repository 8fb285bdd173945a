"""Law 8, at the claim: what the asker may do by hand can have changed since they asked."""

from msgspec.structs import replace

from core.actor import Actor, GuildPermissions
from core.discord.gateway import DiscordGateway
from core.discord.permissions import Permission
from core.guilds.states import CLOSED
from core.jobs.errors import JobFailed
from core.jobs.schemas import Claim
from core.jobs.spec import AnySpec
from core.rights import least_role
from core.uow import Database, UnitOfWork


async def check_authority(
    claim: Claim, spec: AnySpec, database: Database, gateway: DiscordGateway | None
) -> None:
    """Raises `JobFailed`. Without a gateway it goes by what the bot last saw of the asker."""
    actor, guild_id = claim.job.actor, claim.job.guild_id or ""
    async with database.read() as unit:
        if await _is_left_behind(unit, claim, spec, guild_id):
            return
        if not await unit.accounts.is_live(actor):
            raise JobFailed(
                f"What {actor.name} asked with holds no more: the token was revoked or has expired, or they are no "
                "owner of this installation any more.",
                code="authority_lost",
            )
    if actor.is_owner:
        return
    if actor.discord_user_id is None:
        raise JobFailed("Nobody can say any more what the asker may do.", code="authority_lost")
    now = await _asker_now(actor, guild_id, actor.discord_user_id, database, gateway)
    if now is None:
        raise JobFailed(f"{actor.name} is no member of guild {guild_id} any more.", code="authority_lost")
    if not now.unscoped().may(guild_id, spec.needed_right):
        raise JobFailed(
            f"{actor.name} is {now.role_in(guild_id).value} there by now: {spec.needed_right} needs "
            f"{least_role(spec.needed_right).value}.",
            code="authority_lost",
        )
    if not now.could(guild_id, Permission(spec.bits)):
        raise JobFailed(
            f"{actor.name} has lost the permission to do this since asking for it.", code="authority_lost"
        )


async def _is_left_behind(unit: UnitOfWork, claim: Claim, spec: AnySpec, guild_id: str) -> bool:
    """Whether there is nothing left to do in the guild but to see that it is done. Raises `JobFailed` where nothing
    may be."""
    state = await unit.guilds.state_of(guild_id) if guild_id else None
    if state == "left" and spec.leaves and claim.number > 1:
        return True
    # What an owner sends away is left, whatever was decided of it.
    may_leave = spec.leaves and claim.job.actor.is_owner and state in CLOSED
    if guild_id and state != "approved" and not may_leave and not spec.about:
        raise JobFailed(
            f"Guild {guild_id} is {state or 'unknown'} by now: nothing can be done there.",
            code=f"guild_{state or 'unknown'}",
        )
    return False


async def _asker_now(
    actor: Actor, guild_id: str, user_id: str, database: Database, gateway: DiscordGateway | None
) -> Actor | None:
    """None for who is no member."""
    if gateway is None:
        async with database.read() as unit:
            seen = await unit.access.resolve(replace(actor, in_guild=None, guilds=()))
        return None if seen.standing_in(guild_id) is None else seen
    bits = await gateway.read_member_permissions(guild_id, user_id)
    member = await gateway.read_member(guild_id, user_id)
    if bits is None or member is None:
        return None
    standing = GuildPermissions(guild_id=guild_id, bits=bits, role_ids=member.role_ids)
    async with database.read() as unit:
        return await unit.access.resolve(replace(actor, in_guild=standing, guilds=()))
