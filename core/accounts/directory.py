"""All accounts, for owners of the installation: whose they are, and with what they come."""

import uuid

import msgspec

from core.accounts.models import AccountModel
from core.accounts.owning import owns
from core.accounts.repository import AccountRepository, ApiTokenRepository
from core.accounts.schemas import Account, ApiToken, Session, SessionLife
from core.accounts.service import to_account, to_token
from core.accounts.session_repository import SessionRepository
from core.accounts.sessions import to_session
from core.actor import Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.errors import NotFound
from core.paging import Page, Paging
from core.rights import Right


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions are those that hold, tokens all that are kept, ended ones for a month."""

    account: Account
    sessions: tuple[Session, ...]
    tokens: tuple[ApiToken, ...]


class AccountDirectory:
    def __init__(
        self,
        accounts: AccountRepository,
        tokens: ApiTokenRepository,
        sessions: SessionRepository,
        *,
        audit: AuditService,
        clock: Clock,
        life: SessionLife,
        owner_ids: frozenset[str],
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._life = life
        self._owner_ids = owner_ids

    async def list(self, actor: Actor, paging: Paging) -> Page[Account]:
        """Newest first."""
        actor.require_owner(Right.ACCOUNTS_READ)
        rows = await self._accounts.page(paging)
        items = tuple(self._shown(row) for row in rows[: paging.limit])
        return Page(items=items, next_cursor=str(items[-1].id) if len(rows) > paging.limit else None)

    async def get(self, actor: Actor, account_id: uuid.UUID) -> AccountView:
        actor.require_owner(Right.ACCOUNTS_READ)
        account, now = await self.find(account_id), self._clock()
        sessions = await self._sessions.live_of(account_id, now, now - self._life.idle)
        return AccountView(
            account=self._shown(account),
            sessions=tuple(to_session(model, actor) for model in sessions),
            tokens=tuple(map(to_token, await self._tokens.of_account(account_id))),
        )

    async def end_session(self, actor: Actor, account_id: uuid.UUID, session_id: uuid.UUID) -> None:
        """At once and for good."""
        self._require_may_change(actor)
        model = await self._sessions.get_one_or_none(id=session_id, account_id=account_id)
        if model is None:
            raise NotFound(f"Account {account_id} has no session {session_id}.")
        if model.revoked_at is None:
            model.revoked_at = self._clock()
            await self._sessions.update(model)
            await self._audit.record(actor, "session.revoke", ("session", model.id))

    async def revoke_token(self, actor: Actor, account_id: uuid.UUID, token_id: uuid.UUID) -> None:
        """At once and for good."""
        self._require_may_change(actor)
        model = await self._tokens.get_one_or_none(id=token_id, account_id=account_id)
        if model is None:
            raise NotFound(f"Account {account_id} has no API token {token_id}.")
        if model.revoked_at is None:
            model.revoked_at = self._clock()
            await self._tokens.update(model)
            await self._audit.record(actor, "token.revoke", ("token", model.id))

    async def find(self, account_id: uuid.UUID) -> AccountModel:
        """Raises `NotFound`."""
        account = await self._accounts.get_one_or_none(id=account_id)
        if account is None:
            raise NotFound(f"There is no account {account_id}.")
        return account

    def owns(self, account: AccountModel) -> bool:
        return owns(account, self._owner_ids)

    async def is_last_owner(self, account: AccountModel) -> bool:
        """Nobody else becomes or ceases to be an owner by an account of theirs until the transaction ends."""
        await self._accounts.lock_owner()
        return self.owns(account) and not await self._accounts.has_other_owner(account.id, self._owner_ids)

    async def remove(self, actor: Actor, account: AccountModel) -> None:
        """With all that it came with; what was done is told by its name for ever."""
        before = {"name": account.name, "discord_user_id": account.discord_user_id}
        await self._audit.record(actor, "account.delete", ("account", account.id), before=before)
        await self._accounts.delete(account.id)

    def _require_may_change(self, actor: Actor) -> None:
        actor.require_owner(Right.ACCOUNTS_WRITE)
        actor.require_lasting()

    def _shown(self, account: AccountModel) -> Account:
        return to_account(account, is_owner=self.owns(account))
