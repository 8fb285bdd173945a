"""All accounts, for owners of the installation; and one's own, which can go."""

from litestar import Controller, delete, get

from api.deps import Asker, Unit
from api.guards import needs
from api.operations import operation
from api.params import AccountId, Cursor, Limit, SessionId, TokenId, paging_of
from api.schemas.account_views import AccountPage, AccountView, account_view_of
from api.schemas.accounts import account_of
from core.errors import Conflict, Forbidden, NotFound
from core.rights import Right


class AccountController(Controller):
    path = "/accounts"
    tags = ("me",)

    @get("/", guards=[needs(Right.ACCOUNTS_READ)], **operation("listAccounts", refuses=(Forbidden,)))
    async def accounts(
        self, *, actor: Asker, unit: Unit, limit: Limit = 50, cursor: Cursor = None
    ) -> AccountPage:
        """Everybody who has an account, newest first; for owners of this installation."""
        page = await unit.directory.list(actor, paging_of(limit, cursor))
        return AccountPage(items=tuple(map(account_of, page.items)), next_cursor=page.next_cursor)

    @get(
        "/{account_id:uuid}",
        guards=[needs(Right.ACCOUNTS_READ)],
        **operation("getAccount", refuses=(NotFound, Forbidden)),
    )
    async def account(self, *, actor: Asker, unit: Unit, account_id: AccountId) -> AccountView:
        """One account, where it is logged in, and its API tokens without their secrets."""
        return account_view_of(await unit.directory.get(actor, account_id))

    @delete(
        "/{account_id:uuid}",
        guards=[needs(Right.ACCOUNTS_WRITE)],
        **operation("deleteAccount", refuses=(NotFound, Forbidden, Conflict)),
    )
    async def delete_account(self, *, actor: Asker, unit: Unit, account_id: AccountId) -> None:
        """End an account that does not own the installation, with its sessions, tokens and templates. What it did stays
        told. Refused while guilds use templates of its own."""
        await unit.departures.remove(actor, account_id)

    @delete(
        "/{account_id:uuid}/sessions/{session_id:uuid}",
        guards=[needs(Right.ACCOUNTS_WRITE)],
        **operation("revokeSession", refuses=(NotFound, Forbidden)),
    )
    async def end_session(
        self, *, actor: Asker, unit: Unit, account_id: AccountId, session_id: SessionId
    ) -> None:
        """End anybody's session, at once and for good."""
        await unit.directory.end_session(actor, account_id, session_id)

    @delete(
        "/{account_id:uuid}/tokens/{token_id:uuid}",
        guards=[needs(Right.ACCOUNTS_WRITE)],
        **operation("revokeToken", refuses=(NotFound, Forbidden)),
    )
    async def revoke_token(
        self, *, actor: Asker, unit: Unit, account_id: AccountId, token_id: TokenId
    ) -> None:
        """Revoke anybody's token, at once and for good."""
        await unit.directory.revoke_token(actor, account_id, token_id)
