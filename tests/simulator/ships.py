"""A guild in the cache of a connected disnake client, beside the simulator's state."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import disnake
from disnake import PermissionOverwrite as Allows

from tests.simulator.calls import Control, until
from tests.simulator.twins import Twins

COMMUNITY: dict[str, Any] = {
    "features": ["COMMUNITY"],
    "roles": [{"name": name} for name in ("Crew", "a", "b", "c")],
    "channels": [
        {"name": "Deck", "type": 4, "permission_overwrites": [{"role": "Crew", "allow": ["VIEW_CHANNEL"]}]},
        {"name": "Hold", "type": 4, "permission_overwrites": [{"role": "@everyone", "deny": ["CONNECT"]}]},
    ],
    "members": [{"username": "ada"}],
}


class Ship:
    """A guild in a connected client's cache."""

    def __init__(self, guild: disnake.Guild, both: Twins) -> None:
        self.guild = guild
        self.both = both
        self.deck, self.hold = guild.categories
        self.crew = next(role for role in guild.roles if role.name == "Crew")
        ada = guild.get_member_named("ada")
        assert ada is not None
        self.sets = {self.crew: Allows(view_channel=True), ada: Allows(send_messages=False)}

    async def agree(self) -> None:
        await self.both.agree()

    async def cached(self, channel: Any) -> Any:
        """A channel just made, as the cache has it: its event brings another object than the method returned."""
        await until(lambda: self.guild.get_channel(channel.id) is not channel)
        await self.agree()
        return self.guild.get_channel(channel.id)


@asynccontextmanager
async def aboard(
    sim: Control, connect: Any, twins: Callable[[disnake.Client], Twins]
) -> AsyncGenerator[Ship]:
    made = await sim.guild(**COMMUNITY)
    bot = disnake.Client(intents=disnake.Intents.all(), guild_ready_timeout=0.1)
    async with connect(bot):
        guild = bot.get_guild(int(made["id"]))
        assert guild is not None
        yield Ship(guild, twins(bot))
