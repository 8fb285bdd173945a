"""What an operation promises beyond its signature, said where the route is declared; `api.openapi` writes it down."""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import msgspec
from litestar.handlers import HTTPRouteHandler

from api.media import JSON
from api.turns import TakeTurns
from api.waiting import WaitForJob
from core.errors import GuildwrightError

P = ParamSpec("P")
_KEY = "operation"


class Operation(msgspec.Struct, frozen=True):
    """`body` is the struct read from the request; `takes` and `gives` are media types; `refuses` are the errors of the
    domain that really come, beside those that follow from the route's form; `statuses` are those of success, where
    they are not litestar's own for the method.

    `tells` is the component that the events of a stream are of; `lines` is what each line of NDJSON is.

    `once` takes an Idempotency-Key, `waits` honours `Prefer: wait`, `conditional` takes If-Match, `tagged` answers
    with an ETag.
    """

    id: str
    body: Any = None
    body_required: bool = True
    takes: tuple[str, ...] = JSON
    gives: tuple[str, ...] = JSON
    refuses: tuple[type[GuildwrightError], ...] = ()
    statuses: tuple[int, ...] = ()
    tells: str = "JobEvent"
    lines: Any = None
    once: bool = False
    waits: bool = False
    conditional: bool = False
    tagged: bool = False
    opt: Mapping[str, Any] = {}


def _around(said: Operation) -> list[type[WaitForJob | TakeTurns]]:
    """The outer one first: whoever waits for a job to settle has had their turn."""
    return [*([WaitForJob] if said.waits else []), *([TakeTurns] if said.once else [])]


def _declaring(make: Callable[P, Operation]) -> Callable[P, dict[str, Any]]:
    def declare(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        said = make(*args, **kwargs)
        return {
            "operation_id": said.id,
            "opt": {_KEY: said, **said.opt},
            "middleware": _around(said),
            **({"status_code": said.statuses[0]} if said.statuses else {}),
        }

    return declare


operation = _declaring(Operation)
"""For litestar's decorators: `@get("/jobs", **operation("listJobs"))`."""


def operation_of(handler: HTTPRouteHandler) -> Operation | None:
    """None for routes that the OpenAPI document does not show."""
    return handler.opt.get(_KEY)
