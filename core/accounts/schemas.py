import uuid
from datetime import datetime, timedelta

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person. `discord_user_id` is None for an owner who has never logged in with Discord."""

    id: uuid.UUID
    name: str
    is_owner: bool
    created_at: datetime
    discord_user_id: str | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A program's credential. The secret itself is shown once, when it is made. `scopes` of None are all that the
    account may, `guild_ids` of None are all guilds."""

    id: uuid.UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    scopes: tuple[str, ...] | None = None
    guild_ids: tuple[str, ...] | None = None


class NewApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` cannot be shown again; the `repr` does not show it."""

    token: ApiToken
    secret: str

    def __repr__(self) -> str:
        return f"NewApiToken(token={self.token!r})"


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """Shown instead of the credential that it was made with, for a short while. The `repr` does not show `secret`."""

    secret: str
    expires_at: datetime
    expires_in: int
    scopes: tuple[str, ...] | None
    guild_ids: tuple[str, ...] | None

    def __repr__(self) -> str:
        return f"AccessToken(expires_at={self.expires_at!r})"


class LoginGuild(msgspec.Struct, frozen=True, kw_only=True):
    """A guild of the person who logs in, as Discord tells: with what its roles permit them there."""

    id: str
    name: str
    is_owner: bool
    bits: int


class DiscordLogin(msgspec.Struct, frozen=True, kw_only=True):
    """Who Discord says has come, and what they let us ask in their name. The `repr` shows no token."""

    user_id: str
    name: str
    access_token: str
    expires_in: int
    scopes: str
    guilds: tuple[LoginGuild, ...] = ()

    def __repr__(self) -> str:
        return f"DiscordLogin(user_id={self.user_id!r}, name={self.name!r})"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session was begun, for its owner to recognise it, and by which request."""

    user_agent: str | None = None
    address: str | None = None
    request_id: str | None = None


class SessionLife(msgspec.Struct, frozen=True):
    """After how long without a request, and after how long anyhow, a session ends."""

    idle: timedelta = timedelta(days=7)
    absolute: timedelta = timedelta(days=30)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """`current`: it is the one that asks."""

    id: uuid.UUID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_agent: str | None
    address: str | None
    current: bool


class NewSession(msgspec.Struct, frozen=True):
    """`secret` is for the browser's cookie, and is kept nowhere else; the `repr` does not show it."""

    session: Session
    secret: str
    account_id: uuid.UUID

    def __repr__(self) -> str:
        return f"NewSession(session={self.session!r})"
