"""What people are in guilds: resolved wherever an actor is made, and kept in step with what the bot sees.

While the bot is away all of it stands still as it was last seen; so it does for a guild that the bot was removed from,
of which nothing but the stored past is left to be read.
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from core.access.mapping import NOBODY, access_of, bits_now, matters, spread
from core.access.models import MembershipModel
from core.access.repository import MembershipRepository
from core.access.schemas import Access, MyGuild, Person
from core.accounts.owning import owns
from core.accounts.schemas import LoginGuild
from core.actor import Actor, GuildPermissions
from core.clock import Clock
from core.discord.permissions import Permission
from core.discord.types import Snowflake
from core.guilds.mapping import CHANNEL, AccessMapping
from core.rights import Right, Role

_INSTALLATION = Access(Role.OWNER, "installation")
_INVITES = Permission.MANAGE_GUILD | Permission.ADMINISTRATOR


class AccessService:
    def __init__(
        self, members: MembershipRepository, clock: Clock, *, owner_ids: frozenset[str] = frozenset()
    ) -> None:
        self._members = members
        self._clock = clock
        self._owner_ids = owner_ids

    async def resolve(self, actor: Actor) -> Actor:
        """The actor with what they are in guilds: over HTTP in all of them, as far as the bot has seen it; of a
        command in its own, where Discord has just said what they are there. For owners over HTTP there is nothing to
        look up."""
        if actor.discord_user_id is None:
            return actor
        if actor.in_guild is not None:
            return await self._in_its_guild(actor, actor.in_guild, actor.discord_user_id)
        if actor.is_owner or actor.account_id is None:
            return actor
        rows = await self._members.standings(actor.discord_user_id, actor.account_id)
        return replace(actor, guilds=tuple(map(self._standing, rows)))

    async def my_guilds(self, actor: Actor) -> tuple[MyGuild, ...]:
        """Those that the actor is in and the bot is or was in; then those to which they could have invited it when
        they last logged in."""
        actor.require_scope(Right.GUILDS_READ)
        if actor.account_id is None or actor.discord_user_id is None:
            return ()
        rows = await self._members.guilds_of(actor.discord_user_id, actor.account_id)
        known = tuple(
            MyGuild(
                guild_id=row.MembershipModel.guild_id,
                name=row.name,
                access=_INSTALLATION if actor.is_owner else self._access(row),
                state=row.state,
                has_bot=row.state != "left",
            )
            for row in rows
            if actor.reaches(row.MembershipModel.guild_id)
        )
        ids = {guild.guild_id for guild in known}
        return known + tuple(
            MyGuild(guild_id=each.id, name=each.name, access=NOBODY, state=None, has_bot=False)
            for each in await self._members.login_guilds(actor.account_id)
            if each.id not in ids and actor.reaches(each.id)
        )

    async def admins_among(
        self, guild_id: Snowflake, user_ids: Collection[Snowflake]
    ) -> frozenset[Snowflake]:
        """Those of these people who are administrators of the guild by what they are there; who only owns the
        installation is not."""
        rows = await self._members.members_among(guild_id, user_ids)
        return frozenset(row.MembershipModel.user_id for row in rows if self._access(row).role is Role.ADMIN)

    async def member(self, guild_id: Snowflake, user_id: Snowflake) -> tuple[datetime, Person] | None:
        """As last seen, and when anything about them was last seen to change. None for who is no member, and for one
        who means nothing here: no account, and no more than a user."""
        rows = await self._members.members_among(guild_id, [user_id])
        return next(((row.MembershipModel.seen_at, _person(row.MembershipModel)) for row in rows), None)

    async def lock(self, guild_id: Snowflake) -> None:
        """Nobody else keeps the people of this guild until the transaction ends: who reads after it reads the
        newest."""
        await self._members.lock(guild_id)

    async def keep_guild(
        self, guild_id: Snowflake, members: Iterable[Person], *, complete: bool = True
    ) -> None:
        """Keeps of all members of a guild those for whom it means something, and of nobody else, unless the list is
        not `complete`. Nothing of a guild that was never heard of."""
        known = await self._members.mapping_of(guild_id)
        if known is None:
            return
        mapping, named = known[0] or AccessMapping(), await self._members.with_account()
        kept = [person for person in members if person.user_id in named or matters(person, mapping)]
        await self._members.put(kept)
        if complete:
            await self._members.remove_others(guild_id, {person.user_id for person in kept})

    async def keep_people(
        self, guild_id: Snowflake, members: Collection[Person], gone: Collection[Snowflake] = ()
    ) -> None:
        """The same of some; those of `gone` are no members any more."""
        known = await self._members.mapping_of(guild_id)
        if known is None:
            return
        mapping = known[0] or AccessMapping()
        named = await self._members.with_account({person.user_id for person in members})
        kept = [person for person in members if person.user_id in named or matters(person, mapping)]
        await self._members.put(kept)
        rest = {person.user_id for person in members} - {person.user_id for person in kept}
        if leave := rest | set(gone):
            await self._members.remove(guild_id, leave)

    async def note_login(
        self, account_id: uuid.UUID, user_id: Snowflake, name: str, guilds: Collection[LoginGuild]
    ) -> None:
        """Has the bot look at who has come. Until it has, what Discord tells of them at the login is taken for guilds
        in which nothing was known of them. Of guilds without the bot those are kept to which they could invite it."""
        present = await self._members.known_guilds([each.id for each in guilds])
        people = [
            Person(
                guild_id=each.id,
                user_id=user_id,
                name=name,
                bits=spread(each.bits, is_guild_owner=each.is_owner),
                is_guild_owner=each.is_owner,
            )
            for each in guilds
            if each.id in present
        ]
        await self._members.put(people, replaces=False)
        others = tuple(
            each for each in guilds if each.id not in present and (each.is_owner or each.bits & int(_INVITES))
        )
        await self._members.put_login_guilds(account_id, others, self._clock())
        await self.look_at(user_id)

    async def look_at(self, user_id: Snowflake) -> None:
        """The bot is to look at a person in all guilds, because they have an account now, or none any more."""
        await self._members.notify(CHANNEL, f"user {user_id}")

    async def _in_its_guild(self, actor: Actor, standing: GuildPermissions, user_id: Snowflake) -> Actor:
        row = await self._members.asker(standing.guild_id, user_id)
        account, granted = row.AccountModel, row.granted
        access = access_of(
            standing,
            is_guild_owner=row.owner_id == user_id,
            mapping=row.mapping or AccessMapping(),
            grant=None if granted is None else Role(granted),
        )
        return replace(
            actor,
            account_id=actor.account_id if account is None else account.id,
            is_owner=actor.is_owner or (account is not None and owns(account, self._owner_ids)),
            in_guild=replace(standing, role=access.role),
        )

    def _standing(self, row: Any) -> GuildPermissions:
        return replace(self.standing_of(row.MembershipModel), role=self._access(row).role)

    def _access(self, row: Any) -> Access:
        member = row.MembershipModel
        return access_of(
            self.standing_of(member),
            is_guild_owner=member.is_guild_owner,
            mapping=row.mapping or AccessMapping(),
            grant=None if row.granted is None else Role(row.granted),
        )

    def standing_of(self, member: MembershipModel | Person) -> GuildPermissions:
        """What is left of it in a time-out."""
        until = member.timed_out_until
        return GuildPermissions(
            guild_id=member.guild_id,
            bits=bits_now(member.bits, timed_out=until is not None and until > self._clock()),
            role_ids=member.role_ids,
        )


def _person(model: MembershipModel) -> Person:
    return Person(**{name: getattr(model, name) for name in Person.__struct_fields__})
