"""Examples of people, their sessions and their credentials."""

import uuid
from datetime import timedelta

import msgspec

from api.example_values import ACCOUNT, GUILD, THEN, TOKEN
from api.schemas.access_tokens import AccessToken, CreateAccessToken
from api.schemas.account_views import AccountPage, AccountView
from api.schemas.accounts import Account, ApiToken, ApiTokenPage, CreateApiToken, NewApiToken
from api.schemas.sessions import CurrentSession, Session, SessionPage

_ACCOUNT_SHOWN = Account(id=ACCOUNT, name="owner", is_owner=True, discord_user_id=None, created_at=THEN)
_SESSION_SHOWN = Session(
    id=uuid.UUID("0198c5d0-3333-7aaa-8bbb-0123456789ab"),
    current=True,
    created_at=THEN,
    seen_at=THEN,
    expires_at=THEN + timedelta(days=30),
    user_agent="Mozilla/5.0",
    address="198.51.100.7",
)
_TOKEN_SHOWN = ApiToken(
    id=TOKEN,
    name="deploy",
    prefix="gwt_Q2x1",
    created_at=THEN,
    expires_at=None,
    revoked_at=None,
    last_used_at=None,
    scopes=("templates:write", "jobs:create:message.send"),
    guild_ids=(GUILD,),
)

ACCOUNT_EXAMPLES: tuple[msgspec.Struct, ...] = (
    _ACCOUNT_SHOWN,
    _TOKEN_SHOWN,
    SessionPage(items=(_SESSION_SHOWN,)),
    CurrentSession(session=_SESSION_SHOWN, csrf_token="8c1f02ab.Q2x1…"),  # noqa: S106 - an example
    ApiTokenPage(items=(_TOKEN_SHOWN,)),
    AccountPage(items=(_ACCOUNT_SHOWN,)),
    AccountView(account=_ACCOUNT_SHOWN, sessions=(_SESSION_SHOWN,), tokens=(_TOKEN_SHOWN,)),
    AccessToken(
        access_token="eyJhbGciOi…",  # noqa: S106 - an example, not a secret
        expires_in=900,
        expires_at=THEN + timedelta(minutes=15),
        scopes=("jobs:create:message.send",),
        guild_ids=(GUILD,),
    ),
    CreateAccessToken(scopes=("jobs:create:message.send",), guild_ids=(GUILD,)),
    CreateApiToken(name="deploy", scopes=("templates:write", "jobs:create:message.send"), guild_ids=(GUILD,)),
    NewApiToken(token=_TOKEN_SHOWN, secret="gwt_Q2x1…"),  # noqa: S106 - an example, not a secret
)
