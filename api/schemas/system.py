"""The state of the installation as HTTP shows it."""

import uuid
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Snowflake, Time
from core.jobs import processes as core

ProcessKind: TypeAlias = Literal["api", "bot", "workers"]
PartState: TypeAlias = Literal["up", "down"]


class Live(msgspec.Struct, frozen=True):
    """This process answers."""

    status: Literal["live"] = "live"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`degraded`: requests are served, and jobs wait for the part that is away. `unavailable`: PostgreSQL is away."""

    status: Literal["ready", "degraded", "unavailable"]
    parts: Annotated[dict[str, PartState], Meta(description="`database`, `redis` and `bot`.")]


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """One connection to Discord's gateway. `latency_ms` is null while it is not known."""

    id: int
    connected: bool
    latency_ms: float | None
    guilds: Annotated[int, Meta(description="How many guilds it last knew of.")]


class BotDetails(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="bot"):
    """A bot that runs without being `connected` to Discord: jobs wait for it."""

    connected: bool
    application_id: Snowflake | None
    shards: tuple[Shard, ...]


class ApiDetails(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="api"):
    """Where it is reached."""

    address: str | None = None


class WorkersDetails(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="workers"):
    """Background work alone."""


ProcessDetails: TypeAlias = ApiDetails | BotDetails | WorkersDetails


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One of our processes that is alive. `details` is what it says of itself."""

    id: str
    kind: ProcessKind
    pid: int
    started_at: Time
    heartbeat_at: Time
    details: ProcessDetails


class LaneDepth(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is to do in a lane: `bot` needs the gateway, `background` does not."""

    lane: Literal["bot", "background"]
    queued: int
    waiting: int
    running: int
    oldest_at: Annotated[
        Time | None, Meta(description="Since when the job has been due that has waited longest.")
    ]


class LastError(msgspec.Struct, frozen=True, kw_only=True):
    """How the job ended that last ended badly."""

    job_id: uuid.UUID
    kind: str
    at: Time
    code: str
    message: str


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """While it goes on nothing new is begun; what runs goes on to its end."""

    since: Time
    by: str
    reason: str | None


class CreatePause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, for whoever looks."""

    reason: Annotated[str, Meta(max_length=500)] | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Who is alive, how much there is to do, and what last went wrong."""

    processes: tuple[Process, ...]
    lanes: tuple[LaneDepth, ...]
    last_error: LastError | None
    paused: Annotated[Pause | None, Meta(description="The pause that goes on, if one does.")]


def process_of(process: core.Process) -> Process:
    said = process.details or {}
    if process.kind == "bot":
        said = msgspec.to_builtins(msgspec.convert(said, core.BotDetails))
    return Process(
        id=process.id,
        kind=msgspec.convert(process.kind, ProcessKind),
        pid=process.pid,
        started_at=process.started_at,
        heartbeat_at=process.heartbeat_at,
        details=msgspec.convert({**said, "kind": process.kind}, ProcessDetails),
    )
