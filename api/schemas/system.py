"""The state of the installation as HTTP shows it."""

import uuid
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from api.schemas.values import Time

PartState: TypeAlias = Literal["up", "down"]


class Live(msgspec.Struct, frozen=True):
    """This process answers."""

    status: Literal["live"] = "live"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`degraded`: requests are served, and jobs wait for the part that is away. `unavailable`: PostgreSQL is away."""

    status: Literal["ready", "degraded", "unavailable"]
    parts: Annotated[dict[str, PartState], Meta(description="`database`, `redis` and `bot`.")]


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One of our processes that is alive. `details` is what it says of itself."""

    id: str
    kind: Literal["api", "bot", "workers"]
    pid: int
    started_at: Time
    heartbeat_at: Time
    details: dict[str, Any]


class LaneDepth(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is to do in a lane: `bot` needs the gateway, `background` does not."""

    lane: Literal["bot", "background"]
    queued: int
    waiting: int
    running: int
    oldest_at: Annotated[Time | None, Meta(description="When the longest waiting job was asked for.")]


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
