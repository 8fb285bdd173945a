"""Browser logins as HTTP shows them."""

import uuid
from typing import Annotated

import msgspec
from msgspec import Meta

from api.schemas.values import NextCursor, Time
from core.accounts import schemas as core


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser in which you are logged in."""

    id: uuid.UUID
    current: Annotated[bool, Meta(description="Whether it is the one that asks.")]
    created_at: Time
    seen_at: Annotated[Time, Meta(description="Right to within a minute.")]
    expires_at: Annotated[Time, Meta(description="It ends then, and earlier if it is not used for a while.")]
    user_agent: str | None
    address: str | None


class SessionPage(msgspec.Struct, frozen=True):
    """Those that hold, newest first."""

    items: tuple[Session, ...]
    next_cursor: NextCursor = None


class CurrentSession(msgspec.Struct, frozen=True, kw_only=True):
    """`csrf_token` is to be sent as X-CSRF-Token with whatever is not GET."""

    session: Session
    csrf_token: str


def session_of(session: core.Session) -> Session:
    return Session(
        id=session.id,
        current=session.current,
        created_at=session.created_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        address=session.address,
    )
