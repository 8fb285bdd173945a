"""Who asks: a bearer credential or a session's cookie, looked up before anything else is done."""

import time
from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Scope

from api.cookies import SESSION, shown_in
from api.parts import parts_of
from api.request_id import request_id_of
from core.accounts.jwts import is_jwt
from core.actor import Actor
from core.errors import Forbidden, Unauthenticated
from core.uow import Database, UnitOfWork

CSRF_HEADER: Final = "X-CSRF-Token"
_NOTE_EVERY_SECONDS = 60.0
_MOST_NOTED = 10_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = "open_to_all"
OPEN_TO_ALL: Final[Mapping[str, bool]] = {_OPEN: True}
"""For a controller's `opt`: no credential is looked at."""


class CrossSite(Forbidden):
    """Not one of our own pages has asked for it, as far as we can tell."""

    code = "cross_site"


def actor_of(scope: Scope) -> Actor | None:
    """Whoever showed a credential that holds."""
    return cast("dict[str, Any]", scope).get("user")


def is_options(scope: Scope) -> bool:
    """litestar answers OPTIONS itself, with what the path takes."""
    return cast("dict[str, Any]", scope).get("method") == "OPTIONS"


class Credentials(AbstractAuthenticationMiddleware):
    """`Authorization: Bearer` with an API token or an access token, or else the session's cookie. Without either the
    request goes on as nobody's, and guards refuse it.

    Guards run before dependencies, so the lookup has a short session of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key=_OPEN)
        self._noted: dict[UUID, float] = {}

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        header, cookie = connection.headers.get("authorization"), shown_in(connection, SESSION)
        if header is None and cookie is None:
            return AuthenticationResult(user=None, auth=None)
        database = parts_of(connection.scope).database
        async with database.read() as unit:
            actor = await unit.access.resolve(await _actor(connection, unit, header, cookie))
        await self._note_use(database, actor)
        actor = msgspec.structs.replace(actor, request_id=request_id_of(connection.scope))
        return AuthenticationResult(user=actor, auth=None)

    async def _note_use(self, database: Database, actor: Actor) -> None:
        """Once a minute: most requests write nothing. Where more come in a minute than are remembered, more is
        written."""
        now, used = time.monotonic(), actor.token_id or actor.session_id
        if used is None or now - self._noted.get(used, -_NOTE_EVERY_SECONDS) < _NOTE_EVERY_SECONDS:
            return
        self._noted.pop(used, None)  # so that the one noted longest ago comes first
        self._noted[used] = now
        if len(self._noted) > _MOST_NOTED:
            del self._noted[next(iter(self._noted))]
        async with database.unit() as unit:
            await (unit.accounts if actor.token_id else unit.sessions).note_use(actor)


async def _actor(
    connection: ASGIConnection[Any, Any, Any, Any], unit: UnitOfWork, header: str | None, cookie: str | None
) -> Actor:
    """What stands in the header goes first: a browser sends the cookie by itself, the header it does not."""
    if header is None:
        actor = await unit.sessions.authenticate(cookie or "")
        _require_own_page(connection, unit, actor)
        return actor
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("Send `Authorization: Bearer` and an API token or an access token.")
    if is_jwt(secret := secret.strip()):
        return await unit.access_tokens.authenticate(secret)
    return await unit.accounts.authenticate(secret)


def _require_own_page(connection: ASGIConnection[Any, Any, Any, Any], unit: UnitOfWork, actor: Actor) -> None:
    """Raises `CrossSite` for what a browser may have been made to send by another site."""
    if cast("dict[str, Any]", connection.scope).get("method") in _SAFE:
        return
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site")
    ours = parts_of(connection.scope).discord.origin
    if site not in (None, "same-origin") or (origin is None and site is None) or origin not in (None, ours):
        raise CrossSite(f"With a session this is taken from pages of {ours} only (Origin, Sec-Fetch-Site).")
    if not unit.sessions.is_form_token(actor, connection.headers.get(CSRF_HEADER, "")):
        raise CrossSite(f"With a session send {CSRF_HEADER}, as `GET /api/v1/me/session` tells it.")
