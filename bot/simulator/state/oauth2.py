"""What people allow the application over OAuth2: codes that wait for their exchange, and the tokens they become."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Challenge:
    """A PKCE code challenge (RFC 7636, 4.2); ``method`` is S256 or plain."""

    method: str
    value: str


@dataclass(slots=True, frozen=True)
class AuthorizationCode:
    """``guild_id`` is the guild the bot was added to; it joins at the exchange where ``joins`` is set."""

    user_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: Challenge | None = None
    guild_id: int | None = None
    permissions: int = 0
    joins: bool = False
    text: str = ""
    issued: float = 0.0


@dataclass(slots=True, frozen=True)
class AccessToken:
    """``origin`` is the code it goes back to, also after refreshes; only such a token has a ``refresh`` token."""

    text: str
    user_id: int
    scopes: tuple[str, ...]
    expires: float
    refresh: str | None = None
    origin: str | None = None
