import uuid
from datetime import datetime

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person. `discord_user_id` is None for an owner who has never logged in with Discord."""

    id: uuid.UUID
    name: str
    is_owner: bool
    created_at: datetime
    discord_user_id: str | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A program's credential. The secret itself is shown once, when it is made."""

    id: uuid.UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class NewApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` cannot be shown again."""

    token: ApiToken
    secret: str
