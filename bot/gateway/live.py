"""What every part of the gateway stands on: a client that is connected, and guilds that it knows."""

import disnake

from bot.calls import Calls
from bot.connection import Connection
from core.discord.errors import GatewayAbsent, GuildAbsent
from core.discord.types import Snowflake

RESUME_PATIENCE = 2.0


class Live:
    """`calls` may be shared with whatever else speaks to Discord in this process."""

    def __init__(self, client: disnake.Client, connection: Connection, calls: Calls) -> None:
        self._client = client
        self._connection = connection
        self._calls = calls

    async def _require_live(self) -> None:
        self._calls.require_open()
        if not self._connection.live and not await self._connection.back_within(RESUME_PATIENCE):
            raise GatewayAbsent("The bot has lost its connection to Discord and is not back yet.")

    async def _live_guild(self, guild_id: Snowflake) -> disnake.Guild:
        await self._require_live()
        return self._guild(guild_id)

    def _guild(self, guild_id: Snowflake) -> disnake.Guild:
        self._calls.require_open()
        guild = self._client.get_guild(int(guild_id))
        if guild is None:
            raise GuildAbsent(f"The bot is not in guild {guild_id}.")
        if guild.unavailable:
            raise GatewayAbsent(f"Guild {guild_id} has an outage at Discord right now.")
        return guild
