"""A REST request as it came in, before anything is known to be right about it."""

import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.types import Receive, Scope

from bot.simulator.errors import bad_field, refuse
from bot.simulator.multipart import payload_of
from bot.simulator.oauth2.refusals import TokenRefusal
from bot.simulator.shapes import JsonObject, too_wide
from bot.simulator.sockets import Peer

PREFIX = "/api/v10"
_UNVERSIONED = "/api"
_FORM = "application/x-www-form-urlencoded"
_LONG_NUMBER = re.compile(rb"[0-9]{19}")


@dataclass(slots=True)
class Arrival:
    method: str
    path: str
    headers: dict[bytes, bytes]
    query: dict[str, str]
    content: bytes
    started: float
    peer: Peer | None

    def header(self, name: bytes) -> str | None:
        raw = self.headers.get(name)
        return None if raw is None else raw.decode("latin-1")

    @property
    def reason(self) -> str | None:
        """The audit reason, which clients percent-encode."""
        raw = self.header(b"x-audit-log-reason")
        return None if raw is None else unquote(raw)

    @property
    def address(self) -> str:
        """The client's IP address."""
        return "127.0.0.1" if self.peer is None else self.peer[0]

    @property
    def host(self) -> str:
        return self.header(b"host") or "127.0.0.1"

    @property
    def locale(self) -> str:
        """What the caller reads (docs: Localization > Retrieving localized commands)."""
        asked = self.header(b"x-discord-locale") or self.header(b"accept-language") or "en-US"
        return re.split(r"[,;]", asked)[0].strip()

    def body(self) -> object:
        """The decoded body: JSON, or the form of a multipart one with its files."""
        if not self.content or self.method == "GET":
            return None
        kind = self.header(b"content-type") or ""
        if kind.startswith("multipart/form-data"):
            return payload_of(kind, self.content, self.host)
        if not kind.startswith("application/json"):
            expected = "Expected \"Content-Type\" header to be one of {'application/json'}."
            raise bad_field("", "CONTENT_TYPE_INVALID", expected)
        try:
            found: object = msgspec.json.decode(self.content)
        except msgspec.DecodeError:
            raise refuse(50109) from None
        if _LONG_NUMBER.search(self.content) and too_wide(found):
            raise refuse(50109)
        return found

    def pairs(self) -> JsonObject:
        """The body of a call that takes a form, each name once (RFC 6749, 3.2)."""
        kind = self.header(b"content-type") or ""
        if kind.partition(";")[0].strip().lower() != _FORM:
            raise TokenRefusal("invalid_request", f"Content-Type must be {_FORM}")
        pairs = parse_qsl(self.content.decode("latin-1"), keep_blank_values=True)
        if len(dict(pairs)) < len(pairs):
            raise TokenRefusal("invalid_request", "A parameter is given more than once")
        return dict(pairs)


async def arrive(scope: Scope, receive: Receive, now: float) -> Arrival:
    """Read the request to its end."""
    content = b""
    more = True
    while more:
        message = await receive()
        content += cast("bytes", message.get("body", b""))
        more = bool(message.get("more_body", False))
    query = cast("bytes", scope.get("query_string", b"")).decode("latin-1")
    return Arrival(
        method=cast("str", scope["method"]),
        path=cast("str", scope["path"]).removeprefix(PREFIX).removeprefix(_UNVERSIONED) or "/",
        headers=dict(cast("list[tuple[bytes, bytes]]", scope["headers"])),
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        content=content,
        started=now,
        peer=cast("Peer | None", scope.get("client")),
    )
