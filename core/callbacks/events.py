"""What a callback is sent: the published format, made once when the event happens, so that every attempt sends the
same bytes. Fields are only ever added. HTTP's schemas describe it, and tests hold the two together."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from core.callbacks.schemas import TEST
from core.jobs.schemas import GuildEvent, JobEvent


class _Progress(msgspec.Struct, frozen=True, kw_only=True):
    done: int
    total: int | None
    now: str | None
    expected_at: datetime | None = None
    seconds_left: float | None = None


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str
    retryable: bool = False
    step: str | None = None


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    """`result` and `error` stand only in the event that settles the job."""

    job_id: uuid.UUID
    kind: str
    guild_id: str
    sequence: int
    state: str
    waiting_for: str | None
    resume_at: datetime | None
    attempts: int
    progress: _Progress
    cancel_requested: bool
    result: dict[str, Any] | None | UnsetType = UNSET
    error: _Error | None | UnsetType = UNSET


class _Test(msgspec.Struct, frozen=True, kw_only=True):
    callback_id: uuid.UUID
    guild_id: str


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """`timestamp` is when it happened, which is not when it is sent."""

    type: str
    timestamp: datetime
    data: _Job | _Test | dict[str, Any]


def body_of(event: JobEvent, *, kind: str, guild_id: str) -> str:
    said = {"job_id": event.job_id, "kind": kind, "guild_id": guild_id, "sequence": event.sequence}
    progress = {**event.data["progress"], "seconds_left": event.seconds_left}
    data = msgspec.convert({**event.data, **said, "progress": progress}, _Job)
    return _encoded(_Event(type=event.type, timestamp=event.at, data=data))


def body_of_guild(event: GuildEvent) -> str:
    data = {"guild_id": event.guild_id, **event.data}
    return _encoded(_Event(type=event.type, timestamp=event.at, data=data))


def body_of_test(callback_id: uuid.UUID, guild_id: str, at: datetime) -> str:
    data = _Test(callback_id=callback_id, guild_id=guild_id)
    return _encoded(_Event(type=TEST, timestamp=at, data=data))


def _encoded(event: _Event) -> str:
    return msgspec.json.encode(event).decode()
