"""Accounts, what they log in with, and the log of what they do."""

from functools import cached_property

from core.accounts.access_tokens import AccessTokenService
from core.accounts.directory import AccountDirectory
from core.accounts.logins import LoginService
from core.accounts.repository import AccountRepository, ApiTokenRepository
from core.accounts.service import AccountService
from core.accounts.session_repository import DiscordGrantRepository, LoginRepository, SessionRepository
from core.accounts.sessions import SessionService
from core.audit.repository import AuditRepository
from core.audit.service import AuditService
from core.composition.base import Composition


class AccountServices(Composition):
    @cached_property
    def audit(self) -> AuditService:
        return AuditService(AuditRepository(self._session))

    @cached_property
    def accounts(self) -> AccountService:
        return AccountService(
            AccountRepository(self._session),
            ApiTokenRepository(self._session),
            self.audit,
            self._clock,
            owner_ids=self._people.owner_ids,
            scopes=self._catalog.scopes,
        )

    @cached_property
    def sessions(self) -> SessionService:
        return SessionService(
            AccountRepository(self._session),
            SessionRepository(self._session),
            DiscordGrantRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            keys=self._people.keys,
            life=self._people.session_life,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def access_tokens(self) -> AccessTokenService:
        return AccessTokenService(
            self.accounts,
            self.sessions,
            clock=self._clock,
            keys=self._people.keys,
            issuer=self._people.issuer,
            scopes=self._catalog.scopes,
        )

    @cached_property
    def directory(self) -> AccountDirectory:
        return AccountDirectory(
            AccountRepository(self._session),
            ApiTokenRepository(self._session),
            SessionRepository(self._session),
            audit=self.audit,
            clock=self._clock,
            life=self._people.session_life,
            owner_ids=self._people.owner_ids,
        )

    @cached_property
    def logins(self) -> LoginService:
        return LoginService(LoginRepository(self._session), self._people.keys, self._clock)
