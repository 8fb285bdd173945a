"""Histories as server-sent events: `event` is the type, `data` JSON, `id` the job's id and the event's sequence in it:
`0195…:3`, in the stream of a job as in that of a guild. An event that is of no job is the first of an id of its own.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol
from uuid import UUID

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from api.errors import InvalidParameter
from api.parts import Parts
from api.schemas.guild_events import guild_event_of
from api.schemas.jobs import JobSettled
from core.actor import Actor
from core.db import is_away
from core.errors import Forbidden, NotFound
from core.jobs.mapping import ONLY
from core.jobs.schemas import EventPosition, GuildEvent, JobEvent
from core.uow import UnitOfWork

HEADER = "Last-Event-ID"
MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 3600.0
SETTLED = JobSettled.__struct_config__.tag
ID_PATTERN = "^(([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:)?[0-9]{1,10})?$"
"""Of an id; in the stream of one job its sequence is enough. An empty one is of who has seen nothing yet."""
_ID = re.compile(ID_PATTERN.replace("$", r"\Z"))
_BEGINNING = b"retry: 1000\n\n"
_HEARTBEAT = b": heartbeat\n\n"
_MOST = 2**31 - 1
log = logging.getLogger(__name__)


def last_seen(header: str | None, job_id: UUID) -> int:
    """What was seen last of a job's events; 0 is: from the beginning. Raises `InvalidParameter`, also for an event of
    another job."""
    said = _read_id(header)
    if said is None:
        return 0
    job, sequence = said
    if job not in (None, job_id):
        raise _no_id()
    return sequence


def last_seen_in_guild(header: str | None) -> tuple[UUID, int] | None:
    """None is: from now on. Raises `InvalidParameter`."""
    said = _read_id(header)
    if said is None:
        return None
    job, sequence = said
    if job is None:
        raise _no_id()
    return job, sequence


async def events_of(parts: Parts, actor: Actor, job_id: UUID, after: int) -> AsyncGenerator[bytes]:
    """Ends by itself behind the event that settles the job."""
    async for frame in _told(parts, actor, str(job_id), _History(job_id, after)):
        yield frame


async def events_in_guild(
    parts: Parts, actor: Actor, guild_id: str, position: EventPosition
) -> AsyncGenerator[bytes]:
    """Ends by itself after an hour."""
    async for frame in _told(parts, actor, guild_id, _GuildHistory(guild_id, position)):
        yield frame


class _Reading(Protocol):
    """Goes through a history; `is_over` once nothing can follow."""

    is_over: bool

    async def next(self, unit: UnitOfWork, actor: Actor) -> Sequence[JobEvent | GuildEvent]: ...


class _History:
    def __init__(self, job_id: UUID, after: int) -> None:
        self._job_id = job_id
        self._after = after
        self.is_over = False

    async def next(self, unit: UnitOfWork, actor: Actor) -> Sequence[JobEvent]:
        found = await unit.jobs.events_after(actor, self._job_id, self._after)
        if found:
            self._after = found[-1].sequence
            self.is_over = found[-1].type == SETTLED
        return found


class _GuildHistory:
    is_over = False

    def __init__(self, guild_id: str, position: EventPosition) -> None:
        self._guild_id = guild_id
        self._position = position

    async def next(self, unit: UnitOfWork, actor: Actor) -> Sequence[JobEvent | GuildEvent]:
        found = await unit.jobs.guild_events_after(actor, self._guild_id, self._position)
        self._position = found.position
        return found.events


async def _told(parts: Parts, actor: Actor, watched: str, history: _Reading) -> AsyncGenerator[bytes]:
    """Until the history is over, the server stops, the longest time is over, PostgreSQL is away, or the actor may read
    it no more: a client connects again and goes on behind what it has seen, if it still may."""
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    with parts.hub.watch(watched) as watch:
        yield _BEGINNING
        while not parts.hub.is_closing and asyncio.get_running_loop().time() < ends_at:
            found = await _read(parts, actor, history)
            if found is None:
                return
            for event in found:
                yield _framed(event)
            if history.is_over:
                return
            if not found and not await watch.wait(HEARTBEAT_SECONDS):
                yield _HEARTBEAT


async def _read(parts: Parts, actor: Actor, history: _Reading) -> Sequence[JobEvent | GuildEvent] | None:
    """None where nothing more is to be told. What the actor may is asked anew each time."""
    try:
        async with parts.database.read() as unit:
            if not await unit.accounts.is_live(actor):
                return None
            return await history.next(unit, await unit.access.resolve(actor))
    except (Forbidden, NotFound):
        return None
    except (SQLAlchemyError, OSError) as error:
        if not is_away(error):
            raise
        log.warning("An event stream ends, because PostgreSQL is away: %s", error)
        return None


def _framed(event: JobEvent | GuildEvent) -> bytes:
    id_, sequence = (event.job_id, event.sequence) if isinstance(event, JobEvent) else (event.id, ONLY)
    data = msgspec.json.encode(guild_event_of(event))
    return b"id: %s:%d\nevent: %s\ndata: %s\n\n" % (
        str(id_).encode(),
        sequence,
        event.type.encode(),
        data,
    )


def _read_id(header: str | None) -> tuple[UUID | None, int] | None:
    """The job, where one is named, and the sequence."""
    said = (header or "").strip()
    if not said:
        return None
    job, _, sequence = said.rpartition(":")
    if not _ID.match(said) or int(sequence) > _MOST:
        raise _no_id()
    return (UUID(job) if job else None), int(sequence)


def _no_id() -> InvalidParameter:
    return InvalidParameter(HEADER, f"{HEADER} is the `id` of an event of this stream.", code="format")
