"""Who has access to a guild, and what is granted to them there beyond what Discord says.

Nobody grants, edits or takes away at or above their own rank, nor what is their own.
"""

import uuid
from typing import Any

import msgspec
from msgspec.structs import replace

from core.access.mapping import access_of
from core.access.repository import GrantRepository, MembershipRepository
from core.access.schemas import Access, Grant, GrantedRole, MemberAccess, Person
from core.access.service import AccessService
from core.accounts.owning import owns
from core.accounts.service import AccountService
from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.discord.types import Snowflake
from core.errors import Forbidden, NotFound
from core.guilds.mapping import AccessMapping
from core.guilds.service import GuildService
from core.paging import Page
from core.rights import Right, Role

_AT_ONCE = 200


class GrantService:
    def __init__(
        self,
        members: MembershipRepository,
        grants: GrantRepository,
        *,
        accounts: AccountService,
        access: AccessService,
        guilds: GuildService,
        audit: AuditService,
        clock: Clock,
        owner_ids: frozenset[str] = frozenset(),
    ) -> None:
        self._members = members
        self._grants = grants
        self._accounts = accounts
        self._access = access
        self._guilds = guilds
        self._audit = audit
        self._clock = clock
        self._owner_ids = owner_ids

    async def list(
        self,
        actor: Actor,
        guild_id: Snowflake,
        *,
        role: Role | None = None,
        limit: int = 50,
        cursor: Snowflake | None = None,
    ) -> Page[MemberAccess]:
        """By Discord id: who has an account, and who is more than a user."""
        actor.require(guild_id, Right.MEMBERS_READ)
        await self._guilds.known(actor, guild_id)
        found: list[MemberAccess] = []
        while len(found) <= limit:
            rows = await self._members.page(guild_id, _AT_ONCE, cursor)
            shown = (self._shown(row) for row in rows)
            found += [each for each in shown if role is None or each.access.role is role]
            if len(rows) < _AT_ONCE:
                break
            cursor = rows[-1].MembershipModel.user_id
        items = tuple(found[:limit])
        return Page(items=items, next_cursor=items[-1].user_id if len(found) > limit else None)

    async def get(self, actor: Actor, guild_id: Snowflake, account_id: uuid.UUID) -> MemberAccess:
        """Raises `NotFound` for who is no member there and has no grant."""
        actor.require(guild_id, Right.ACCESS_READ)
        await self._guilds.known(actor, guild_id)
        return await self._of(guild_id, account_id)

    async def put(
        self,
        actor: Actor,
        guild_id: Snowflake,
        account_id: uuid.UUID,
        role: GrantedRole,
        reason: str | None = None,
    ) -> MemberAccess:
        """Overrides what Discord says of them, at once; a guest is shut out. It rests while they are no member."""
        actor.require(guild_id, Right.ACCESS_WRITE)
        await self._guilds.known(actor, guild_id)
        before = await self._above(actor, guild_id, account_id, Role(role))
        if before.grant is None or (before.grant.role.value, before.grant.reason) != (role, reason):
            by = actor.kept_for(guild_id)
            await self._grants.put(guild_id, account_id, role=role, reason=reason, by=by, at=self._clock())
            await self._audit.record(
                actor,
                "access.grant",
                ("account", account_id),
                guild_id=guild_id,
                before=_told(before.grant),
                after={"role": role, "reason": reason},
            )
        return await self._of(guild_id, account_id)

    async def look(self, actor: Actor, person: Person) -> MemberAccess:
        """What a member is whom Discord has just told of, whether or not they have an account."""
        actor.require(person.guild_id, Right.ACCESS_READ)
        row = await self._members.asker(person.guild_id, person.user_id)
        account = row.AccountModel
        known = None if account is None else await self._members.of_account(person.guild_id, account.id)
        is_owner = person.user_id in self._owner_ids or (
            account is not None and owns(account, self._owner_ids)
        )
        access = access_of(
            self._access.standing_of(person),
            is_guild_owner=person.is_guild_owner,
            mapping=row.mapping or AccessMapping(),
            grant=None if row.granted is None else Role(row.granted),
        )
        return MemberAccess(
            guild_id=person.guild_id,
            user_id=person.user_id,
            name=person.name,
            access=Access(Role.OWNER, "installation") if is_owner else access,
            account_id=None if account is None else account.id,
            grant=None if known is None else self._shown(known).grant,
        )

    async def put_member(
        self, actor: Actor, person: Person, role: GrantedRole, reason: str | None = None
    ) -> MemberAccess:
        """As `put`, for a member whom Discord has just told of; who has no account gets one."""
        actor.require(person.guild_id, Right.ACCESS_WRITE)
        account_id = await self._account_of(person)
        return await self.put(actor, person.guild_id, account_id, role, reason)

    async def with_account(self, actor: Actor, person: Person) -> Actor:
        """The actor, of whom Discord has just told as that person, with their account: for what is somebody's own and
        outlasts the moment. Who has none gets one; what they are there is kept with it."""
        if person.user_id != actor.discord_user_id:
            raise Forbidden("This is not who asks.")
        if actor.account_id is not None:
            await self._access.lock(person.guild_id)
            await self._access.keep_people(person.guild_id, [person])
            return actor
        return replace(actor, account_id=await self._account_of(person))

    async def _account_of(self, person: Person) -> uuid.UUID:
        # Before any row is written: who keeps the guild's people has it before theirs.
        await self._access.lock(person.guild_id)
        account_id = await self._accounts.of_person(person.user_id, person.name)
        await self._access.keep_people(person.guild_id, [person])
        await self._access.look_at(person.user_id)
        return account_id

    async def remove(self, actor: Actor, guild_id: Snowflake, account_id: uuid.UUID) -> MemberAccess | None:
        """They are what Discord says of them again; answers what that is. Raises `NotFound` where nothing was
        granted."""
        actor.require(guild_id, Right.ACCESS_WRITE)
        await self._guilds.known(actor, guild_id)
        before = await self._above(actor, guild_id, account_id, Role.GUEST)
        if before.grant is None:
            raise NotFound(f"Nothing was granted to account {account_id} in guild {guild_id}.")
        await self._grants.remove(guild_id, account_id)
        await self._audit.record(
            actor, "access.revoke", ("account", account_id), guild_id=guild_id, before=_told(before.grant)
        )
        row = await self._members.of_account(guild_id, account_id)
        return None if row is None or row.MembershipModel is None else self._shown(row)

    async def _above(
        self, actor: Actor, guild_id: Snowflake, account_id: uuid.UUID, role: Role
    ) -> MemberAccess:
        """How it is before the change. Raises `Forbidden` where the actor does not stand above all that it touches."""
        await self._access.lock(guild_id)
        before, own = await self._of(guild_id, account_id), actor.role_in(guild_id)
        if account_id == actor.account_id or before.user_id == actor.discord_user_id:
            raise Forbidden("What you are in a guild is for others to say.", code="own_rank")
        granted = Role.GUEST if before.grant is None else before.grant.role
        for touched in (before.access.role, granted, role):
            if not own.outranks(touched):
                raise Forbidden(
                    f"You are {own.value} in guild {guild_id}: nobody grants, changes or takes away at or above their "
                    f"own rank, and this touches {touched.value}.",
                    code="own_rank",
                )
        return before

    async def _of(self, guild_id: Snowflake, account_id: uuid.UUID) -> MemberAccess:
        row = await self._members.of_account(guild_id, account_id)
        if row is None:
            raise NotFound(f"There is no account {account_id} in guild {guild_id}.")
        return self._shown(row)

    def _shown(self, row: Any) -> MemberAccess:
        member, account, grant = row.MembershipModel, row.AccountModel, row.AccessGrantModel
        user_id = account.discord_user_id if member is None else member.user_id
        return MemberAccess(
            guild_id=row.guild_id,
            user_id=user_id,
            name=account.name if member is None else member.name,
            access=self._as(row, user_id),
            account_id=None if account is None else account.id,
            grant=None
            if grant is None
            else Grant(
                role=Role(grant.role),
                reason=grant.reason,
                by=grant.granted_by.name,
                created_at=grant.created_at,
            ),
        )

    def _as(self, row: Any, user_id: Snowflake) -> Access:
        member, account, grant = row.MembershipModel, row.AccountModel, row.AccessGrantModel
        is_owner = account is not None and owns(account, self._owner_ids)
        if is_owner or row.owns_application or user_id in self._owner_ids:
            return Access(Role.OWNER, "installation")
        return access_of(
            None if member is None else self._access.standing_of(member),
            is_guild_owner=member is not None and member.is_guild_owner,
            mapping=row.mapping or AccessMapping(),
            grant=None if grant is None else Role(grant.role),
        )


def _told(grant: Grant | None) -> dict[str, Any] | None:
    return None if grant is None else msgspec.to_builtins({"role": grant.role, "reason": grant.reason})
