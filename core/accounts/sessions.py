"""Browser logins, kept on the server: ending one ends it, whatever the browser still shows."""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from core.accounts.models import AccountModel, SessionModel
from core.accounts.owning import owns
from core.accounts.repository import AccountRepository
from core.accounts.schemas import DiscordLogin, NewSession, Session, SessionLife, Visit
from core.accounts.session_repository import DiscordGrantRepository, SessionRepository
from core.actor import SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.db import hold_keys
from core.errors import Forbidden, NotFound, Unauthenticated
from core.keyring import Keyring
from core.rights import Right

_TOUCH_SECONDS = 60
_FORM = "form tokens"


class SessionService:
    def __init__(
        self,
        accounts: AccountRepository,
        sessions: SessionRepository,
        grants: DiscordGrantRepository,
        *,
        audit: AuditService,
        clock: Clock,
        keys: Callable[[], Keyring],
        life: SessionLife,
        owner_ids: frozenset[str],
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._grants = grants
        self._audit = audit
        self._clock = clock
        self._keys = keys
        self._life = life
        self._owner_ids = owner_ids

    async def log_in(self, login: DiscordLogin, visit: Visit, *, replaces: str | None = None) -> NewSession:
        """Makes the account at a person's first login. The session is always a new one; `replaces` is the secret of
        the one that the browser showed so far, which ends."""
        account = await self._account_of(login, visit)
        await self._keep_grant(account.id, login)
        if replaces is not None:
            await self._end_replaced(replaces, visit)
        now, secret = self._clock(), secrets.token_urlsafe(32)
        model = await self._sessions.add(
            SessionModel(
                account_id=account.id,
                hash=_digest(secret),
                seen_at=now,
                expires_at=now + self._life.absolute,
                user_agent=visit.user_agent,
                address=visit.address,
            )
        )
        actor = replace(self._actor(model, account), request_id=visit.request_id)
        await self._audit.record(actor, "session.create", ("session", model.id))
        return NewSession(session=to_session(model, actor), secret=secret, account_id=account.id)

    async def authenticate(self, secret: str) -> Actor:
        """Whose session this is. Raises `Unauthenticated`, and never tells why it does not hold."""
        found = await self._find(secret)
        if found is None:
            raise Unauthenticated("This session is unknown or has ended: log in again.")
        return self._actor(*found)

    async def authenticate_by_id(self, session_id: uuid.UUID) -> Actor:
        """For who has shown something that stands for this session. Raises `Unauthenticated`."""
        now = self._clock()
        found = await self._sessions.find_live_by_id(session_id, now, now - self._life.idle)
        if found is None:
            raise Unauthenticated("The session that this stands for has ended: log in again.")
        return self._actor(*found)

    async def note_use(self, actor: Actor) -> None:
        """Keeps `seen_at` right to within a minute."""
        session = await self._sessions.get_one_or_none(id=actor.session_id) if actor.session_id else None
        now = self._clock()
        if session is not None and (now - session.seen_at).total_seconds() > _TOUCH_SECONDS:
            await self._sessions.touch(session.id, now)

    async def current(self, actor: Actor) -> Session:
        """Raises `NotFound` for who came without one."""
        session = await self._sessions.get_one_or_none(id=actor.session_id) if actor.session_id else None
        if session is None or actor.jwt_id is not None:
            raise NotFound("You came with a token, not with a session.")
        return to_session(session, actor)

    async def list(self, actor: Actor) -> tuple[Session, ...]:
        """The account's that still hold, newest first."""
        actor.require_scope(Right.ACCOUNT_READ)
        now = self._clock()
        found = await self._sessions.live_of(actor.account_id, now, now - self._life.idle)
        return tuple(to_session(model, actor) for model in found)

    async def revoke(self, actor: Actor, session_id: uuid.UUID) -> None:
        """At once. Raises `NotFound` for somebody else's."""
        actor.require_lasting()
        actor.require_scope(Right.ACCOUNT_WRITE)
        model = await self._sessions.get_one_or_none(id=session_id, account_id=actor.account_id)
        if model is None:
            raise NotFound(f"You have no session {session_id}.")
        await self._end(actor, model)

    async def log_out(self, actor: Actor) -> None:
        """Raises `Forbidden` for who has no session to end."""
        actor.require_lasting()
        if actor.session_id is None:
            raise Forbidden("Only a session is ended so; an API token is revoked at /me/tokens.")
        await self.revoke(actor, actor.session_id)

    def form_token(self, actor: Actor) -> str:
        """What a page of ours has to show, beside the cookie, with whatever changes something."""
        return self._form_token(actor, self._keys().primary) or ""

    def is_form_token(self, actor: Actor, shown: str) -> bool:
        """Also one of an older key, as long as there is that key."""
        expected = self._form_token(actor, shown.partition(".")[0])
        return expected is not None and hmac.compare_digest(expected.encode(), shown.encode())

    async def clean(self) -> int:
        """Forgets those that ended long ago; answers how many."""
        return await self._sessions.delete_ended(self._clock() - self._life.absolute)

    def _form_token(self, actor: Actor, key_id: str) -> str | None:
        key = self._keys().derived(_FORM, key_id)
        if key is None or actor.session_id is None:
            return None
        made = hmac.digest(key, actor.session_id.bytes, "sha256")
        return f"{key_id}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"

    async def _account_of(self, login: DiscordLogin, visit: Visit) -> AccountModel:
        account = await self._accounts.add_person(login.user_id, login.name)
        if account is not None:
            await self._accounts.session.refresh(account)
            await self._audit.record(
                replace(SYSTEM, request_id=visit.request_id),
                "account.create",
                ("account", account.id),
                after={"discord_user_id": login.user_id},
            )
            return account
        account = await self._accounts.get_one(discord_user_id=login.user_id)
        if account.name != login.name:
            await self._rename(account, login.name, visit)
        return account

    async def _rename(self, account: AccountModel, name: str, visit: Visit) -> None:
        """As Discord has it now. Of several logins at the same moment, one does."""
        before = account.name
        renamed = await self._accounts.rename(account.id, name, before=before)
        await self._accounts.session.refresh(account)
        if renamed:
            await self._audit.record(
                replace(SYSTEM, request_id=visit.request_id),
                "account.rename",
                ("account", account.id),
                before={"name": before},
                after={"name": name},
            )

    async def _keep_grant(self, account_id: uuid.UUID, login: DiscordLogin) -> None:
        await hold_keys(self._grants.session)
        await self._grants.put(
            account_id=account_id,
            access_token=self._keys().seal(login.access_token.encode(), "discord_grants.access_token"),
            scopes=login.scopes,
            expires_at=self._clock() + timedelta(seconds=login.expires_in),
        )

    async def _end_replaced(self, secret: str, visit: Visit) -> None:
        found = await self._find(secret)
        if found is not None:
            actor = replace(self._actor(*found), request_id=visit.request_id)
            await self._end(actor, found[0])

    async def _find(self, secret: str) -> tuple[SessionModel, AccountModel] | None:
        now = self._clock()
        return await self._sessions.find_live(_digest(secret), now, now - self._life.idle)

    async def _end(self, actor: Actor, model: SessionModel) -> None:
        if model.revoked_at is None:
            model.revoked_at = self._clock()
            await self._sessions.update(model)
            await self._audit.record(actor, "session.revoke", ("session", model.id))

    def _actor(self, session: SessionModel, account: AccountModel) -> Actor:
        return Actor(
            kind="account",
            via="http",
            name=account.name,
            account_id=account.id,
            session_id=session.id,
            discord_user_id=account.discord_user_id,
            is_owner=owns(account, self._owner_ids),
        )


def to_session(model: SessionModel, actor: Actor) -> Session:
    return Session(
        id=model.id,
        created_at=model.created_at,
        seen_at=model.seen_at,
        expires_at=model.expires_at,
        user_agent=model.user_agent,
        address=model.address,
        current=model.id == actor.session_id,
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
