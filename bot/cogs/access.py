"""`/access`: who has access to this server's part of the installation, and what is granted to them."""

from typing import Any, Literal, TypeAlias

import disnake
from disnake.ext import commands

from bot.asker import Owners, asker_of, guild_of
from bot.people import person_of
from bot.ui.access import members_text, taken_back_text, told_text
from bot.ui.answers import answering
from core.errors import Conflict, NotFound
from core.uow import Database

_Asked = disnake.ApplicationCommandInteraction[Any]
_Reason = commands.String[str, 1, 500]
_Role: TypeAlias = Literal["admin", "moderator", "user", "guest"]


class AccessCog(commands.Cog):
    """The service decides who may; `default_member_permissions` only hides what most would be refused."""

    def __init__(self, database: Database, owners: Owners) -> None:
        self._database = database
        self._owners = owners

    @commands.slash_command(
        default_member_permissions=disnake.Permissions(manage_guild=True),
        contexts=disnake.InteractionContextTypes(guild=True),
        install_types=disnake.ApplicationInstallTypes(guild=True),
    )
    async def access(self, asked: _Asked) -> None:
        """Who may do what with the bot in this server."""

    @access.sub_command()
    async def show(self, asked: _Asked, member: disnake.Member | None = None) -> None:
        """Who has access, or what one member is and why.

        Parameters
        ----------
        member: Only this one
        """
        async with answering(asked):
            guild_id = str(guild_of(asked).id)
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.read() as unit:
                if member is None:
                    page = await unit.grants.list(actor, guild_id, limit=200)
                    text = members_text(page.items, is_all=page.next_cursor is None)
                else:
                    text = told_text(await unit.grants.look(actor, person_of(member)))
            await asked.edit_original_response(content=text)

    @access.sub_command()
    async def grant(
        self, asked: _Asked, member: disnake.Member, role: _Role, reason: _Reason | None = None
    ) -> None:
        """Make a member something else than Discord says they are.

        Parameters
        ----------
        member: Who
        role: What they are here then; a guest is shut out
        reason: Why; it is kept and shown
        """
        async with answering(asked):
            if member.bot:
                raise Conflict("Bots log in nowhere: there is nothing to grant to them.")
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                shown = await unit.grants.put_member(actor, person_of(member), role, reason)
            await asked.edit_original_response(content=told_text(shown))

    @access.sub_command()
    async def revoke(self, asked: _Asked, member: disnake.Member) -> None:
        """Take back what was granted to a member: they are what Discord says again.

        Parameters
        ----------
        member: Whose grant
        """
        async with answering(asked):
            guild_id = str(guild_of(asked).id)
            actor = await asker_of(asked, self._owners, self._database)
            async with self._database.unit() as unit:
                shown = await unit.grants.look(actor, person_of(member))
                if shown.account_id is None:
                    raise NotFound(f"Nothing was granted to {shown.name} here.")
                shown = await unit.grants.remove(actor, guild_id, shown.account_id) or shown
            await asked.edit_original_response(content=taken_back_text(shown))
