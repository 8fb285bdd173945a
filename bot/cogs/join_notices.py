"""The buttons under a guild that waits to be approved: an owner presses them in their direct messages."""

from typing import Any

import disnake
from disnake.ext import commands

from bot.asker import Owners, asker_of
from bot.ui.answers import answering
from core.actor import SYSTEM
from core.errors import Conflict
from core.guilds.join_messages import GuildPress, decision_text, read_press
from core.guilds.schemas import Guild
from core.guilds.states import Decision
from core.uow import Database

_DECISIONS: dict[str, Decision] = {"approve": "approved", "reject": "rejected"}
_Pressed = disnake.MessageInteraction[Any]
NOT_AN_OWNER = "Only an owner of this installation may decide this, and you are none any more."


class JoinNoticeCog(commands.Cog):
    """No view is kept in memory, so the buttons work after a restart. Who presses is asked for at the press."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners

    @commands.Cog.listener()
    async def on_button_click(self, pressed: _Pressed) -> None:
        press = read_press(pressed.component.custom_id)
        if press is None:
            return
        if pressed.author.id not in await self._owners.known():
            await pressed.response.send_message(NOT_AN_OWNER, ephemeral=True)
            return
        await pressed.response.defer()
        async with answering(pressed):
            guild = await self._decided(pressed, press)
            await pressed.edit_original_response(content=decision_text(guild), embeds=[], components=[])

    async def _decided(self, pressed: _Pressed, press: GuildPress) -> Guild:
        """The guild, with what somebody else has decided before where that cannot be decided any more."""
        actor = await asker_of(pressed, self._owners, self._database)
        try:
            async with self._database.unit() as unit:
                guild = await unit.guilds.get(actor, press.guild_id)
                if guild.state != "pending":
                    return guild
                decision = _DECISIONS[press.choice]
                return (await unit.guild_reviews.decide(actor, press.guild_id, decision)).guild
        except Conflict:
            async with self._database.read() as unit:
                return await unit.guilds.get(SYSTEM, press.guild_id)
