"""A job's history as server-sent events: `id` is the sequence, `event` the type, `data` JSON."""

from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from api.errors import InvalidParameter
from api.parts import Parts
from api.schemas.jobs import JobSettled, event_of
from core.actor import Actor
from core.jobs.schemas import JobEvent

HEADER = "Last-Event-ID"
MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": heartbeat\n\n"
_MOST = 2**31 - 1
SETTLED = JobSettled.__struct_config__.tag


def last_seen(header: str | None) -> int:
    """0 is: from the beginning."""
    if header is None or not header.strip():
        return 0
    if not header.strip().isdecimal() or int(header) > _MOST:
        raise InvalidParameter(HEADER, f"{HEADER} is the `id` of an event of this stream.", code="format")
    return int(header)


async def events_of(parts: Parts, actor: Actor, job_id: UUID, after: int) -> AsyncGenerator[bytes]:
    """Ends by itself behind the event that settles the job, and when the server stops."""
    with parts.hub.watch(job_id) as watch:
        yield b"retry: 1000\n\n"
        while not parts.hub.is_closing:
            found = await _read(parts, actor, job_id, after)
            for event in found:
                yield _framed(event)
            if found:
                after = found[-1].sequence
                if found[-1].type == SETTLED:
                    return
            elif not await watch.wait(HEARTBEAT_SECONDS):
                yield _HEARTBEAT


async def _read(parts: Parts, actor: Actor, job_id: UUID, after: int) -> tuple[JobEvent, ...]:
    async with parts.database.read() as unit:
        return await unit.jobs.events_after(actor, job_id, after)


def _framed(event: JobEvent) -> bytes:
    data = msgspec.json.encode(event_of(event))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.sequence, event.type.encode(), data)
