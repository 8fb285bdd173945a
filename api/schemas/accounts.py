"""Accounts and API tokens as HTTP shows them."""

import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Snowflake, Time
from core.accounts import schemas as core


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


class ApiTokenPage(msgspec.Struct, frozen=True):
    """Newest first, revoked ones included."""

    items: tuple[ApiToken, ...]
    next_cursor: NextCursor = None


class NewApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` cannot be shown again."""

    token: ApiToken
    secret: str


class CreateApiToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further token for your own account, with all that you may do."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    expires_at: Time | None = None


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
    )
