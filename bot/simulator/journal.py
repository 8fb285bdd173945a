"""What was called and what was changed, for tests to ask about through ``/_sim/requests`` and ``/_sim/effects``."""

import re
from dataclasses import dataclass

from bot.simulator.clock import Clock
from bot.simulator.shapes import JsonObject

_KEYED = re.compile(r"/(webhooks|interactions)/([^/]*)/[^/]+")


def without_token(path: str) -> str:
    """A path as a log may have it: who reads the token of a webhook or an interaction could speak for it."""
    return _KEYED.sub(r"/\1/\2/{token}", path, count=1)


@dataclass(slots=True, frozen=True)
class Request:
    """One REST call. ``status`` is None when the socket was closed without an answer; ``fault`` names what was done."""

    n: int
    time: float
    method: str
    route: str
    path: str
    status: int | None
    reason: str | None
    bucket: str | None
    body: object
    fault: str | None
    error: JsonObject | None


@dataclass(slots=True, frozen=True)
class Effect:
    """One accepted write, noted when it happens and once, whether or not its answer arrives."""

    n: int
    time: float
    method: str
    route: str
    path: str
    targets: dict[str, str]
    reason: str | None
    actor_id: str | None
    via: str


class Journal:
    """Numbers start at 1 and grow by one; ``since`` is the last number already read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.requests: list[Request] = []
        self.effects: list[Effect] = []

    def clear(self) -> None:
        self.requests.clear()
        self.effects.clear()

    def called(
        self,
        *,
        started: float,
        method: str,
        route: str,
        path: str,
        status: int | None,
        reason: str | None = None,
        bucket: str | None = None,
        body: object = None,
        fault: str | None = None,
        error: JsonObject | None = None,
    ) -> None:
        number = len(self.requests) + 1
        shown = without_token(path)
        # A path that no route has stands for the route too.
        route = shown if route == path else route
        self.requests.append(
            Request(number, started, method, route, shown, status, reason, bucket, body, fault, error)
        )

    def wrote(
        self,
        *,
        method: str,
        route: str,
        path: str,
        targets: dict[str, str],
        reason: str | None,
        actor_id: int | None,
        via: str,
    ) -> None:
        number = len(self.effects) + 1
        actor = None if actor_id is None else str(actor_id)
        self.effects.append(
            Effect(number, self._clock.now(), method, route, without_token(path), targets, reason, actor, via)
        )
