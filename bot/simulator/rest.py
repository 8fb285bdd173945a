"""Discord's REST surface as one ASGI app: faults, authorisation, limits, the route, the journal, the answer."""

import asyncio
from dataclasses import dataclass

import msgspec
from starlette.types import Receive, Scope, Send

from bot.simulator.arrivals import Arrival, arrive
from bot.simulator.authority import authority
from bot.simulator.contract import Contract
from bot.simulator.errors import Refusal
from bot.simulator.faults import GATEWAY_KINDS, Fault
from bot.simulator.ratelimits import Verdict, limited, limited_headers
from bot.simulator.routing import Answer, Call, Table, perform
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.sockets import Sockets
from bot.simulator.world import World

NO_CONTENT, REFUSED, LIMITED, FAILED = 204, 400, 429, 500
_encode = msgspec.json.Encoder().encode


class SocketClosed(ConnectionResetError):
    """The call's socket was closed without an answer; seen only when the app is driven in process."""


@dataclass(slots=True)
class _Passage:
    """What became known of one call on its way, for the journal and the headers."""

    arrival: Arrival
    template: str
    body: object = None
    verdict: Verdict | None = None
    fault: Fault | None = None
    complaints: JsonObject | None = None


class Rest:
    """Answers every call with ``Via`` and the rate limit headers, without which clients suspect a proxy."""

    def __init__(self, world: World, table: Table, sockets: Sockets, contract: Contract | None) -> None:
        self._world = world
        self._table = table
        self._sockets = sockets
        self._contract = contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = await arrive(scope, receive, self._world.clock.now())
        passage = _Passage(arrival, arrival.path)
        try:
            answer = await self._answer(passage)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body, wrote=False, headers=refusal.headers)
        except SocketClosed:
            self._note(passage, None)
            if not self._sockets.cut(arrival.peer):
                raise
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        answer = self._judged(passage, answer)
        self._note(passage, answer)
        await _send(send, answer, self._headers(passage, answer))

    async def _answer(self, passage: _Passage) -> Answer:
        arrival, world = passage.arrival, self._world
        route, params = self._table.find(arrival.method, arrival.path)
        passage.template = route.template
        passage.fault = world.faults.take(arrival.method, route.template, arrival.path)
        if passage.fault is not None:
            await _before_effect(passage.fault)
        authorization = arrival.header(b"authorization")
        actor_id, token = authority(world, route, authorization)
        passage.body = arrival.pairs() if route.encoded else arrival.body()
        renames = _renames(route.template, passage.body)
        account = "" if token is None else f"{token.user_id} "
        passage.verdict = world.limits.spend(
            arrival.method, route.template, params, renames=renames, account=account
        )
        if passage.verdict.retry_after is not None:
            raise limited(passage.verdict.retry_after, is_global=passage.verdict.is_global)
        call = Call(
            world=world,
            actor_id=actor_id,
            method=arrival.method,
            route=route,
            path=arrival.path,
            params=params,
            query=arrival.query,
            body=passage.body,
            reason=arrival.reason,
            origin=arrival.host,
            published=self._complaints(passage),
            token=token,
            authorization=authorization,
            locale=arrival.locale,
        )
        try:
            return perform(call, via="rest")
        finally:
            if passage.fault is not None:
                await self._after_effect(passage.fault)

    def _complaints(self, passage: _Passage) -> JsonObject:
        """What the published document has against the body; raised when the route's own reading settles."""
        if self._contract is None:
            return {}
        method, template = passage.arrival.method, passage.template
        passage.complaints = self._contract.request_errors(method, template, passage.body)
        return passage.complaints

    def _judged(self, passage: _Passage, answer: Answer) -> Answer:
        """The answer, or a 500 that says how this side breaks the published document."""
        if self._contract is None or answer.status >= FAILED:
            return answer
        method, template = passage.arrival.method, passage.template
        broken = self._contract.answer_errors(method, template, answer.status, answer.body)
        if passage.complaints and answer.status < REFUSED:
            broken.append(f"{method} {template} took a body that is not allowed: {passage.complaints}")
        if not broken:
            return answer
        return Answer(500, {"message": "\n".join(broken), "code": 0}, wrote=False)

    async def _after_effect(self, fault: Fault) -> None:
        if fault.kind == "lost_answer":
            raise SocketClosed("closed after the effect")
        if fault.kind in GATEWAY_KINDS:
            self._world.hub.strike(fault)
        elif fault.effect:
            await _befall(fault)

    def _note(self, passage: _Passage, answer: Answer | None) -> None:
        error: JsonObject | None = None
        if answer is not None and answer.status >= REFUSED:
            error = as_object(answer.body)
        self._world.journal.called(
            started=passage.arrival.started,
            method=passage.arrival.method,
            route=passage.template,
            path=passage.arrival.path,
            status=None if answer is None else answer.status,
            reason=passage.arrival.reason,
            bucket=None if passage.verdict is None else passage.verdict.bucket,
            body=passage.body,
            fault=None if passage.fault is None else passage.fault.kind,
            error=error,
        )

    def _headers(self, passage: _Passage, answer: Answer) -> dict[str, str]:
        verdict = passage.verdict or self._world.limits.peek(passage.arrival.method, passage.template)
        headers = {"via": "1.1 google"} | verdict.headers | answer.headers
        if answer.status == LIMITED:
            asked = passage.fault.scope if passage.fault is not None else verdict.scope
            headers |= limited_headers(as_object(answer.body) or {}, asked)
        return headers


async def _before_effect(fault: Fault) -> None:
    if fault.kind == "drop":
        raise SocketClosed("closed before the effect")
    if fault.kind == "429":
        raise limited(fault.retry_after, is_global=fault.is_global)
    if not fault.effect:
        await _befall(fault)


async def _befall(fault: Fault) -> None:
    """Those kinds that can come before the effect or after it."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.delay)
    elif fault.kind == "5xx":
        raise Refusal(fault.status, 0, f"{fault.status}: Server Error")


def _renames(template: str, body: object) -> bool:
    found = as_object(body)
    return (
        found is not None and template == "/channels/{channel_id}" and ("name" in found or "topic" in found)
    )


async def _send(send: Send, answer: Answer, headers: dict[str, str]) -> None:
    content = b"" if answer.body is None else _encode(answer.body)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    if answer.body is not None:
        raw.append((b"content-type", b"application/json"))
    if answer.status != NO_CONTENT:
        raw.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
