"""Keeping what people are in guilds in step with the connection, so that HTTP knows of it too, within a second or two.

Whatever was told is read from the cache as it is by then: order and repetition do not matter.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import disnake
from disnake.ext import commands

from bot.debounce import Debounced
from bot.patience import while_away
from bot.translate import guild_bits_of
from core.access.schemas import Person
from core.guilds.mapping import CHANNEL
from core.listening import listen
from core.uow import Database
from workers.ending import end

log = logging.getLogger(__name__)
_QUIET, _LONGEST = 0.2, 1.0
_ARRIVING_SECONDS = 2.0
_AT_ONCE = 500


class KeptPeople:
    def __init__(self, bot: commands.InteractionBot, database: Database) -> None:
        self._bot = bot
        self._database = database
        self._changed: dict[str, set[int] | None] = {}
        self._changes = Debounced(self._keep, quiet=_QUIET, longest=_LONGEST)
        for heard in (
            self.on_member_join,
            self.on_member_remove,
            self.on_member_update,
            self.on_guild_role_update,
            self.on_guild_role_delete,
            self.on_guild_update,
            self.on_guild_available,
            self.on_resumed,
        ):
            bot.add_listener(heard)

    def everybody(self, guild_id: str) -> None:
        """All of the guild are to be looked at."""
        self._changed[guild_id] = None
        self._changes.poke(guild_id)

    def somebody(self, guild_id: str, user_id: int) -> None:
        changed = self._changed.setdefault(guild_id, set())
        if changed is not None:
            changed.add(user_id)
        self._changes.poke(guild_id)

    async def close(self) -> None:
        await self._changes.close()

    @asynccontextmanager
    async def hearing(self, dsn: str) -> AsyncGenerator[None]:
        """For as long as the block lasts: also of accounts that are new, and of guilds that map anew."""
        task = asyncio.create_task(listen(dsn, CHANNEL, self._heard, connected=self._all))
        try:
            yield
        finally:
            await end(task)
            await self.close()

    def _heard(self, payload: str) -> None:
        kind, _, name = payload.partition(" ")
        if kind == "guild":
            self.everybody(name)
        elif kind == "user" and name.isdecimal():
            for guild in self._bot.guilds:
                self.somebody(str(guild.id), int(name))

    def _all(self) -> None:
        for guild in self._bot.guilds:
            self.everybody(str(guild.id))

    async def on_member_join(self, member: disnake.Member) -> None:
        self.somebody(str(member.guild.id), member.id)

    async def on_member_remove(self, member: disnake.Member) -> None:
        self.somebody(str(member.guild.id), member.id)

    async def on_member_update(self, before: disnake.Member, after: disnake.Member) -> None:
        self.somebody(str(after.guild.id), after.id)

    async def on_guild_role_update(self, before: disnake.Role, after: disnake.Role) -> None:
        if before.permissions != after.permissions:
            self.everybody(str(after.guild.id))

    async def on_guild_role_delete(self, role: disnake.Role) -> None:
        self.everybody(str(role.guild.id))

    async def on_guild_update(self, before: disnake.Guild, after: disnake.Guild) -> None:
        if before.owner_id != after.owner_id:
            self.everybody(str(after.id))

    async def on_guild_available(self, guild: disnake.Guild) -> None:
        self.everybody(str(guild.id))

    async def on_resumed(self) -> None:
        self._all()

    async def _keep(self, guild_id: str) -> None:
        try:
            await while_away(lambda: self._keep_as_it_is(guild_id))
        except Exception:
            log.exception("What people are in guild %s could not be kept", guild_id)

    async def _keep_as_it_is(self, guild_id: str) -> None:
        guild = self._bot.get_guild(int(guild_id))
        if guild is None or guild.unavailable:
            return
        async with self._database.unit() as unit:
            await unit.access.lock(guild_id)
            changed = self._changed.pop(guild_id, None)
            try:
                if changed is None:
                    people = await _people_of(guild.members)
                    await unit.access.keep_guild(guild_id, people, complete=guild.chunked)
                else:
                    there = [member for user_id in changed if (member := guild.get_member(user_id))]
                    gone = changed - {member.id for member in there} if guild.chunked else set[int]()
                    await unit.access.keep_people(guild_id, await _people_of(there), {*map(str, gone)})
            except BaseException:
                self._changed[guild_id] = None
                raise
        if not guild.chunked:
            # Nobody says when the last of the members has arrived.
            asyncio.get_running_loop().call_later(_ARRIVING_SECONDS, self._look_again, guild_id)

    def _look_again(self, guild_id: str) -> None:
        if not self._bot.is_closed():
            self.everybody(guild_id)


async def _people_of(members: Iterable[disnake.Member]) -> list[Person]:
    """No bots: these log in nowhere. Of many a few at a time, so that nothing else has to wait."""
    people: list[Person] = []
    for number, member in enumerate(tuple(members)):
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        if not member.bot:
            people.append(person_of(member))
    return people


def person_of(member: disnake.Member) -> Person:
    """As the cache knows them."""
    return Person(
        guild_id=str(member.guild.id),
        user_id=str(member.id),
        name=member.global_name or member.name,
        bits=guild_bits_of(member),
        role_ids=tuple(str(role.id) for role in member.roles if not role.is_default()),
        is_guild_owner=member.guild.owner_id == member.id,
        timed_out_until=member.current_timeout,
    )
