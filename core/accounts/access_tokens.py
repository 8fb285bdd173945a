"""Access tokens: what a program shows for a quarter of an hour instead of its API token, or a page beside its session.

They are JWTs that carry identity and limits. What they stand for is looked up at each request, so ending the API
token or the session ends them at once, and so does whatever is taken from the account.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from core.accounts.jwts import AUDIENCE, Claims, joined, read, sign
from core.accounts.schemas import AccessToken
from core.accounts.scopes import distinct, require_known, require_within
from core.accounts.service import AccountService
from core.accounts.sessions import SessionService
from core.actor import Actor
from core.clock import Clock
from core.db import new_id
from core.errors import Forbidden, Unauthenticated
from core.keyring import Keyring
from core.rights import covers

LIFE: Final = timedelta(minutes=15)


class AccessTokenService:
    """`issuer` is the installation's own address, `scopes` are all that there are."""

    def __init__(
        self,
        accounts: AccountService,
        sessions: SessionService,
        *,
        clock: Clock,
        keys: Callable[[], Keyring],
        issuer: str,
        scopes: frozenset[str],
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._keys = keys
        self._issuer = issuer
        self._scopes = scopes

    async def issue(
        self, actor: Actor, *, scopes: Sequence[str] | None = None, guild_ids: Sequence[str] | None = None
    ) -> AccessToken:
        """With the limits of the credential that asks, or with narrower ones. It does not outlive that one. Raises
        `Invalid` for scopes that do not exist and `Forbidden` for wider limits, as for who came with such a token."""
        actor.require_lasting()
        if actor.account_id is None:
            raise Forbidden("Only an account can have access tokens.")
        require_known(scopes, self._scopes)
        scopes = actor.scopes if scopes is None else scopes
        guild_ids = actor.guild_ids if guild_ids is None else guild_ids
        require_within(actor, scopes, guild_ids)
        now = self._clock()
        claims = Claims(
            iss=self._issuer,
            aud=AUDIENCE,
            sub=actor.account_id,
            jti=new_id(),
            iat=int(now.timestamp()),
            exp=int((await self._end(actor, now + LIFE)).timestamp()),
            tid=actor.token_id,
            sid=actor.session_id,
            scope=joined(distinct(scopes)),
            guild_ids=distinct(guild_ids),
        )
        return AccessToken(
            secret=sign(claims, self._keys()),
            expires_at=datetime.fromtimestamp(claims.exp, UTC),
            expires_in=claims.exp - claims.iat,
            scopes=claims.scopes,
            guild_ids=claims.guild_ids,
        )

    async def authenticate(self, text: str) -> Actor:
        """Whose it is, as they are now. Raises `Unauthenticated`, and never tells why it does not hold."""
        claims = read(text, self._keys(), issuer=self._issuer, now=self._clock())
        parent = await self._parent(claims)
        if parent.account_id != claims.sub:
            raise Unauthenticated("This JWT names another account than its own.")
        return msgspec.structs.replace(
            parent,
            jwt_id=claims.jti,
            scopes=_both(claims.scopes, parent.scopes, lambda scope: covers(parent.scopes or (), scope)),
            guild_ids=_both(claims.guild_ids, parent.guild_ids, parent.reaches),
        )

    async def _parent(self, claims: Claims) -> Actor:
        if claims.tid is not None:
            return await self._accounts.authenticate_by_id(claims.tid)
        if claims.sid is not None:
            return await self._sessions.authenticate_by_id(claims.sid)
        raise Unauthenticated("This JWT is of no credential.")

    async def _end(self, actor: Actor, at: datetime) -> datetime:
        if actor.session_id is not None:
            return min(at, (await self._sessions.current(actor)).expires_at)
        return await self._accounts.within_token(actor, at) or at


def _both(
    claimed: tuple[str, ...] | None, had: tuple[str, ...] | None, is_had: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """What the JWT says, as far as its parent still has it; None is no limit."""
    if claimed is None or had is None:
        return had if claimed is None else claimed
    return tuple(filter(is_had, claimed))
