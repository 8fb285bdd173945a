"""`/guild`: whether anything may be done in this server, decided by an owner of the installation."""

from typing import Any

import disnake
from disnake.ext import commands

from bot.asker import Owners, asker_of, guild_of
from bot.ui.answers import answering
from bot.ui.review import reviewed_text
from core.guilds.states import Decision
from core.uow import Database

_Asked = disnake.ApplicationCommandInteraction[Any]
_Reason = commands.String[str, 1, 500]


class GuildCog(commands.Cog):
    """The service decides who may; `default_member_permissions` only hides what most would be refused."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def guild(self, asked: _Asked) -> None:
        """Whether the bot works in this server."""

    @guild.sub_command()
    async def approve(self, asked: _Asked, reason: _Reason | None = None) -> None:
        """Let the bot work here.

        Parameters
        ----------
        reason: Why; it is kept and shown
        """
        await self._decide(asked, "approved", reason)

    @guild.sub_command()
    async def reject(self, asked: _Asked, reason: _Reason | None = None, leave: bool = False) -> None:
        """Do not let the bot work here.

        Parameters
        ----------
        reason: Why; it is kept and shown
        leave: Whether the bot leaves this server, too
        """
        await self._decide(asked, "rejected", reason, leave=leave)

    @guild.sub_command()
    async def suspend(self, asked: _Asked, reason: _Reason | None = None) -> None:
        """Stop everything here until it is approved again.

        Parameters
        ----------
        reason: Why; it is kept and shown
        """
        await self._decide(asked, "suspended", reason)

    @guild.sub_command()
    async def ban(self, asked: _Asked, reason: _Reason | None = None, leave: bool = False) -> None:
        """Stop everything here for good.

        Parameters
        ----------
        reason: Why; it is kept and shown
        leave: Whether the bot leaves this server, too
        """
        await self._decide(asked, "banned", reason, leave=leave)

    async def _decide(
        self, asked: _Asked, decision: Decision, reason: str | None, *, leave: bool = False
    ) -> None:
        async with answering(asked):
            guild, actor = guild_of(asked), await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                reviewed = await unit.guild_reviews.decide(
                    actor, str(guild.id), decision, reason=reason, leave=leave
                )
            await asked.edit_original_response(content=reviewed_text(reviewed))
