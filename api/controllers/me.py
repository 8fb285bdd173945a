"""The account that asks, and its API tokens."""

from typing import Any

from litestar import Controller, Request, delete, get, post

from api.bodies import body_of
from api.deps import Asker, Unit
from api.guards import needs
from api.operations import operation
from api.params import TokenId
from api.schemas.access import MyGuildPage, my_guild_of
from api.schemas.accounts import (
    Account,
    ApiTokenPage,
    CreateApiToken,
    NewApiToken,
    account_of,
    token_of,
)
from core.errors import Forbidden, NotFound
from core.rights import Right


class MeController(Controller):
    path = "/me"
    tags = ("me",)

    @get("/", guards=[needs(Right.ACCOUNT_READ)], **operation("getMe", refuses=(NotFound, Forbidden)))
    async def me(self, *, actor: Asker, unit: Unit) -> Account:
        """Who you are."""
        return account_of(await unit.accounts.get(actor))

    @get("/guilds", guards=[needs(Right.GUILDS_READ)], **operation("listMyGuilds", refuses=(Forbidden,)))
    async def guilds(self, *, actor: Asker, unit: Unit) -> MyGuildPage:
        """The guilds that you are in, and what you are there; also those without the bot to which you could have
        invited it when you last logged in."""
        return MyGuildPage(items=tuple(map(my_guild_of, await unit.access.my_guilds(actor))))

    @get("/tokens", guards=[needs(Right.ACCOUNT_READ)], **operation("listMyTokens", refuses=(Forbidden,)))
    async def tokens(self, *, actor: Asker, unit: Unit) -> ApiTokenPage:
        """Your API tokens, without their secrets."""
        return ApiTokenPage(items=tuple(map(token_of, await unit.accounts.list_tokens(actor))))

    @post(
        "/tokens",
        guards=[needs(Right.ACCOUNT_WRITE)],
        **operation("createMyToken", body=CreateApiToken, refuses=(Forbidden,)),
    )
    async def create_token(self, *, request: Request[Any, Any, Any], actor: Asker, unit: Unit) -> NewApiToken:
        """Make a further API token.

        Its secret is in this answer only. Because no secret is ever stored, there is no Idempotency-Key here: revoke
        a token whose answer was lost.
        """
        wanted = await body_of(request, CreateApiToken)
        made = await unit.accounts.create_token(
            actor,
            wanted.name,
            expires_at=wanted.expires_at,
            scopes=wanted.scopes,
            guild_ids=wanted.guild_ids,
        )
        return NewApiToken(token=token_of(made.token), secret=made.secret)

    @delete(
        "/tokens/{token_id:uuid}",
        guards=[needs(Right.ACCOUNT_WRITE)],
        **operation("revokeMyToken", refuses=(NotFound, Forbidden)),
    )
    async def revoke_token(self, *, actor: Asker, unit: Unit, token_id: TokenId) -> None:
        """Revoke a token, at once and for good."""
        await unit.accounts.revoke_token(actor, token_id)
