"""What every answer tells a browser, where the route says nothing else: render nothing, guess nothing, keep nothing."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.parts import parts_of

_ALWAYS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
_OVER_HTTPS = ((b"strict-transport-security", b"max-age=31536000"),)


class SafeAnswers:
    """HTTPS is insisted on where the public URL has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        usual = _ALWAYS + (_OVER_HTTPS if parts_of(scope).door.is_https else ())

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                said = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in usual if name not in said]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_safely)
