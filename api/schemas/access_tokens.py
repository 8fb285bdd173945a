"""Access tokens as HTTP shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from api.schemas.accounts import GuildIds, Scopes
from api.schemas.values import Snowflake, Time
from core.accounts import schemas as core


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """To be shown as `Authorization: Bearer`; the names are those of OAuth 2.0 (RFC 6749, section 5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a word of the standard
    expires_in: Annotated[int, Meta(description="Seconds.", ge=0)]
    expires_at: Time
    scopes: Annotated[tuple[str, ...] | None, Meta(description="Null is all that the account may.")]
    guild_ids: Annotated[tuple[Snowflake, ...] | None, Meta(description="Null is everywhere.")]

    def __repr__(self) -> str:
        return f"AccessToken(expires_at={self.expires_at!r})"


class CreateAccessToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits that are narrower than those of the credential that asks; null is its own."""

    scopes: Annotated[Scopes | None, Meta(description="What it may do at most.")] = None
    guild_ids: Annotated[GuildIds | None, Meta(description="In which guilds it is good.")] = None


def access_token_of(made: core.AccessToken) -> AccessToken:
    return AccessToken(
        access_token=made.secret,
        expires_in=made.expires_in,
        expires_at=made.expires_at,
        scopes=made.scopes,
        guild_ids=made.guild_ids,
    )
