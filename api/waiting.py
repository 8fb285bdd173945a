"""`Prefer: wait=N` (RFC 7240): a job is answered when it has settled, or as it is after N seconds.

Nothing is held meanwhile: the request's transaction is over, and each look is a short read.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import msgspec
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import SQLAlchemyError

from api.parts import Parts, parts_of
from api.schemas.jobs import job_of
from core.actor import Actor
from core.jobs.schemas import Job
from core.jobs.states import TERMINAL

MOST_SECONDS = 30
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)
_JOB = re.compile(r"/api/v1/jobs/([0-9a-f-]{36})(?:/[a-z]+)?")
_LOOK_AGAIN_SECONDS = 5.0  # should the hub's connection be down
_DROPPED = frozenset({b"content-length"})
log = logging.getLogger(__name__)


def seconds_wanted(prefer: str | None) -> int | None:
    """More than `MOST_SECONDS` is cut down to it; what is not understood is no preference."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), MOST_SECONDS) if found else None


class WaitForJob:
    """Around the routes that answer with a job: 200 once it has settled, otherwise what the route itself answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        seconds = seconds_wanted(Headers.from_scope(scope).get("prefer"))
        if seconds is None:
            await self._app(scope, receive, send)
            return
        answer = _Captured()
        await self._app(scope, receive, answer.take)
        job_id = answer.job_id(scope) if answer.status in (200, 202) else None
        if job_id is not None:
            async with _until_gone(receive) as gone:
                await _improve(answer, scope, job_id, seconds, gone)
        await answer.give(send)


class _Captured:
    """An answer that is not sent yet."""

    def __init__(self) -> None:
        self._start: dict[str, Any] = {}
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = dict(message)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    @property
    def status(self) -> int:
        return self._start["status"]

    def job_id(self, scope: Scope) -> UUID | None:
        location = dict(self._start["headers"]).get(b"location", b"").decode()
        found = _JOB.fullmatch(location or scope["path"])
        return UUID(found[1]) if found else None

    def replace(self, job: Job, seconds: int) -> None:
        self._body = msgspec.json.encode(job_of(job))
        kept = [(name, value) for name, value in self._start["headers"] if name not in _DROPPED]
        self._start["headers"] = [
            *kept,
            (b"content-length", str(len(self._body)).encode()),
            (b"preference-applied", f"wait={seconds}".encode()),
        ]
        if job.state in TERMINAL:
            self._start["status"] = 200

    async def give(self, send: Send) -> None:
        await send(self._start)  # pyright: ignore[reportArgumentType]  # a message that litestar itself made
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


@contextlib.asynccontextmanager
async def _until_gone(receive: Receive) -> AsyncGenerator[asyncio.Future[None]]:
    """Done as soon as the client has left: then there is nobody to wait for."""

    async def listen() -> None:
        # What is left of the request's body comes before.
        while (await receive())["type"] != "http.disconnect":
            pass

    listening = asyncio.ensure_future(listen())
    try:
        yield listening
    finally:
        listening.cancel()
        await asyncio.wait({listening})


async def _improve(
    answer: _Captured, scope: Scope, job_id: UUID, seconds: int, gone: asyncio.Future[None]
) -> None:
    """What was asked for is committed: if PostgreSQL goes away now, the first answer is still true."""
    try:
        answer.replace(await _settled(parts_of(scope), scope["user"], job_id, seconds, gone), seconds)
    except (SQLAlchemyError, OSError) as error:
        log.warning("Could not wait for job %s: %s", job_id, error)


async def _settled(parts: Parts, actor: Actor, job_id: UUID, seconds: int, gone: asyncio.Future[None]) -> Job:
    """The job when it has settled, or as it is when the time is over, the server stops or the client has left."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    with parts.hub.watch(job_id) as watch:
        gone.add_done_callback(lambda _: watch.wake())
        while True:
            async with parts.database.read() as unit:
                job = await unit.jobs.get(actor, job_id)
            left = deadline - loop.time()
            if job.is_settled or left <= 0 or gone.done() or parts.hub.is_closing:
                return job
            await watch.wait(min(left, _LOOK_AGAIN_SECONDS))
