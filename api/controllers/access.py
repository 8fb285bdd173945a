"""Who has access to a guild, and what is granted to them there."""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, put
from litestar.params import QueryParameter

from api.bodies import body_of
from api.deps import Asker, Unit
from api.errors import InvalidParameter
from api.guards import needs
from api.operations import operation
from api.params import AccountId, GuildId, Limit
from api.schemas.access import AccessRole, MemberAccess, MemberAccessPage, PutAccess, member_of
from core.discord.types import is_snowflake
from core.errors import Forbidden, NotFound
from core.rights import Right, Role

After = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")]


class AccessController(Controller):
    path = "/guilds/{guild_id:str}"
    tags = ("guilds",)

    @get(
        "/members",
        guards=[needs(Right.MEMBERS_READ)],
        **operation("listMembers", refuses=(NotFound, Forbidden)),
    )
    async def members(
        self,
        *,
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        role: Annotated[AccessRole | None, QueryParameter(description="Only who is this there.")] = None,
        limit: Limit = 50,
        cursor: After = None,
    ) -> MemberAccessPage:
        """Who has access to a guild: its members who have an account, and those who are more than users there."""
        if cursor is not None and not is_snowflake(cursor):
            raise InvalidParameter("cursor", "Give `next_cursor` of the page before.", code="format")
        wanted = None if role is None else Role(role)
        page = await unit.grants.list(actor, guild_id, role=wanted, limit=limit, cursor=cursor)
        return MemberAccessPage(items=tuple(map(member_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/access/{account_id:uuid}",
        guards=[needs(Right.ACCESS_READ)],
        **operation("getAccess", refuses=(NotFound, Forbidden)),
    )
    async def access(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, account_id: AccountId
    ) -> MemberAccess:
        """What an account is in a guild, and why."""
        return member_of(await unit.grants.get(actor, guild_id, account_id))

    @put(
        "/access/{account_id:uuid}",
        guards=[needs(Right.ACCESS_WRITE)],
        **operation("putAccess", body=PutAccess, refuses=(NotFound, Forbidden)),
    )
    async def put_access(
        self,
        *,
        request: Request[Any, Any, Any],
        actor: Asker,
        unit: Unit,
        guild_id: GuildId,
        account_id: AccountId,
    ) -> MemberAccess:
        """Grant a role, which then counts instead of what Discord says, at once. Nobody grants, changes or takes away
        at or above their own rank, nor what is their own; the guild's owner stays an administrator."""
        wanted = await body_of(request, PutAccess)
        return member_of(await unit.grants.put(actor, guild_id, account_id, wanted.role, wanted.reason))

    @delete(
        "/access/{account_id:uuid}",
        guards=[needs(Right.ACCESS_WRITE)],
        **operation("deleteAccess", refuses=(NotFound, Forbidden)),
    )
    async def delete_access(
        self, *, actor: Asker, unit: Unit, guild_id: GuildId, account_id: AccountId
    ) -> None:
        """Take back what was granted: what Discord says counts again."""
        await unit.grants.remove(actor, guild_id, account_id)
