"""Where nothing may be done, every command says so, and who can change that."""

from typing import Any, Final

import disnake
from disnake.ext import commands
from sqlalchemy.exc import SQLAlchemyError

from bot.asker import Owners
from bot.ui.answers import say
from bot.ui.review import closed_text
from core.actor import SYSTEM
from core.errors import NotFound
from core.guilds.states import CLOSED
from core.uow import Database

ALWAYS: Final = frozenset({"guild"})
"""Commands that decide just this."""
_Asked = disnake.ApplicationCommandInteraction[Any]


class GuildClosed(commands.CheckFailure):
    """It was answered already."""


def keep_closed(bot: commands.InteractionBot, database: Database, owners: Owners) -> None:
    """Answers for every command of a guild that is not approved. Where that cannot be told, because nobody has heard of
    the guild or PostgreSQL is away, the command goes on: its service refuses by itself, and the command says why."""

    async def is_open(asked: _Asked) -> bool:
        if asked.guild_id is None or asked.application_command.qualified_name.split(" ")[0] in ALWAYS:
            return True
        try:
            async with database.read() as unit:
                guild = await unit.guilds.get(SYSTEM, str(asked.guild_id))
        except (NotFound, SQLAlchemyError, OSError):
            return True
        if guild.state not in CLOSED:
            return True
        await asked.response.defer(ephemeral=True)
        await say(asked, closed_text(guild, owners.ids))
        raise GuildClosed(guild.state)

    async def on_slash_command_error(asked: _Asked, error: commands.CommandError) -> None:
        if not isinstance(error, GuildClosed):
            raise error

    # disnake leaves open what its checks take.
    bot.add_app_command_check(is_open, slash_commands=True)  # pyright: ignore[reportUnknownMemberType]
    bot.add_listener(on_slash_command_error, "on_slash_command_error")
