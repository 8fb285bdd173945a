"""What an operation promises beyond its signature, said where the route is declared; `api.openapi` writes it down."""

from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from api.media import JSON
from api.waiting import WaitForJob
from core.errors import GuildwrightError

_KEY = "operation"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is the struct read from the request; `takes` and `gives` are media types; `refuses` are the errors of the
    domain that really come, beside those that follow from the route's form."""

    body: Any = None
    body_required: bool = True
    takes: tuple[str, ...] = JSON
    gives: tuple[str, ...] = JSON
    refuses: tuple[type[GuildwrightError], ...] = ()
    statuses: tuple[int, ...] = ()
    once: bool = False
    waits: bool = False
    conditional: bool = False
    tagged: bool = False


def operation(
    id_: str,
    *,
    body: Any = None,
    body_required: bool = True,
    takes: tuple[str, ...] = JSON,
    gives: tuple[str, ...] = JSON,
    refuses: tuple[type[GuildwrightError], ...] = (),
    statuses: tuple[int, ...] = (),
    once: bool = False,
    waits: bool = False,
    conditional: bool = False,
    tagged: bool = False,
    opt: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """For litestar's decorators: `@get("/jobs", **operation("listJobs"))`.

    `once` takes an Idempotency-Key, `waits` honours `Prefer: wait`, `conditional` takes If-Match, `tagged` answers
    with an ETag; `statuses` are those of success, where they are not litestar's own for the method.
    """
    said = Operation(
        body=body,
        body_required=body_required,
        takes=takes,
        gives=gives,
        refuses=refuses,
        statuses=statuses,
        once=once,
        waits=waits,
        conditional=conditional,
        tagged=tagged,
    )
    return {
        "operation_id": id_,
        "opt": {**(opt or {}), _KEY: said},
        "middleware": [WaitForJob] if waits else [],
        **({"status_code": statuses[0]} if statuses else {}),
    }


def operation_of(handler: HTTPRouteHandler) -> Operation | None:
    """None for routes that the OpenAPI document does not show."""
    return handler.opt.get(_KEY)
