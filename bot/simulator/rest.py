"""Discord's REST surface as one ASGI app: faults, authorisation, limits, the route, the journal, the answer."""

import asyncio
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from bot.simulator.answering import Outgoing, SocketClosed, blocked, outgoing
from bot.simulator.arrivals import Arrival, arrive
from bot.simulator.authority import authority
from bot.simulator.contract import Contract
from bot.simulator.errors import Refusal
from bot.simulator.faults import GATEWAY_KINDS, Fault
from bot.simulator.multipart import without_contents
from bot.simulator.ratelimits import Blocked, Limited, Verdict
from bot.simulator.routing import Answer, Call, Route, Table, perform
from bot.simulator.shapes import JsonObject, as_object
from bot.simulator.sockets import Sockets
from bot.simulator.state import AccessToken
from bot.simulator.world import World

REFUSED, FAILED = 400, 500


@dataclass(slots=True)
class _Passage:
    """What became known of one call on its way, for the journal and the headers."""

    arrival: Arrival
    template: str
    body: object = None
    verdict: Verdict | None = None
    fault: Fault | None = None
    complaints: JsonObject | None = None
    limited: Limited | None = None

    @property
    def is_halved(self) -> bool:
        """Whether the answer breaks off in the middle."""
        return self.fault is not None and self.fault.kind == "half_answer"


class Rest:
    def __init__(self, world: World, table: Table, sockets: Sockets, contract: Contract | None) -> None:
        self._world = world
        self._table = table
        self._sockets = sockets
        self._contract = contract

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = await arrive(scope, receive, self._world.clock.now())
        passage = _Passage(arrival, arrival.path)
        try:
            going = await self._outgoing(passage)
            await (going.send_half if passage.is_halved else going.send)(send)
        except SocketClosed:
            self._note(passage, None)
            if not self._sockets.cut(arrival.peer):
                raise
            while (await receive())["type"] != "http.disconnect":
                pass

    async def _outgoing(self, passage: _Passage) -> Outgoing:
        """The answer on its way, noted in the journal unless it will not arrive whole."""
        try:
            answer = await self._answer(passage)
        except Blocked as refusal:
            self._note(passage, Answer(429, wrote=False))
            return blocked(refusal)
        except Limited as refusal:
            passage.limited = refusal
            answer = Answer(refusal.status, refusal.body, wrote=False)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body, wrote=False, headers=refusal.headers)
        answer = self._judged(passage, answer)
        scope = None if passage.limited is None else passage.limited.scope
        self._world.bans.note(passage.arrival.address, answer.status, scope, self._world.limits.table)
        if not passage.is_halved:
            self._note(passage, answer)
        verdict = passage.verdict or self._world.limits.unspent(passage.arrival.method, passage.template)
        return outgoing(answer, verdict, passage.limited)

    async def _answer(self, passage: _Passage) -> Answer:
        arrival, world = passage.arrival, self._world
        banned = world.bans.remaining(arrival.address)
        if banned is not None:
            raise Blocked(banned)
        route, params = self._table.find(arrival.method, arrival.path)
        passage.template = route.template
        passage.fault = world.faults.take(arrival.method, route.template, arrival.path)
        if passage.fault is not None:
            await self._before_effect(passage.fault)
        authorization = arrival.header(b"authorization")
        actor_id, token = authority(world, route, authorization)
        passage.body = arrival.pairs() if route.encoded else arrival.body()
        passage.verdict = self._verdict(passage, route, params, token)
        if passage.verdict.refusal is not None:
            raise passage.verdict.refusal
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

    def _verdict(
        self, passage: _Passage, route: Route, params: dict[str, str], token: AccessToken | None
    ) -> Verdict:
        """Who calls is told by the authorisation, and without one by the address (docs: Topics > Rate Limits).

        All tokens of one person count together.
        """
        arrival, template = passage.arrival, route.template
        authorization = None if route.keyed else arrival.header(b"authorization")
        caller = authorization if token is None else f"user {token.user_id}"
        return self._world.limits.spend(
            caller or arrival.address,
            arrival.method,
            template,
            params,
            renames=_renames(arrival.method, template, passage.body),
            is_interaction=self._is_interaction(template, params),
        )

    def _is_interaction(self, template: str, params: dict[str, str]) -> bool:
        """Callbacks and followups (docs: Interactions > Receiving and Responding > Endpoints)."""
        if template.startswith("/interactions/"):
            return True
        return "webhook_token" in params and params.get("webhook_id") == str(self._world.application.id)

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
            await self._befall(fault)

    async def _before_effect(self, fault: Fault) -> None:
        if fault.kind == "drop":
            raise SocketClosed("closed before the effect")
        if fault.kind == "429":
            raise Limited(fault.retry_after, fault.scope)
        if fault.kind == "cloudflare":
            raise Blocked(fault.retry_after)
        if not fault.effect:
            await self._befall(fault)

    async def _befall(self, fault: Fault) -> None:
        """Those kinds that can come before the effect or after it."""
        if fault.kind == "slow":
            await asyncio.sleep(fault.delay)
        elif fault.kind == "held":
            await self._world.faults.held()
        elif fault.kind == "5xx":
            raise Refusal(fault.status, 0, f"{fault.status}: Server Error")

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
            body=without_contents(passage.body),
            fault=None if passage.fault is None else passage.fault.kind,
            error=error,
        )


def _renames(method: str, template: str, body: object) -> bool:
    found = as_object(body)
    if found is None or method != "PATCH" or template != "/channels/{channel_id}":
        return False
    return "name" in found or "topic" in found
