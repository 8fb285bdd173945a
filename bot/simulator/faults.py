"""Faults that were asked for: which REST calls or moments they meet, how often, and what happens then.

A fault of a gateway kind without ``method`` and ``route`` acts on the sessions at once, or each time ``after`` more
events were dispatched; with them it acts right after the effect of the calls it meets.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.simulator.ratelimits.refusals import Scope

RestKind = Literal["429", "cloudflare", "5xx", "slow", "held", "lost_answer", "half_answer", "drop"]
GatewayKind = Literal["op1", "op7", "op9", "close", "silent"]
GATEWAY_KINDS: tuple[str, ...] = get_args(GatewayKind)
KINDS: tuple[str, ...] = (*get_args(RestKind), *GATEWAY_KINDS)


@dataclass(slots=True)
class Fault:
    """``route`` is a route template, or a regular expression that must match a template or a path as a whole."""

    kind: str
    method: str | None = None
    route: str | None = None
    count: int = 1
    after: int = 0
    status: int = 500
    retry_after: float = 1.0
    scope: Scope = "user"
    delay: float = 1.0
    code: int | None = None
    resumable: bool = False
    effect: bool = False
    hits: int = 0
    id: int = field(default=0)

    @property
    def is_of_the_gateway(self) -> bool:
        """Whether it waits for events instead of calls."""
        return self.kind in GATEWAY_KINDS and self.method is None and self.route is None

    def meets(self, method: str, template: str, path: str) -> bool:
        if self.is_of_the_gateway or self.method not in (None, method):
            return False
        if self.route is None or self.route == template:
            return True
        return bool(re.fullmatch(self.route, template) or re.fullmatch(self.route, path))


class Faults:
    """The first fault that meets a call takes it; each is spent after ``count`` hits."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._waits: dict[int, int] = {}
        self._lifted = asyncio.Event()
        self._number = 0

    def add(self, fault: Fault) -> None:
        self._number += 1
        fault.id = self._number
        self._waits[fault.id] = fault.after
        self.active.append(fault)

    def clear(self) -> None:
        self.active.clear()
        self._waits.clear()
        self._lifted.set()
        self._lifted = asyncio.Event()

    async def held(self) -> None:
        """Until what there is of faults now has been cleared."""
        await self._lifted.wait()

    def take(self, method: str, template: str, path: str) -> Fault | None:
        for fault in self.active:
            if not fault.meets(method, template, path):
                continue
            if self._waits[fault.id] > 0:
                self._waits[fault.id] -= 1
                continue
            self._hit(fault)
            return fault
        return None

    def due(self) -> list[Fault]:
        """Those of the gateway that wait no longer, after one more event; the next hit waits as long again."""
        found: list[Fault] = []
        for fault in [each for each in self.active if each.is_of_the_gateway]:
            self._waits[fault.id] -= 1
            if self._waits[fault.id] <= 0:
                self._waits[fault.id] = fault.after
                self._hit(fault)
                found.append(fault)
        return found

    def _hit(self, fault: Fault) -> None:
        fault.hits += 1
        if fault.hits >= fault.count:
            self.active.remove(fault)
            del self._waits[fault.id]
