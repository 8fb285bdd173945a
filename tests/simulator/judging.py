"""What is checked after each call of a walk."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.simulator import Simulator
from bot.simulator.contract import Contract
from bot.simulator.routes import TABLE
from bot.simulator.routing import Route
from tests.simulator.calls import Reply, Wire
from tests.simulator.invariants import broken, misshapen, state_of
from tests.simulator.overhearing import Frame, Overhearing, misshapen_event
from tests.simulator.refusing import taken_wrongly

Operation = tuple[str, str]
_REFUSED, _FAILED = 400, 500
_BLOCKED = 200_000


@dataclass(slots=True)
class Evidence:
    """What walks have seen: statuses by route, how many answers were judged, and the events that followed."""

    statuses: dict[Operation, Counter[int]] = field(
        default_factory=partial(defaultdict[Operation, Counter[int]], Counter[int])
    )
    judged: Counter[Operation] = field(default_factory=Counter[Operation])
    succeeded: set[Operation] = field(default_factory=set[Operation])
    events: dict[Operation, set[str]] = field(default_factory=partial(defaultdict[Operation, set[str]], set))
    last: dict[Operation, str] = field(default_factory=dict[Operation, str])
    answers: dict[Operation, tuple[int, Any]] = field(default_factory=dict[Operation, tuple[int, Any]])

    def unmet(self) -> list[Route]:
        """Implemented routes that have not answered with a success yet."""
        return [each for each in TABLE.routes if (each.method, each.template) not in self.succeeded]

    def told(self, route: Route) -> str:
        """How a route that has not succeeded was refused."""
        operation = (route.method, route.template)
        return f"{' '.join(operation)}: {dict(self.statuses[operation])}, last {self.last.get(operation)}"

    def note(self, step: "Step", frames: list[Frame], *, judged: bool) -> None:
        operation, status = step.operation, step.reply.status
        self.statuses[operation][status] += 1
        self.judged[operation] += judged
        if status < _REFUSED:
            self.succeeded.add(operation)
            self.events[operation].update(str(frame.t) for frame in frames)
            if step.reply.body:
                self.answers[operation] = status, step.reply.body
        elif operation not in self.succeeded:
            self.last[operation] = str(step)


@dataclass(slots=True)
class Step:
    """One call and its answer; ``by`` is the bot, or the id of who edited by hand."""

    route: Route
    path: str
    body: Any
    reply: Reply
    by: str = "bot"
    extra: str = ""

    @property
    def operation(self) -> Operation:
        return self.route.method, self.route.template

    def __str__(self) -> str:
        called = f"{self.by}: {self.route.method} {self.path} {self.extra}\n{self.body!r}"
        return f"{called}\n-> {self.reply.status} {self.reply.body!r}"


class Judge:
    """Compares the world before a call with the world after it, and the answer with the document.

    ``alone``: the simulator has no document inside, so what the document refuses it must refuse by itself.
    """

    def __init__(
        self,
        simulator: Simulator,
        overhearing: Overhearing,
        contract: Contract,
        evidence: Evidence,
        *,
        alone: bool,
    ) -> None:
        self._world = simulator.world
        self._wire = Wire(simulator.app)
        self._contract = contract
        self._evidence = evidence
        self._alone = alone
        self._overhearing = overhearing
        self._before = b""
        self._effects = 0

    async def watch(self) -> None:
        """From here on, whatever changes is the next call's doing."""
        await self._overhearing.heard()
        self._before = state_of(self._world)
        self._effects = len(self._world.journal.effects)

    async def check(self, step: Step) -> None:
        """AssertionError, with the call and its answer, if anything is not as it must be."""
        frames = await self._overhearing.heard()
        wrong = self._answer(step)
        if state_of(self._world) == self._before:
            wrong += self._idle(step, frames)
        else:
            wrong += await self._changed(step)
        wrong += [each for frame in frames for each in misshapen_event(self._contract, frame)]
        assert not wrong, "\n".join([str(step), *wrong])
        judged = step.operation in self._contract.operations
        self._evidence.note(step, frames, judged=judged)

    def _answer(self, step: Step) -> list[str]:
        method, template = step.operation
        status, body = step.reply.status, step.reply.body
        if status >= _FAILED:
            return ["failed instead of refusing"]
        wrong = self._contract.answer_errors(method, template, status, body)
        if status >= _REFUSED:
            return wrong + misshapen_refusal(body)
        if self._alone:
            wrong += taken_wrongly(self._contract, method, template, step.body)
        return wrong

    def _idle(self, step: Step, frames: list[Frame]) -> list[str]:
        """Nothing changed: at most an accepted write that found all as wanted is in the log, and nobody hears."""
        effects = len(self._world.journal.effects) - self._effects
        silent = step.reply.status >= _REFUSED or step.route.method == "GET"
        wrong = [f"nothing changed, and yet {frame.t}" for frame in frames if silent]
        if effects > (0 if silent else 1):
            wrong.append(f"nothing changed, and yet {effects} effects")
        return wrong

    async def _changed(self, step: Step) -> list[str]:
        if step.reply.status >= _REFUSED and _has_consequences(step):
            return broken(self._world)
        if step.reply.status >= _REFUSED or step.route.method == "GET":
            return ["the world was changed"]
        effects = self._world.journal.effects[self._effects :]
        noted = [(each.method, each.route) for each in effects]
        wrong = [] if noted == [step.operation] else [f"effects: {noted}"]
        wrong += broken(self._world)
        for guild_id in self._world.guilds:
            dump = await self._wire.control("GET", f"/guilds/{guild_id}")
            wrong += misshapen(dump.body, self._contract)
        return wrong


def _has_consequences(step: Step) -> bool:
    """The only two refusals that change anything: AutoMod acts on what it blocks (docs: Auto Moderation, Action Types),
    and a code that is shown again takes its tokens with it (RFC 6749, 4.1.2)."""
    body: dict[str, Any] = step.reply.body
    if step.route.template == "/oauth2/token":
        return body.get("error") == "invalid_grant" and "code" in step.body
    return body.get("code") == _BLOCKED


def misshapen_refusal(body: object) -> list[str]:
    """Discord docs: Reference > Error Messages; ``errors`` ends in lists of ``{"code", "message"}``.

    The token endpoint's are those of RFC 6749, 5.2.
    """
    if not isinstance(body, dict):
        return ["a refusal without an object"]
    if body.keys() == {"error", "error_description"}:
        return []
    wrong: list[str] = []
    if type(body.get("code")) is not int or not isinstance(body.get("message"), str):
        wrong.append("a refusal without code and message")
    if ("errors" in body) != (body.get("code") == 50035):
        wrong.append("nested errors belong to 50035 and to nothing else")
    return wrong + (_misshapen_tree(body["errors"]) if "errors" in body else [])


def _misshapen_tree(tree: object) -> list[str]:
    if not isinstance(tree, dict) or not tree:
        return [f"not a tree of errors: {tree!r}"]
    leaves = tree.get("_errors")
    if leaves is None:
        return [each for below in tree.values() for each in _misshapen_tree(below)]
    good = isinstance(leaves, list) and leaves and all(_is_leaf(each) for each in leaves)
    return [] if good and len(tree) == 1 else [f"not a list of errors: {tree!r}"]


def _is_leaf(found: Any) -> bool:
    return (
        isinstance(found, dict) and found.keys() == {"code", "message"} and all(map(_is_text, found.values()))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
