"""How an answer goes out: headers, body, and the ends that are no answer."""

from dataclasses import dataclass

import msgspec
from starlette.types import Send

from bot.simulator.ratelimits import Blocked, Limited, Verdict
from bot.simulator.ratelimits.limits import Headers
from bot.simulator.ratelimits.refusals import TOO_MANY, whole_seconds
from bot.simulator.routing import Answer
from bot.simulator.shapes import as_object

NO_CONTENT = 204
_VIA = (b"via", b"1.1 google")
_JSON = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class SocketClosed(ConnectionResetError):
    """The call's socket was closed without a whole answer; seen only when the app is driven in process."""


@dataclass(slots=True, frozen=True)
class Outgoing:
    """``content`` is None where there is no body at all."""

    status: int
    headers: Headers
    content: bytes | None = None

    async def send(self, send: Send) -> None:
        await self._begin(send)
        await send({"type": "http.response.body", "body": self.content or b""})

    async def send_half(self, send: Send) -> None:
        """What arrives when the connection breaks in the middle of the body, of no body nothing; it ends so."""
        if self.content:
            half = self.content[: len(self.content) // 2]
            await self._begin(send)
            await send({"type": "http.response.body", "body": half, "more_body": True})
        raise SocketClosed("closed within the answer")

    async def _begin(self, send: Send) -> None:
        headers = self.headers
        if self.status != NO_CONTENT:
            headers = [*headers, (b"content-length", b"%d" % len(self.content or b""))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})


def outgoing(answer: Answer, verdict: Verdict, limited: Limited | None) -> Outgoing:
    """Every answer has ``Via`` and the rate limit headers, without which clients suspect a proxy."""
    if limited is not None:
        headers = [_VIA, *_limited_headers(verdict, limited)]
    elif answer.status == TOO_MANY:
        headers = [_VIA, *verdict.headers, *_own_limit(answer)]
    else:
        headers = [_VIA, *verdict.headers]
    headers += [(name.encode(), text.encode()) for name, text in answer.headers.items()]
    content = None if answer.body is None else _encode(answer.body)
    return Outgoing(answer.status, headers if content is None else [*headers, _JSON], content)


def blocked(refusal: Blocked) -> Outgoing:
    """The proxy's own words."""
    headers = [
        (b"content-type", b"text/plain; charset=UTF-8"),
        (b"retry-after", whole_seconds(refusal.retry_after).encode()),
        (b"server", b"cloudflare"),
    ]
    return Outgoing(TOO_MANY, headers, refusal.body)


def _limited_headers(verdict: Verdict, limited: Limited) -> Headers:
    """Of the global limit the bucket says nothing, and one beside the bucket leaves the bucket's numbers."""
    told = [
        (b"retry-after", whole_seconds(limited.retry_after).encode()),
        (b"x-ratelimit-scope", limited.scope.encode()),
    ]
    if limited.scope == "global":
        return [*told, (b"x-ratelimit-global", b"true")]
    if not limited.is_bucket:
        return [*verdict.headers, *told]
    spent = {b"x-ratelimit-remaining": b"0", b"x-ratelimit-reset-after": b"%.3f" % limited.retry_after}
    return [*((name, spent.get(name, value)) for name, value in verdict.headers), *told]


def _own_limit(answer: Answer) -> Headers:
    """A 429 of a route's own, such as slow mode, which has an error code and is no rate limit."""
    wait = (as_object(answer.body) or {}).get("retry_after")
    scope = (b"x-ratelimit-scope", b"user")
    return (
        [(b"retry-after", whole_seconds(wait).encode()), scope] if isinstance(wait, int | float) else [scope]
    )
