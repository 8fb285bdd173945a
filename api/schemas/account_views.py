"""Accounts as owners of the installation see them."""

import msgspec

from api.schemas.accounts import Account, ApiToken, account_of, token_of
from api.schemas.sessions import Session, session_of
from api.schemas.values import NextCursor
from core.accounts import directory as core


class AccountPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: tuple[Account, ...]
    next_cursor: NextCursor = None


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account with the sessions of it that hold, and all its API tokens, both newest first."""

    account: Account
    sessions: tuple[Session, ...]
    tokens: tuple[ApiToken, ...]


def account_view_of(view: core.AccountView) -> AccountView:
    return AccountView(
        account=account_of(view.account),
        sessions=tuple(map(session_of, view.sessions)),
        tokens=tuple(map(token_of, view.tokens)),
    )
