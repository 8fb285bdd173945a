"""Who asks: a bearer token, looked up before anything else is done."""

import time
from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Scope

from api.parts import parts_of
from api.request_id import request_id_of
from core.actor import Actor
from core.errors import Unauthenticated
from core.uow import Database

_NOTE_EVERY_SECONDS = 60.0
_OPEN = "open_to_all"
OPEN_TO_ALL: Final[Mapping[str, bool]] = {_OPEN: True}
"""For a controller's `opt`: no credential is looked at."""


def actor_of(scope: Scope) -> Actor | None:
    """Whoever showed a token that holds."""
    return cast("dict[str, Any]", scope).get("user")


def is_options(scope: Scope) -> bool:
    """litestar answers OPTIONS itself, with what the path takes."""
    return cast("dict[str, Any]", scope).get("method") == "OPTIONS"


class BearerTokens(AbstractAuthenticationMiddleware):
    """`Authorization: Bearer gwt_…`. Without the header the request goes on as nobody's, and guards refuse it.

    Guards run before dependencies, so the lookup has a short session of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key=_OPEN)
        self._noted: dict[UUID, float] = {}

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        header = connection.headers.get("authorization")
        if header is None:
            return AuthenticationResult(user=None, auth=None)
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated("Send `Authorization: Bearer` and an API token.")
        database = parts_of(connection.scope).database
        async with database.read() as unit:
            actor = await unit.accounts.authenticate(secret.strip())
        await self._note_use(database, actor)
        actor = msgspec.structs.replace(actor, request_id=request_id_of(connection.scope))
        return AuthenticationResult(user=actor, auth=None)

    async def _note_use(self, database: Database, actor: Actor) -> None:
        """Once a minute: most requests write nothing."""
        now = time.monotonic()
        if (
            actor.token_id is None
            or now - self._noted.get(actor.token_id, -_NOTE_EVERY_SECONDS) < _NOTE_EVERY_SECONDS
        ):
            return
        self._noted[actor.token_id] = now
        async with database.unit() as unit:
            await unit.accounts.note_use(actor)
