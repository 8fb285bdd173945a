"""A refusal that arrives, and a client that leaves before it could.

Whoever is still sending a body when the connection is closed under them gets a reset, and often never reads the answer
that was on its way. So what is left of the body is taken and thrown away for a while, after the answer was sent.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

LINGER_SECONDS: Final = 2.0
_BYTES = 32 << 20
_LEFT = "guildwright_left"


def has_left(scope: Scope) -> bool:
    """Whether whoever asked went away in the middle of their request: then nothing that follows is told to anybody."""
    return _LEFT in scope["state"]


class Lingering:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        await self._app(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request with its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._is_refused = False
        self._is_read = False

    async def receive(self) -> Any:
        message: Any = await self._receive()
        if message["type"] == "http.disconnect" and not self._is_read:
            self._scope["state"][_LEFT] = True
        self._is_read = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_refused = message["status"] >= HTTPStatus.BAD_REQUEST
        elif (
            message["type"] == "http.response.body"
            and not message.get("more_body", False)
            and self._is_refused
            and not self._is_read
        ):
            await self._send({**message, "more_body": True})
            await self._read_on()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _read_on(self) -> None:
        thrown_away = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self._is_read and thrown_away < _BYTES:
                    message = await self.receive()
                    thrown_away += len(message.get("body", b""))
