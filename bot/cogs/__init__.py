"""The slash commands: a feature is a file here, and none knows another."""

from disnake.ext import commands

from bot.asker import Owners
from bot.client import GuildwrightBot
from bot.closed import keep_closed
from bot.cogs.access import AccessCog
from bot.cogs.announce import AnnounceCog
from bot.cogs.guild import GuildCog
from bot.cogs.guildwright import GuildwrightCog
from bot.cogs.join_notices import JoinNoticeCog
from bot.cogs.schedule import ScheduleCog
from bot.cogs.template import TemplateCog
from core.uow import Database


def add_cogs(bot: GuildwrightBot, database: Database, *, version: str) -> Owners:
    """To be called before the login, which registers the commands."""
    owners = Owners(bot, database.people.owner_ids, database)
    bot.add_listener(owners.ask, "on_connect")
    bot.add_cog(GuildwrightCog(bot, database, owners, version=version))
    bot.add_cog(GuildCog(database, owners))
    bot.add_cog(AccessCog(database, owners))
    bot.add_cog(JoinNoticeCog(database, owners))
    bot.add_cog(AnnounceCog(database, owners))
    bot.add_cog(ScheduleCog(database, owners))
    bot.add_cog(TemplateCog(database, owners))
    keep_closed(bot, database, owners)
    require_declared(bot)
    return owners


def require_declared(bot: commands.InteractionBot) -> None:
    """Deny by default (law 10): raises `ValueError` for a command that does not say whom Discord shows it to, or
    that could be used outside guilds."""
    for command in bot.application_commands:
        if command.default_member_permissions is None:
            raise ValueError(f"The command {command.name} declares no default_member_permissions.")
        contexts = command.contexts
        if contexts is None or contexts.bot_dm or contexts.private_channel:
            raise ValueError(f"The command {command.name} is not declared for guilds only.")
