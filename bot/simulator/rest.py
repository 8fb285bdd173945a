"""Discord's REST surface as one ASGI app: authorisation, limits, faults, the route, the journal, the answer."""

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.types import Receive, Scope, Send

from bot.simulator.errors import Refusal, bad_field, refuse, unauthorized
from bot.simulator.faults import GATEWAY_KINDS, Fault
from bot.simulator.multipart import payload_of
from bot.simulator.ratelimits import Verdict
from bot.simulator.routing import Answer, Call, Table, perform
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.sockets import Sockets
from bot.simulator.world import World

PREFIX = "/api/v10"
_JSON = b"application/json"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class SocketClosed(ConnectionResetError):
    """The call's socket was closed without an answer; seen only when the app is driven in process."""


@dataclass(slots=True)
class Arrival:
    """A request as it came in, before anything is known to be right about it."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    query: dict[str, str]
    content: bytes
    started: float

    @property
    def reason(self) -> str | None:
        """disnake and Discord's docs percent-encode the audit reason."""
        raw = self.headers.get(b"x-audit-log-reason")
        return None if raw is None else unquote(raw.decode("latin-1"))

    def host(self) -> str:
        return self.headers.get(b"host", b"127.0.0.1").decode("latin-1")


class Rest:
    """Answers every call with ``Via`` and the rate limit headers, as disnake needs them."""

    def __init__(self, world: World, table: Table, sockets: Sockets) -> None:
        self._world = world
        self._table = table
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = await self._arrive(scope, receive)
        world = self._world
        verdict: Verdict | None = None
        fault: Fault | None = None
        template, body = arrival.path, None
        try:
            route, params = self._table.find(arrival.method, arrival.path)
            template = route.template
            fault = world.faults.take(arrival.method, template, arrival.path)
            if fault is not None:
                await self._before_effect(fault, scope)
            if not route.keyed:
                self._authorise(arrival)
            body = _body(arrival)
            verdict = world.limits.spend(
                arrival.method, template, params, renames=_renames(arrival.method, template, body)
            )
            if verdict.retry_after is not None:
                raise _limited(verdict.retry_after, is_global=verdict.is_global)
            call = Call(
                world=world,
                actor_id=world.application.bot_id,
                method=arrival.method,
                route=route,
                path=arrival.path,
                params=params,
                query=arrival.query,
                body=body,
                reason=arrival.reason,
                origin=arrival.host(),
            )
            answer = perform(call, via="rest")
            if fault is not None:
                self._after_effect(fault, scope)
        except SocketClosed:
            kind = None if fault is None else fault.kind
            self._note(arrival, template, None, verdict, body, kind, None)
            if not self._sockets.cut(_peer(scope)):
                raise
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body, wrote=False)
        self._note(
            arrival,
            template,
            answer.status,
            verdict,
            body,
            None if fault is None else fault.kind,
            as_object(answer.body) if answer.status >= 400 else None,  # noqa: PLR2004
        )
        await _send(send, answer, self._headers(answer, verdict, fault, arrival.method, template))

    async def _arrive(self, scope: Scope, receive: Receive) -> Arrival:
        content = b""
        more = True
        while more:
            message = await receive()
            content += cast("bytes", message.get("body", b""))
            more = bool(message.get("more_body", False))
        path = cast("str", scope["path"])
        pairs = parse_qsl(
            cast("bytes", scope.get("query_string", b"")).decode("latin-1"), keep_blank_values=True
        )
        return Arrival(
            method=cast("str", scope["method"]),
            path=path.removeprefix(PREFIX) or "/",
            headers=dict(cast("list[tuple[bytes, bytes]]", scope["headers"])),
            query=dict(pairs),
            content=content,
            started=self._world.clock.now(),
        )

    def _authorise(self, arrival: Arrival) -> None:
        if arrival.headers.get(b"authorization") != f"Bot {self._world.token}".encode():
            raise unauthorized()

    # Faults

    async def _before_effect(self, fault: Fault, scope: Scope) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay)
        elif fault.kind == "drop":
            raise SocketClosed("closed before the effect")
        elif fault.kind == "429":
            raise _limited(fault.retry_after, is_global=fault.is_global)
        elif fault.kind == "5xx":
            raise Refusal(fault.status, 0, f"{fault.status}: Server Error")

    def _after_effect(self, fault: Fault, scope: Scope) -> None:
        if fault.kind == "lost_answer":
            raise SocketClosed("closed after the effect")
        if fault.kind in GATEWAY_KINDS:
            strike(self._world, fault)

    # Bookkeeping

    def _note(
        self,
        arrival: Arrival,
        template: str,
        status: int | None,
        verdict: Verdict | None,
        body: object,
        fault: str | None,
        error: JsonObject | None,
    ) -> None:
        self._world.journal.called(
            started=arrival.started,
            method=arrival.method,
            route=template,
            path=arrival.path,
            status=status,
            reason=arrival.reason,
            bucket=None if verdict is None else verdict.bucket,
            body=body,
            fault=fault,
            error=error,
        )

    def _headers(
        self, answer: Answer, verdict: Verdict | None, fault: Fault | None, method: str, template: str
    ) -> dict[str, str]:
        if verdict is None:
            verdict = Verdict(
                {
                    "x-ratelimit-limit": "1",
                    "x-ratelimit-remaining": "1",
                    "x-ratelimit-reset": f"{self._world.clock.now() + 1:.3f}",
                    "x-ratelimit-reset-after": "1.000",
                    "x-ratelimit-bucket": self._world.limits.bucket(method, template),
                },
                "",
            )
        headers = {"via": "1.1 google"} | verdict.headers
        if answer.status == 429:  # noqa: PLR2004
            body = as_object(answer.body) or {}
            is_global = bool(body.get("global"))
            asked = fault.scope if fault is not None and fault.kind == "429" else "user"
            headers["retry-after"] = str(max(1, -int(-cast("float", body.get("retry_after", 1.0)) // 1)))
            headers["x-ratelimit-scope"] = "global" if is_global else asked
            headers["x-ratelimit-remaining"] = "0"
            headers["x-ratelimit-reset-after"] = f"{cast('float', body.get('retry_after', 1.0)):.3f}"
            if is_global:
                headers["x-ratelimit-global"] = "true"
        return headers


def strike(world: World, fault: Fault) -> None:
    """What a gateway fault does to the connected sessions."""
    if fault.kind == "op7":
        world.hub.reconnect()
    elif fault.kind == "op9":
        world.hub.invalidate(resumable=fault.resumable)
    else:
        world.hub.cut(fault.code)


def _limited(retry_after: float, *, is_global: bool) -> Refusal:
    refusal = Refusal(429, 0, "You are being rate limited.")
    refusal.body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
    return refusal


def _renames(method: str, template: str, body: object) -> bool:
    found = as_object(body)
    if found is None or method != "PATCH" or template != "/channels/{channel_id}":
        return False
    return "name" in found or "topic" in found


def _body(arrival: Arrival) -> object:
    if not arrival.content or arrival.method == "GET":
        return None
    kind = arrival.headers.get(b"content-type", b"").decode("latin-1")
    if kind.startswith("multipart/form-data"):
        return payload_of(kind, arrival.content)
    if not kind.startswith("application/json"):
        raise bad_field(
            "", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be one of {'application/json'}."
        )
    try:
        return _decode(arrival.content)
    except msgspec.DecodeError:
        raise refuse(50109) from None


def _peer(scope: Scope) -> tuple[str, int] | None:
    return cast("tuple[str, int] | None", scope.get("client"))


async def _send(send: Send, answer: Answer, headers: dict[str, str]) -> None:
    content = b"" if answer.body is None else _encode(answer.body)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    if answer.body is not None:
        raw.append((b"content-type", _JSON))
    if answer.status != 204:  # noqa: PLR2004
        raw.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
