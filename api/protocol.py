"""HTTP/1.1 as the server reads it. What cannot be read gets a problem as well, and nobody may dawdle over it."""

import asyncio
import logging
import sys
from http import HTTPStatus
from typing import Any, Final, Literal, cast
from uuid import uuid4

import h11
import msgspec
import uvicorn
from litestar import Litestar
from litestar.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.clients import UNKNOWN
from api.lingering import LINGER_SECONDS
from api.refusals import Refusal, problem_of
from api.request_id import HEADER, request_id_of
from api.schemas.problems import MEDIA_TYPE
from api.soundness import HEAD_LIMIT

HEAD_SECONDS: Final = 20.0
"""How long a connection may be open without one whole head of a request."""
BODY_SECONDS: Final = 20.0
BODY_RATE: Final = 16384
"""A body has so many seconds, and one more for each so many bytes that have come: whoever is slow but goes on is waited
for, and whoever sends a byte a second is not."""
_UNREADABLE = Refusal(
    status=HTTPStatus.BAD_REQUEST, code="malformed", detail="This is not an HTTP/1.1 request."
)
_SLOW_HEAD = Refusal(
    status=HTTPStatus.REQUEST_TIMEOUT,
    code="request_timeout",
    detail=f"A request's head must arrive within {HEAD_SECONDS:g} seconds.",
)
_SLOW_BODY = Refusal(
    status=HTTPStatus.REQUEST_TIMEOUT,
    code="request_timeout",
    detail=f"A body must arrive within {BODY_SECONDS:g} seconds and one more for each {BODY_RATE >> 10} KiB of it.",
)
_BY_STATUS: Final = {
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: Refusal(
        status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        code="headers_too_large",
        detail=f"The headers of a request may have up to {HEAD_LIMIT:,} bytes together.",
    ),
    HTTPStatus.NOT_IMPLEMENTED: Refusal(
        status=HTTPStatus.NOT_IMPLEMENTED,
        code="not_implemented",
        detail="The one Transfer-Encoding that is read is `chunked`.",
    ),
}
_GRACE_SECONDS = 5
log = logging.getLogger(__name__)


def serving(app: Litestar, *, lifespan: Literal["on", "off"] = "on") -> uvicorn.Config:
    """How the application is served. There are no web sockets, and who is asking `api.clients` finds out."""
    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan=lifespan,
    )


class Protocol(H11Protocol):
    """uvicorn's, with RFC 9457 for what its parser refuses."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    _is_over = False
    _impatience: asyncio.TimerHandle | None = None
    _body_impatience: asyncio.TimerHandle | None = None
    _body_until = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._mind_the_head()

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        super().data_received(data)
        self._mind_the_head()
        self._mind_the_body(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm_down()
        self._stop_minding_the_body()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """uvicorn calls it while it handles what its parser raised."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(_BY_STATUS.get(HTTPStatus(status), _UNREADABLE))

    def _refuse(self, refusal: Refusal) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self._is_over = True
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()
            return
        request_id, path = self._named(refusal)
        log.info("%s: %d %s %s", (self.client or (UNKNOWN, 0))[0], refusal.status, refusal.code, request_id)
        body = msgspec.json.encode(problem_of(refusal, request_id, path))
        headers = [
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(body))),
            (HEADER, request_id),
            ("Connection", "close"),
        ]
        answer: list[Any] = [
            h11.Response(
                status_code=int(refusal.status), headers=headers, reason=refusal.status.phrase.encode()
            ),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]
        for event in answer:
            self.transport.write(cast("bytes", self.conn.send(event)))
        # Whoever is still sending must not be reset before they have read it.
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _named(self, refusal: Refusal) -> tuple[str, str]:
        """The id and the path of what is refused: of a request whose head was never read, none that it said."""
        if refusal is not _SLOW_BODY:
            return uuid4().hex, "/"
        scope = cast("Scope", self.scope)
        return request_id_of(scope), scope["path"]

    def _mind_the_head(self) -> None:
        """Between two requests uvicorn's own timer runs; while a body arrives, that of the body."""
        if self.conn.their_state is not h11.IDLE or self.timeout_keep_alive_task is not None:
            self._calm_down()
        elif self._impatience is None:
            self._impatience = self.loop.call_later(self.head_seconds, self._lose_patience)

    def _calm_down(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _lose_patience(self) -> None:
        self._impatience = None
        if not self.transport.is_closing() and self.conn.our_state is h11.IDLE:
            self._refuse(_SLOW_HEAD)

    def _mind_the_body(self, arrived: int) -> None:
        """From its request's head to its end, whether or not anybody reads it and whether or not it is answered."""
        if self.conn.their_state is not h11.SEND_BODY:
            self._stop_minding_the_body()
        elif self._body_impatience is None:
            self._body_until = self.loop.time() + self.body_seconds
            self._await_the_body()
        else:
            self._body_until += arrived / BODY_RATE

    def _stop_minding_the_body(self) -> None:
        if self._body_impatience is not None:
            self._body_impatience.cancel()
            self._body_impatience = None

    def _await_the_body(self) -> None:
        self._body_impatience = self.loop.call_at(self._body_until, self._look_for_the_body)

    def _look_for_the_body(self) -> None:
        self._body_impatience = None
        if self.transport.is_closing() or self.conn.their_state is not h11.SEND_BODY:
            return
        if self._keeps_them_waiting():
            self._body_until = self.loop.time() + self.body_seconds
        if self._body_until > self.loop.time():
            self._await_the_body()
        else:
            self._refuse(_SLOW_BODY)

    def _keeps_them_waiting(self) -> bool:
        """Whether it is we who do not go on: their bytes are not taken, or the `100 Continue` is not said yet."""
        return self.flow.read_paused or self.cycle.waiting_for_100_continue

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that nobody offers is passed over (RFC 9110 §7.8); a line of log for each would be theirs to
        write."""
