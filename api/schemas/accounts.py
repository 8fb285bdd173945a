"""Accounts and API tokens as HTTP shows them."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Snowflake, Time
from core.accounts import schemas as core

Scope: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=100, description="`templates:write`, `jobs:create:message.send`, …")
]
Scopes: TypeAlias = Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=100)]
GuildIds: TypeAlias = Annotated[tuple[Snowflake, ...], Meta(min_length=1, max_length=100)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person. `discord_user_id` is null for an owner who has never logged in with Discord."""

    id: uuid.UUID
    name: str
    is_owner: bool
    discord_user_id: Snowflake | None
    created_at: Time


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A program's credential. The secret itself is shown once, when it is made; `prefix` is its beginning."""

    id: uuid.UUID
    name: str
    prefix: str
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    last_used_at: Annotated[Time | None, Meta(description="Right to within a minute.")]
    scopes: Annotated[
        tuple[str, ...] | None, Meta(description="What it may do at most; null is all that its account may.")
    ]
    guild_ids: Annotated[
        tuple[Snowflake, ...] | None, Meta(description="Where it is good; null is everywhere.")
    ]


class ApiTokenPage(msgspec.Struct, frozen=True):
    """Newest first, for a month also those that have expired or were revoked."""

    items: tuple[ApiToken, ...]
    next_cursor: NextCursor = None


class NewApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` cannot be shown again."""

    token: ApiToken
    secret: str

    def __repr__(self) -> str:
        return f"NewApiToken(token={self.token!r})"


class CreateApiToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further token for your own account. It may do no more than the credential that makes it."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    expires_at: Annotated[
        Time | None, Meta(description="Null is as long as the credential that makes it.")
    ] = None
    scopes: Annotated[
        Scopes | None, Meta(description="What it may do at most; null is all that you may, also later.")
    ] = None
    guild_ids: Annotated[
        GuildIds | None, Meta(description="In which guilds it is good; null is in every one.")
    ] = None


def account_of(account: core.Account) -> Account:
    return Account(
        id=account.id,
        name=account.name,
        is_owner=account.is_owner,
        discord_user_id=account.discord_user_id,
        created_at=account.created_at,
    )


def token_of(token: core.ApiToken) -> ApiToken:
    return ApiToken(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        last_used_at=token.last_used_at,
        scopes=token.scopes,
        guild_ids=token.guild_ids,
    )
