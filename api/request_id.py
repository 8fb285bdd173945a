"""Every answer carries an X-Request-Id: the caller's, if it is a sane one, or a new one."""

import re
from uuid import uuid4

from litestar.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode()
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_KEY = "guildwright_request_id"


def request_id_of(scope: Scope) -> str:
    return scope["state"][_KEY]


class RequestIds:
    """Around the whole application: litestar's own middleware never sees a request that no route answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _accepted(scope) or uuid4().hex
        scope["state"][_KEY] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (_NAME, request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_id)


def _accepted(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == _NAME), b"")
    return given.decode() if _SANE.fullmatch(given) else None
