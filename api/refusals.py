"""What every refusal is made of, and how it is told where no framework is at hand yet."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from litestar.types import Scope, Send

from api.request_id import request_id_of
from api.schemas.problems import MEDIA_TYPE, FieldError, Problem


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer is made of."""

    status: HTTPStatus
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = {}


INTERNAL = Refusal(
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    code="internal",
    detail="Something went wrong on our side; our log has it under this request_id.",
)
"""What nobody foresaw: it tells nothing but its request's id."""


def problem_of(refusal: Refusal, request_id: str, path: str) -> Problem:
    return Problem(
        type=f"urn:guildwright:problem:{refusal.code}",
        title=refusal.status.phrase,
        status=refusal.status,
        detail=refusal.detail,
        code=refusal.code,
        request_id=request_id,
        instance=path,
        errors=refusal.errors,
    )


async def send_refusal(refusal: Refusal, scope: Scope, send: Send) -> None:
    """The whole answer to a request that no route has seen."""
    body = msgspec.json.encode(problem_of(refusal, request_id_of(scope), scope["path"]))
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), **refusal.headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(refusal.status), "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})
