"""Who asks, over Discord: an interaction's author as core's actor."""

import logging
from collections.abc import Collection
from typing import Any, TypeAlias

import aiohttp
import disnake
from sqlalchemy.exc import SQLAlchemyError

from bot.translate import member_permissions_of
from core.actor import Actor, GuildPermissions
from core.discord.types import Snowflake
from core.errors import NotFound
from core.rights import Right
from core.uow import Database

log = logging.getLogger(__name__)
Asked: TypeAlias = (
    disnake.ApplicationCommandInteraction[Any]
    | disnake.MessageInteraction[Any]
    | disnake.ModalInteraction[Any]
)


class Owners:
    """The people who own this installation: the application's owner, or the admins of the team that owns it; and who
    is named by a setting.

    Of the application nobody, until Discord has said who; asked again at each new session, because teams change.
    """

    def __init__(
        self, bot: disnake.Client, named: Collection[str] = (), database: Database | None = None
    ) -> None:
        self._bot = bot
        self._named = frozenset(map(int, named))
        self._database = database
        self._has_told = False
        self._unkept: frozenset[int] | None = None
        self.ids = self._named

    async def known(self) -> frozenset[int]:
        """Asked for now, if they were not before."""
        if not self._has_told:
            await self.ask()
        return self.ids

    async def ask(self) -> None:
        """Keeps what was known if Discord does not answer."""
        try:
            of_application = owners_of(await self._bot.application_info())
            self.ids, self._unkept = self._named | of_application, of_application
            self._has_told = True
        except (disnake.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("Discord does not say who owns the application: %s", error)
        await self.keep()

    async def keep(self) -> None:
        """Where HTTP finds them; later, if PostgreSQL is away."""
        if self._unkept is None or self._database is None:
            return
        try:
            async with self._database.unit() as unit:
                await unit.accounts.note_application_owners(frozenset(map(str, self._unkept)))
            self._unkept = None
        except (SQLAlchemyError, OSError) as error:
            log.warning("Who owns the application is written down later: %s", error)


def owners_of(application: disnake.AppInfo) -> frozenset[int]:
    """Of a team: its owner and who accepted being an admin. Developers and readers own nothing."""
    team = application.team
    if team is None:
        return frozenset({application.owner.id})
    admins = {
        member.id
        for member in team.members
        if member.role is disnake.TeamMemberRole.admin
        and member.membership_state is disnake.TeamMembershipState.accepted
    }
    return frozenset(admins if team.owner_id is None else {*admins, team.owner_id})


async def asker_of(asked: Asked, owners: Owners, database: Database) -> Actor:
    """With their account, and what the guild has made of them."""
    await owners.keep()
    async with database.read() as unit:
        return await unit.access.resolve(actor_of(asked, owners.ids))


async def entitled(asked: Asked, owners: Owners, database: Database, right: Right) -> tuple[Snowflake, Actor]:
    """The guild, and who asks. The service asks again; who may not is told so before what they typed is judged."""
    guild_id, actor = str(guild_of(asked).id), await asker_of(asked, owners, database)
    actor.require(guild_id, right)
    return guild_id, actor


def actor_of(asked: Asked, owner_ids: Collection[int]) -> Actor:
    """Bits are those of the guild. What Discord resolves with an interaction is of one channel, where an overwrite
    may have added to them: nobody may change a whole guild because of that."""
    author = asked.author
    return Actor(
        kind="account",
        via="discord",
        name=author.name,
        discord_user_id=str(author.id),
        is_owner=author.id in owner_ids,
        in_guild=None if asked.guild is None else _in_guild(author),
        request_id=str(asked.id),
    )


def _in_guild(author: disnake.User | disnake.Member) -> GuildPermissions | None:
    if not isinstance(author, disnake.Member):
        return None
    return GuildPermissions(
        guild_id=str(author.guild.id),
        bits=member_permissions_of(author),
        role_ids=tuple(str(role.id) for role in author.roles if not role.is_default()),
    )


def guild_of(asked: Asked) -> disnake.Guild:
    """Raises `NotFound` outside guilds, and in one that the bot is not in as a member."""
    if asked.guild is None:
        raise NotFound("This works in a guild that the bot is a member of.")
    return asked.guild
