"""Histories as server-sent events: `event` is the type, `data` JSON.

The `id` in a job's stream is the event's sequence; in a guild's stream the job's id and the sequence: `0195…:3`.
"""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from api.errors import InvalidParameter
from api.parts import Parts
from api.schemas.jobs import JobSettled, event_of
from core.actor import Actor
from core.jobs.schemas import EventPosition, JobEvent

HEADER = "Last-Event-ID"
MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 3600.0
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
                yield _framed(event, str(event.sequence))
            if found:
                after = found[-1].sequence
                if found[-1].type == SETTLED:
                    return
            elif not await watch.wait(HEARTBEAT_SECONDS):
                yield _HEARTBEAT


def last_seen_in_guild(header: str | None) -> tuple[UUID, int] | None:
    """None is: from now on."""
    if header is None or not header.strip():
        return None
    job_id, _, sequence = header.strip().partition(":")
    try:
        return UUID(job_id), last_seen(sequence)
    except ValueError:
        raise InvalidParameter(
            HEADER, f"{HEADER} is the `id` of an event of this stream.", code="format"
        ) from None


async def events_in_guild(
    parts: Parts, actor: Actor, guild_id: str, position: EventPosition
) -> AsyncGenerator[bytes]:
    """Ends by itself after an hour, so that who lost their rights is not told for ever, and when the server stops; a
    client connects again and goes on behind what it has seen."""
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    with parts.hub.watch(guild_id) as watch:
        yield b"retry: 1000\n\n"
        while not parts.hub.is_closing and asyncio.get_running_loop().time() < ends_at:
            async with parts.database.read() as unit:
                found = await unit.jobs.guild_events_after(actor, guild_id, position)
            position = found.position
            for event in found.events:
                yield _framed(event, f"{event.job_id}:{event.sequence}")
            if not found.events and not await watch.wait(HEARTBEAT_SECONDS):
                yield _HEARTBEAT


async def _read(parts: Parts, actor: Actor, job_id: UUID, after: int) -> tuple[JobEvent, ...]:
    async with parts.database.read() as unit:
        return await unit.jobs.events_after(actor, job_id, after)


def _framed(event: JobEvent, id_: str) -> bytes:
    data = msgspec.json.encode(event_of(event))
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (id_.encode(), event.type.encode(), data)
