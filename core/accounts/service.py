"""Accounts and their API tokens, which are kept as digests."""

import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.accounts.models import AccountModel, ApiTokenModel
from core.accounts.owning import owns
from core.accounts.repository import AccountRepository, ApiTokenRepository
from core.accounts.schemas import Account, ApiToken, NewApiToken
from core.accounts.scopes import distinct, require_known, require_within
from core.accounts.secrets import digest_of, new_secret, shown
from core.actor import BOT, SYSTEM, Actor
from core.audit.service import AuditService
from core.clock import Clock
from core.errors import Forbidden, Invalid, NotFound, Problem, Unauthenticated
from core.rights import Right

CONFIGURED = "GUILDWRIGHT_OWNER_TOKEN"
_TOUCH_SECONDS = 60


class AccountService:
    def __init__(
        self,
        accounts: AccountRepository,
        tokens: ApiTokenRepository,
        audit: AuditService,
        clock: Clock,
        *,
        owner_ids: frozenset[str] = frozenset(),
        scopes: frozenset[str] = frozenset(Right),
    ) -> None:
        """`scopes` are all that a token may be limited to."""
        self._accounts = accounts
        self._tokens = tokens
        self._audit = audit
        self._clock = clock
        self._owner_ids = owner_ids
        self._scopes = scopes

    async def bootstrap_owner(self, owner_token: str | None) -> str | None:
        """Makes the owner's account at the first start. Returns a new token to print once, or None.

        A given `owner_token` is made valid at every start, also after it was changed; the ones it replaces are revoked.
        """
        await self._accounts.lock_owner()
        owner = await self._accounts.find_owner()
        first_start = owner is None
        if owner is None:
            owner = await self._accounts.add(AccountModel(name="owner", is_owner=True))
            await self._audit.record(
                SYSTEM, "account.create", ("account", owner.id), after={"is_owner": True}
            )
        if owner_token is not None:
            await self._keep_configured_token(owner.id, owner_token)
            return None
        if not first_start:
            return None
        secret = new_secret()
        await self._add_token(SYSTEM, owner.id, "first start", secret)
        return secret

    async def authenticate(self, secret: str) -> Actor:
        """Who shows this token. Raises `Unauthenticated`. Never tells why it does not hold."""
        found = await self._tokens.find_live(digest_of(secret), self._clock())
        if found is None:
            raise Unauthenticated("This API token is unknown, expired or revoked.")
        return self._actor(*found)

    async def authenticate_by_id(self, token_id: uuid.UUID) -> Actor:
        """For who has shown something that stands for this token. Raises `Unauthenticated` as `authenticate` does."""
        found = await self._tokens.find_live_by_id(token_id, self._clock())
        if found is None:
            raise Unauthenticated("The API token that this stands for is expired or revoked.")
        return self._actor(*found)

    def _actor(self, token: ApiTokenModel, account: AccountModel) -> Actor:
        return Actor(
            kind="token",
            via="http",
            name=account.name,
            account_id=account.id,
            token_id=token.id,
            discord_user_id=account.discord_user_id,
            is_owner=self._owns(account),
            scopes=distinct(token.scopes),
            guild_ids=distinct(token.guild_ids),
        )

    async def note_use(self, actor: Actor) -> None:
        """Keeps a token's `last_used_at` right to within a minute."""
        if actor.token_id is None:
            return
        token = await self._tokens.get_one_or_none(id=actor.token_id)
        now = self._clock()
        if token and (
            token.last_used_at is None or (now - token.last_used_at).total_seconds() > _TOUCH_SECONDS
        ):
            await self._tokens.touch(token.id, now)

    async def get(self, actor: Actor) -> Account:
        """The actor's own account."""
        actor.require_scope(Right.ACCOUNT_READ)
        account = await self._accounts.get_one_or_none(id=actor.account_id) if actor.account_id else None
        if account is None:
            raise NotFound("This actor has no account.")
        return to_account(account, is_owner=self._owns(account))

    async def clean_tokens(self, keep: timedelta) -> int:
        """Forgets tokens that expired or were revoked longer ago than `keep`; answers how many."""
        return await self._tokens.delete_ended(self._clock() - keep)

    async def list_tokens(self, actor: Actor) -> tuple[ApiToken, ...]:
        """The actor's own, newest first."""
        actor.require_scope(Right.ACCOUNT_READ)
        return tuple(to_token(token) for token in await self._tokens.of_account(actor.account_id))

    async def create_token(
        self,
        actor: Actor,
        name: str,
        *,
        expires_at: datetime | None = None,
        scopes: Sequence[str] | None = None,
        guild_ids: Sequence[str] | None = None,
    ) -> NewApiToken:
        """A further token of the actor's own account. Raises `Invalid` for an expiry that is over and for scopes that
        do not exist, `Forbidden` for a token that would be wider than what the actor came with."""
        actor.require_lasting()
        actor.require_scope(Right.ACCOUNT_WRITE)
        if actor.account_id is None:
            raise Forbidden("Only an account can have API tokens.")
        if expires_at is not None and expires_at <= self._clock():
            raise Invalid(
                "The token would be expired already.",
                problems=(Problem(pointer="/expires_at", code="past", message="Give a time in the future."),),
            )
        if name == CONFIGURED:
            raise Invalid(
                f"The name {CONFIGURED} is kept for the token of that setting.",
                problems=(Problem(pointer="/name", code="reserved", message="Take another name."),),
            )
        require_known(scopes, self._scopes)
        require_within(actor, scopes, guild_ids)
        secret, expires_at = new_secret(), await self.within_token(actor, expires_at)
        token = await self._add_token(
            actor, actor.account_id, name, secret, expires_at=expires_at, scopes=scopes, guild_ids=guild_ids
        )
        return NewApiToken(token=token, secret=secret)

    async def revoke_token(self, actor: Actor, token_id: uuid.UUID) -> None:
        """At once; it stays in the list until housekeeping forgets it. Raises `NotFound` for somebody else's."""
        actor.require_lasting()
        actor.require_scope(Right.ACCOUNT_WRITE)
        token = await self._tokens.get_one_or_none(id=token_id, account_id=actor.account_id)
        if token is None:
            raise NotFound(f"You have no API token {token_id}.")
        if token.revoked_at is None:
            token.revoked_at = self._clock()
            await self._tokens.update(token)
            await self._audit.record(actor, "token.revoke", ("token", token.id))

    async def is_live(self, actor: Actor) -> bool:
        """Whether what the actor came with still holds: the token, the account, and being the owner. What else actors
        of Discord may is looked up elsewhere. A session may have ended since: its owner is no less."""
        if actor.token_id is not None:
            found = await self._tokens.find_live_by_id(actor.token_id, self._clock())
            account = None if found is None else found[1]
        elif actor.via in {"http", "schedule"} and actor.account_id is not None:
            account = await self._accounts.get_one_or_none(id=actor.account_id)
        elif actor.is_owner and actor.discord_user_id is not None:
            return await self._owns_by_discord(actor.discord_user_id)
        else:
            return True
        return account is not None and (self._owns(account) or not actor.is_owner)

    async def owners_at_discord(self) -> frozenset[str]:
        """The Discord ids of all who own the installation, also of those who have no account."""
        by_account = await self._accounts.owners_at_discord()
        return by_account | await self._accounts.application_owners() | self._owner_ids

    async def of_person(self, user_id: str, name: str) -> uuid.UUID:
        """The account of a Discord user, made for who has none."""
        made = await self._accounts.add_person(user_id, name)
        if made is None:
            return (await self._accounts.get_one(discord_user_id=user_id)).id
        after = {"discord_user_id": user_id}
        await self._audit.record(SYSTEM, "account.create", ("account", made.id), after=after)
        return made.id

    async def note_application_owners(self, user_ids: frozenset[str]) -> None:
        """Who owns the application, as Discord says now."""
        before = await self._accounts.application_owners()
        if before != user_ids:
            await self._accounts.put_application_owners(user_ids)
            await self._audit.record(
                BOT,
                "application.owners",
                ("application", "owners"),
                before={"user_ids": sorted(before)},
                after={"user_ids": sorted(user_ids)},
            )

    async def _owns_by_discord(self, user_id: str) -> bool:
        """Also of who has no account."""
        if user_id in self._owner_ids or user_id in await self._accounts.application_owners():
            return True
        account = await self._accounts.get_one_or_none(discord_user_id=user_id)
        return account is not None and self._owns(account)

    def _owns(self, account: AccountModel) -> bool:
        return owns(account, self._owner_ids)

    async def within_token(self, actor: Actor, at: datetime | None) -> datetime | None:
        """What is made with a token does not outlive it: the earlier of its end and `at`."""
        parent = await self._tokens.get_one_or_none(id=actor.token_id) if actor.token_id else None
        times = [each for each in (at, parent.expires_at if parent else None) if each is not None]
        return min(times, default=None)

    async def _keep_configured_token(self, owner_id: uuid.UUID, secret: str) -> None:
        name = CONFIGURED
        digest, known = digest_of(secret), False
        for token in await self._tokens.of_account(owner_id):
            same = hmac.compare_digest(token.hash, digest)
            if token.name != name and not same:
                continue
            known = known or same
            if same and token.revoked_at is not None:
                token.revoked_at = None
                await self._tokens.update(token)
                await self._audit.record(SYSTEM, "token.restore", ("token", token.id))
            elif not same and token.revoked_at is None:
                token.revoked_at = self._clock()
                await self._tokens.update(token)
                await self._audit.record(SYSTEM, "token.revoke", ("token", token.id))
        if not known:
            await self._add_token(SYSTEM, owner_id, name, secret)

    async def _add_token(
        self,
        actor: Actor,
        account_id: uuid.UUID,
        name: str,
        secret: str,
        *,
        expires_at: datetime | None = None,
        scopes: Sequence[str] | None = None,
        guild_ids: Sequence[str] | None = None,
    ) -> ApiToken:
        model = await self._tokens.add(
            ApiTokenModel(
                account_id=account_id,
                name=name,
                prefix=shown(secret),
                hash=digest_of(secret),
                expires_at=expires_at,
                scopes=distinct(scopes),
                guild_ids=distinct(guild_ids),
            )
        )
        limits = {"scopes": scopes, "guild_ids": guild_ids, "expires_at": expires_at}
        limited = {name: limit for name, limit in limits.items() if limit is not None}
        await self._audit.record(actor, "token.create", ("token", model.id), after={"name": name, **limited})
        return to_token(model)


def to_account(model: AccountModel, *, is_owner: bool) -> Account:
    return Account(
        id=model.id,
        name=model.name,
        is_owner=is_owner,
        created_at=model.created_at,
        discord_user_id=model.discord_user_id,
    )


def to_token(model: ApiTokenModel) -> ApiToken:
    return ApiToken(
        id=model.id,
        name=model.name,
        prefix=model.prefix,
        created_at=model.created_at,
        expires_at=model.expires_at,
        revoked_at=model.revoked_at,
        last_used_at=model.last_used_at,
        scopes=distinct(model.scopes),
        guild_ids=distinct(model.guild_ids),
    )
