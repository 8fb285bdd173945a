"""`Idempotency-Key`: the first answer is stored in its own transaction, and given again to repetitions."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response

from api.answers import Answer
from api.errors import InvalidParameter
from core.actor import Actor
from core.jobs.idempotency import IdempotencyService, StoredAnswer

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
T = TypeVar("T")


class AnswerOnce:
    """`await once(work)` answers with what `work` answers, or with what it answered the first time."""

    def __init__(self, request: Request[Any, Any, Any], actor: Actor, answers: IdempotencyService) -> None:
        self._request = request
        self._actor = actor
        self._answers = answers

    async def __call__(self, work: Callable[[], Awaitable[Answer[T]]]) -> Response[T]:
        """Simultaneous duplicates wait for the first. A unit that fails stores nothing."""
        key = self._request.headers.get(HEADER)
        if key is None:
            return _response(_stored(await work()))
        if not _KEY.fullmatch(key):
            raise InvalidParameter(HEADER, f"{HEADER} has 1 to 255 visible ASCII characters.", code="format")
        route = f"{self._request.method} {self._request.url.path}"
        asked = await self._request.body() + b"\n" + self._request.scope["query_string"]
        first = await self._answers.reserve(self._actor, route, key, asked)
        if first is not None:
            return _response(first)
        answer = _stored(await work())
        await self._answers.store(self._actor, route, key, answer)
        return _response(answer)


def _stored(answer: Answer[Any]) -> StoredAnswer:
    return StoredAnswer(
        status=answer.status,
        location=answer.location,
        body=msgspec.json.encode(answer.content),
        shows_secret=answer.shows_secret,
    )


def _response(answer: StoredAnswer) -> Response[Any]:
    headers = {} if answer.location is None else {"Location": answer.location}
    # The encoded form of T: litestar sends bytes as they are.
    return cast(
        "Response[Any]",
        Response(answer.body, status_code=answer.status, headers=headers, media_type="application/json"),
    )
