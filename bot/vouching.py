"""Whether an owner of this installation is an administrator of a guild: then nobody has to approve it."""

from bot.asker import Owners
from core.discord.errors import GatewayAbsent
from core.discord.gateway import DiscordGateway
from core.discord.permissions import Permission
from core.discord.types import Snapshot, Snowflake


class Vouching:
    def __init__(self, owners: Owners, gateway: DiscordGateway) -> None:
        self._owners = owners
        self._gateway = gateway

    async def is_vouched(self, guild: Snapshot) -> bool:
        """Asks Discord about an owner only while the guild's members are still arriving."""
        owners = sorted(map(str, await self._owners.known()))
        if guild.owner_id in owners:
            return True
        return any([await self._is_administrator(guild, owner) for owner in owners])

    async def _is_administrator(self, guild: Snapshot, user_id: Snowflake) -> bool:
        try:
            member = await self._gateway.read_member(guild.guild_id, user_id)
        except GatewayAbsent:
            member = await self._gateway.look_at_member(guild.guild_id, user_id)
        if member is None:
            return False
        held = {guild.guild_id, *member.role_ids}
        return any(role.permissions & Permission.ADMINISTRATOR for role in guild.roles if role.id in held)
