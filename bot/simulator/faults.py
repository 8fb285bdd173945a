"""Faults that were asked for: which REST calls they meet, how often, and what happens to them.

A fault without ``method`` and ``route`` of a gateway kind (``op7``, ``op9``, ``close``) acts on the sessions at once or
after ``after`` more events; with them it acts right after the effect of the calls it meets.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

FaultKind = Literal["429", "5xx", "slow", "lost_answer", "drop", "op7", "op9", "close"]
KINDS: tuple[str, ...] = get_args(FaultKind)
GATEWAY_KINDS = {"op7", "op9", "close"}


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
    is_global: bool = False
    scope: str = "user"
    delay: float = 1.0
    code: int | None = None
    resumable: bool = False
    effect: bool = False
    hits: int = 0
    id: int = field(default=0)

    def meets(self, method: str, template: str, path: str) -> bool:
        if self.method is not None and self.method != method:
            return False
        if self.route is None or self.route == template:
            return True
        try:
            pattern = re.compile(self.route)
        except re.error:
            return False
        return bool(pattern.fullmatch(template) or pattern.fullmatch(path))


class Faults:
    """The first fault that meets a call takes it; each is spent after ``count`` hits."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._number = 0

    def add(self, fault: Fault) -> None:
        self._number += 1
        fault.id = self._number
        self.active.append(fault)

    def clear(self) -> None:
        self.active.clear()

    def take(self, method: str, template: str, path: str) -> Fault | None:
        for fault in self.active:
            if not fault.meets(method, template, path):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.hits += 1
            if fault.hits >= fault.count:
                self.active.remove(fault)
            return fault
        return None
